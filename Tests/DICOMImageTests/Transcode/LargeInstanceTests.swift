import DICOM
import Foundation
import Testing

@testable import DICOMImage

/// An image of 4 GB and more, of which nothing is on the disk but its header and two frames.
@Suite("Frames of a very large instance")
struct LargeInstanceTests {
    /// Frames of 1 MiB; the last begins beyond 2^32.
    static let frames = 4094, frameBytes = 1 << 20

    private func file(at path: String) throws -> UInt64 {
        let header = Image.header(rows: 1024, columns: 512, DataElement(.numberOfFrames, .IS, "\(Self.frames)"))
        let head = try HeldFile.image(header, DataElement(.modality, .CS, "OT"))
        let length = UInt32(Self.frames * Self.frameBytes)
        let element = DataSetWriter.header(.pixelData, .OW, length: length, as: .explicitLittle)
        guard FileManager.default.createFile(atPath: path, contents: Data(head + element)), let handle = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileWriteUnknown) }
        let start = UInt64(head.count + element.count)
        try handle.truncate(atOffset: start + UInt64(length))
        try handle.seek(toOffset: start + UInt64(Self.frames - 1) * UInt64(Self.frameBytes))
        try handle.write(contentsOf: Data(repeating: 7, count: Self.frameBytes))
        try handle.close()
        return start + UInt64(length)
    }

    /// Counts what is read, so that no read passes unseen.
    private actor Reading {
        private let handle: FileHandle
        private(set) var bytes: UInt64 = 0
        private(set) var largest: UInt64 = 0

        init(_ path: String) throws { handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) }

        func read(_ range: ByteRange) throws -> [UInt8] {
            bytes += range.length
            largest = max(largest, range.length)
            try handle.seek(toOffset: range.offset)
            return [UInt8](try handle.read(upToCount: Int(range.length)) ?? Data())
        }
    }

    @Test("The last frame is read alone")
    func lastFrame() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("large-\(UUID().uuidString).dcm").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let size = try file(at: path)
        let reading = try Reading(path)
        let instance = try await StoredInstance(file: size) { try await reading.read($0) }
        let frame = try await Transcoder(coding: DirectFrameCoding()).frame(Self.frames - 1, of: instance, to: .named("rle"))
        #expect(frame.bytes.count < 1 << 16)
        // The frame itself, and little else.
        #expect(await reading.bytes < UInt64(Self.frameBytes) + 64 << 10)
        #expect(await reading.largest == UInt64(Self.frameBytes))
        await #expect(throws: ReadError(.noSuchFrame, offset: 0, "")) { try await instance.frame(Self.frames) }
    }
}
