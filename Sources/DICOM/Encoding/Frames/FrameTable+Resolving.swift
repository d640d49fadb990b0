// What an index that keeps only the place of the pixel data does not know is read from the pixel data itself, a few bytes a fragment.
extension FrameTable {
    /// The table of encapsulated pixel data whose fragments have not been seen, or whose frames only the code streams tell apart.
    ///
    /// - Parameters:
    ///   - value: from the first item's tag to the last byte before the sequence delimiter, from the first byte of the data set.
    ///   - dataSet: Number of Frames and Extended Offset Table are asked for.
    ///   - read: the bytes of a range that counts as `value` does.
    /// - Throws: `ReadError` where no fragments lie there, and what `read` throws.
    public static func resolved(
        value: ByteRange, dataSet: DataSet, transferSyntax: TransferSyntax, limits: ReadLimits = ReadLimits(),
        read: (ByteRange) async throws -> [UInt8]
    ) async throws -> FrameTable {
        let location = try await fragments(of: value, limits: limits, read: read)
        var table = FrameTable(dataSet, location, transferSyntax: transferSyntax)
        if table.layout == .unresolved { table.layout = try await scanned(location, count: table.count, limits: limits, read: read) }
        return table
    }

    /// Walks over the item headers.
    static func fragments(
        of value: ByteRange, limits: ReadLimits, read: (ByteRange) async throws -> [UInt8]
    ) async throws -> PixelDataLocation {
        var window = Window(value: value)
        var location = PixelDataLocation(tag: .pixelData, vr: .OB, value: value, isEncapsulated: true)
        let encoding = TransferSyntax.Encoding.explicitLittle
        let end = value.offset + value.length
        var offset = value.offset
        while offset < end {
            func error(_ code: ReadError.Code, _ message: String) -> ReadError { ReadError(code, path: [.pixelData], offset: offset, message) }
            let head = try await window.bytes(at: offset, count: 8 + CodeStream.signatureLength, read: read)
            guard head.count >= 8 else { throw error(.truncated, "too few bytes for a fragment") }
            let tag = encoding.tag(head, at: 0), length = UInt64(encoding.word32(head, at: 4))
            if tag == .sequenceDelimitation { break }
            guard tag == .item else { throw error(.unexpectedTag, "\(tag) stands where a fragment should") }
            guard length <= end - offset - 8 else { throw error(.lengthExceedsParent, "fragment length \(length) exceeds the \(end - offset - 8) bytes left") }
            let start = CodeStream(startingWith: head[8...].prefix(Int(clamping: length)))
            if offset == value.offset, CodeStream.first(head[8...].prefix(Int(clamping: length)), length: length) == nil {
                guard length <= limits.elementInMemory else { throw error(.tooLarge, "an offset table of \(length) bytes") }
                location.basicOffsetTable = LittleEndian.words(try await read(ByteRange(offset: offset + 8, length: length))[...], of: UInt32.self)
            } else {
                guard location.fragments.count < limits.fragments else { throw error(.tooManyElements, "more than \(limits.fragments) fragments") }
                location.fragments.append(ByteRange(offset: offset + 8, length: length))
                location.starts.append(start)
            }
            offset += 8 + length
        }
        return location
    }

    /// Fewer fragments than frames: several code streams lie in one.
    private static func scanned(
        _ location: PixelDataLocation, count: Int, limits: ReadLimits, read: (ByteRange) async throws -> [UInt8]
    ) async throws -> Layout {
        var frames: [FrameLocation] = []
        func why(_ found: String) -> Layout { .unclear("\(location.fragments.count) fragments for \(count) frames: \(found)") }
        for fragment in location.fragments where fragment.length > 0 {
            var scanner = CodeStreamScanner(from: fragment.offset, limit: min(count - frames.count, limits.fragments) + 1)
            let end = fragment.offset + fragment.length
            var piece: UInt64 = 64 << 10
            while scanner.next < end, scanner.problem == nil {
                let before = scanner.next
                let length = min(piece, end - before)
                let bytes = try await read(ByteRange(offset: before, length: length))
                guard bytes.count == Int(length) else { return why("their bytes cannot be read") }
                scanner.scan(bytes, isLast: before + length == end)
                piece = 256 << 10
                if scanner.next == before { break }
            }
            if scanner.next > end { return why("a code stream goes on beyond its fragment at byte \(fragment.offset)") }
            if let problem = scanner.problem { return why(problem) }
            frames += scanner.streams.map { FrameLocation(range: ByteRange(offset: $0.lowerBound, length: $0.upperBound - $0.lowerBound)) }
        }
        return frames.count == count ? .listed(frames) : why("\(frames.count) code streams lie in them")
    }

    /// A few bytes now and then: small fragments share a read.
    private struct Window {
        let value: ByteRange
        private var start: UInt64 = 0
        private var held: [UInt8] = []
        private static let size: UInt64 = 4 << 10

        init(value: ByteRange) { self.value = value }

        /// As many of them as the value has.
        mutating func bytes(at offset: UInt64, count: Int, read: (ByteRange) async throws -> [UInt8]) async throws -> [UInt8] {
            let left = value.offset + value.length - offset
            let wanted = min(UInt64(count), left)
            if offset < start || offset + wanted > start + UInt64(held.count) {
                held = try await read(ByteRange(offset: offset, length: min(left, Self.size)))
                start = offset
            }
            let from = Int(offset - start)
            return Array(held[from..<min(from + Int(wanted), held.count)])
        }
    }
}
