import DICOM

/// A video as it lies in Pixel Data, in one fragment or several (PS3.5 §A.4), to be read piece by piece.
public struct VideoStream: Sendable {
    /// Bytes of the longest whose frames are decoded.
    public static let longest: UInt64 = 512 << 20
    private static let piece: UInt64 = 4 << 20

    public let location: FrameLocation
    private let read: StoredInstance.Read

    /// - Parameters:
    ///   - location: of all fragments, as ``FrameTable/Layout/stream(_:)`` has it.
    ///   - read: bytes of a range that counts as `location` does.
    public init(_ location: FrameLocation, read: @escaping StoredInstance.Read) {
        self.location = location
        self.read = read
    }

    /// A video in memory.
    public init(_ bytes: [UInt8]) {
        self.init(FrameLocation(range: ByteRange(offset: 0, length: UInt64(bytes.count)))) { range in
            // Pieces lie within what was said above.
            Array(bytes[Int(range.offset)..<Int(range.offset + range.length)])
        }
    }

    /// Bytes: exactly, or where several fragments have headers, at most.
    public var length: UInt64 { location.range.length }

    /// The stream in its order, headers of fragments cut out.
    ///
    /// - Throws: `ReadError` where no fragments lie there, and what reading and `take` throw.
    public func pieces(_ take: ([UInt8]) async throws -> Void) async throws {
        var cutter = FragmentCutter(location)
        let end = location.range.offset + location.range.length
        var offset = location.range.offset
        while offset < end {
            let range = ByteRange(offset: offset, length: min(end - offset, Self.piece))
            let bytes = try await read(range)
            guard UInt64(bytes.count) == range.length else {
                throw ReadError(.truncated, path: [.pixelData], offset: offset, "\(range.length) bytes of video should follow, \(bytes.count) do")
            }
            let content = try cutter.content(of: bytes)
            if !content.isEmpty { try await take(content) }
            offset += range.length
        }
        try cutter.finish()
    }

    /// The first bytes of the stream; fewer where it, or its first fragment, ends before.
    public func beginning(_ count: Int) async throws -> [UInt8] {
        var cutter = FragmentCutter(location)
        let range = ByteRange(offset: location.range.offset, length: min(length, UInt64(count + (location.isFragmented ? 8 : 0))))
        return Array(try cutter.content(of: try await read(range)).prefix(count))
    }

    /// All of it in memory.
    ///
    /// - Throws: as ``pieces(_:)``; `ImageError` where it is longer than ``longest``.
    public func bytes() async throws -> [UInt8] {
        try checkLength()
        var all: [UInt8] = []
        all.reserveCapacity(Int(length))
        try await pieces { all += $0 }
        return all
    }

    /// - Throws: `tooLarge` in words.
    public func checkLength() throws(ImageError) {
        guard length <= Self.longest else {
            throw ImageError(.tooLarge, .pixelData, "the video has \(length >> 20) MiB; single frames are had of videos up to \(Self.longest >> 20) MiB")
        }
    }
}
