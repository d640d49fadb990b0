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

    // MARK: Parts of it

    private static let mostFragments = 1 << 16

    /// Where its bytes lie, headers of fragments left out.
    ///
    /// - Throws: `ReadError` where no fragments lie there, or more than 65,536 of them.
    public func places() async throws -> [ByteRange] {
        guard location.isFragmented else { return [location.range] }
        var places: [ByteRange] = []
        let end = location.range.offset + location.range.length
        var offset = location.range.offset
        while offset < end {
            guard end - offset >= 8, places.count < Self.mostFragments else {
                throw ReadError(.truncated, path: [.pixelData], offset: offset, "\(end - offset) bytes of video are left, too few for a fragment, or fragments are too many")
            }
            let header = try await read(ByteRange(offset: offset, length: 8))
            guard header.count == 8, header[..<4].elementsEqual([0xFE, 0xFF, 0x00, 0xE0]) else {
                throw ReadError(.unexpectedTag, path: [.pixelData], offset: offset, "no fragment of the video begins here")
            }
            let length = header[4...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            offset += 8
            guard length <= end - offset else {
                throw ReadError(.lengthExceedsParent, path: [.pixelData], offset: offset, "fragment length \(length) exceeds the \(end - offset) bytes left of the video")
            }
            places.append(ByteRange(offset: offset, length: length))
            offset += length
        }
        return places
    }

    /// A part of the stream.
    ///
    /// - Parameter part: counted from its first byte, as if all places were one.
    public func pieces(_ part: Range<UInt64>, of places: [ByteRange], _ take: ([UInt8]) async throws -> Void) async throws {
        var start: UInt64 = 0
        for place in places {
            let first = max(part.lowerBound, start), last = min(part.upperBound, start + place.length)
            var offset = first
            while offset < last {
                let count = min(last - offset, Self.partPiece)
                try await take(try await read(ByteRange(offset: place.offset + (offset - start), length: count)))
                offset += count
            }
            start += place.length
        }
    }

    private static let partPiece: UInt64 = 1 << 20
}
