import DICOM
import DICOMImage
import Foundation
import Testing
@testable import Workers

extension WorkerTests {
    /// Frames of video in workers are those of the same libav in this process; `DICOMImageTests` compare these with ffmpeg's.
    @Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: Video.isAvailable, "built without libav"), .enabled(if: VideoFile.folder != nil, "no corpus beside the repository"))
    struct VideoFrames {
        @Test(arguments: VideoFile.names)
        func framesAndSummariesAreThoseOfThisProcess(name: String) async throws {
            let pool = try WorkerPool.forTests(count: 1), direct = DirectFrameCoding()
            let file = try VideoFile(name)
            for index in [0, 7, file.description.numberOfFrames - 1] {
                let frame = try await pool.videoFrame(index, of: file.stream, file.transferSyntax, file.description)
                #expect(frame == (try await direct.videoFrame(index, of: file.stream, file.transferSyntax, file.description)))
                #expect(frame.description.photometricInterpretation == .rgb)
            }
            let summary = try await pool.videoSummary(of: file.stream, file.transferSyntax, file.description)
            #expect(summary == (try await direct.videoSummary(of: file.stream, file.transferSyntax, file.description)))
            #expect(summary.numberOfFrames == file.description.numberOfFrames && summary.framesAreCounted)
            for index in [-1, file.description.numberOfFrames, 1 << 40] {
                await #expect(throws: ImageError.self) { try await pool.videoFrame(index, of: file.stream, file.transferSyntax, file.description) }
            }
            await pool.shutdown()
        }

        @Test func fragmentsArePutTogether() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            let file = try VideoFile("mpeg4-high41-102")
            let whole = try await pool.videoFrame(3, of: file.stream, file.transferSyntax, file.description)
            let stream = Self.fragmented(file.bytes, [1000, 0, 17, 30_000])
            #expect(try await stream.bytes() == file.bytes)
            #expect(try await pool.videoFrame(3, of: stream, file.transferSyntax, file.description) == whole)
            await pool.shutdown()
        }

        /// Fragments of these lengths, and one of what is left.
        static func fragmented(_ bytes: [UInt8], _ lengths: [Int], missing: Int = 0) -> VideoStream {
            var value: [UInt8] = [], start = 0
            for length in lengths + [bytes.count - lengths.reduce(0, +)] {
                value += [0xFE, 0xFF, 0x00, 0xE0] + withUnsafeBytes(of: UInt32(length).littleEndian) { Array($0) } + bytes[start..<start + length]
                start += length
            }
            let stored = Array(value.dropLast(missing))
            return VideoStream(FrameLocation(range: ByteRange(offset: 100, length: UInt64(stored.count)), isFragmented: true)) { range in
                Array(stored[Int(range.offset - 100)..<Int(range.offset + range.length - 100)])
            }
        }

        @Test(arguments: VideoFile.names)
        func badStreamsEndAsAPictureOrAnErrorAndTheWorkerLives(name: String) async throws {
            let pool = try WorkerPool.forTests(count: 1)
            let file = try VideoFile(name)
            try await pool.wait { $0.running == 1 }
            let process = pool.processes
            var numbers = Numbers(state: 7)
            var streams = [1, 20, 60, 95].map { Array(file.bytes.prefix(file.bytes.count * $0 / 100)) } + [[], numbers.bytes(100_000)]
            for _ in 0..<6 {
                var damaged = file.bytes
                for _ in 0..<200 { damaged[Int.random(in: 0..<damaged.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers) }
                streams.append(damaged)
            }
            for (number, bytes) in streams.enumerated() {
                do {
                    let frame = try await pool.videoFrame(5, of: VideoStream(bytes), file.transferSyntax, file.description)
                    #expect(frame.bytes.count == file.description.frameBytes)
                } catch let error as ImageError {
                    #expect(error.tag != nil && !error.message.isEmpty && error.code == .invalid, "stream \(number): \(error)")
                }
                do { _ = try await pool.videoSummary(of: VideoStream(bytes), file.transferSyntax, file.description) } catch let error as ImageError {
                    #expect(error.code == .invalid, "stream \(number): \(error)")
                }
            }
            await #expect(throws: ImageError(.invalid, .pixelData, "")) { try await pool.videoFrame(0, of: VideoStream(streams[5]), file.transferSyntax, file.description) }
            _ = try await pool.videoFrame(0, of: file.stream, file.transferSyntax, file.description)
            #expect(pool.processes == process)
            await pool.shutdown()
        }

        @Test func whatCannotBeReadIsSaidAndTheWorkerLives() async throws {
            struct Broken: Error {}
            let pool = try WorkerPool.forTests(count: 1)
            let file = try VideoFile("mpeg2-mpml-100")
            try await pool.wait { $0.running == 1 }
            let process = pool.processes
            func frame(of stream: VideoStream) async throws -> NativeFrame { try await pool.videoFrame(0, of: stream, file.transferSyntax, file.description) }
            let range = FrameLocation(range: ByteRange(offset: 0, length: 10 << 20))
            await #expect(throws: Broken.self) { try await frame(of: VideoStream(range) { if $0.offset > 0 { throw Broken() } else { [UInt8](repeating: 1, count: Int($0.length)) } }) }
            let short = await #expect(throws: ReadError.self) { try await frame(of: VideoStream(range) { _ in [1, 2, 3] }) }
            #expect(short?.code == .truncated)
            let cut = await #expect(throws: ReadError.self) { try await frame(of: Self.fragmented(file.bytes, [1000], missing: 10)) }
            #expect(cut?.code == .truncated)
            // Nothing of it is read.
            let long = FrameLocation(range: ByteRange(offset: 0, length: VideoStream.longest + 1))
            await #expect(throws: ImageError(.tooLarge, .pixelData, "")) { try await frame(of: VideoStream(long) { _ in throw Broken() }) }
            _ = try await frame(of: file.stream)
            #expect(pool.processes == process)
            await pool.shutdown()
        }
    }
}

/// A video of the corpus.
struct VideoFile {
    static let names = [
        "mpeg2-mpml-100", "mpeg2-mphl-101", "mpeg4-high41-102", "mpeg4-bd-103", "mpeg4-high42-104", "hevc-main51-107", "hevc-main10-108",
    ]

    static let folder: String? = {
        let path = ProcessInfo.processInfo.environment["ISOCENTER_CORPUS"] ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardizedFileURL.path
        return FileManager.default.fileExists(atPath: path + "/synthetic/video") ? path + "/synthetic/video" : nil
    }()

    let bytes: [UInt8]
    let transferSyntax: TransferSyntax
    let description: PixelDescription
    var stream: VideoStream { VideoStream(bytes) }

    init(_ name: String) throws {
        let file = [UInt8](try Data(contentsOf: URL(filePath: try #require(Self.folder) + "/\(name).dcm")))
        let read = try FileReader.read(file, options: .init())
        let location = try #require(read.body?.reader.pixelData)
        bytes = location.fragments.flatMap { file[Int(read.dataSetOffset + $0.offset)..<Int(read.dataSetOffset + $0.offset + $0.length)] }
        transferSyntax = try #require(read.head).transferSyntax
        description = try PixelDescription(read.dataSet)
    }
}
