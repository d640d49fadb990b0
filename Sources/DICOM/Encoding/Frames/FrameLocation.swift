/// Where one frame lies: one range of the data set, to be read as a whole.
public struct FrameLocation: Sendable, Hashable {
    /// From the first byte of the data set. Native frames that do not begin and end at a byte (or at a word, where words are
    /// big endian) include the bytes they share with their neighbours.
    public var range: ByteRange
    /// The range begins with the item header of the first of several fragments (PS3.5 §A.4): ``content(of:)`` cuts headers out.
    public var isFragmented: Bool

    public init(range: ByteRange, isFragmented: Bool = false) {
        self.range = range
        self.isFragmented = isFragmented
    }

    /// Fragments that follow each other, from the first one's item header where there are several.
    init?(_ fragments: ArraySlice<ByteRange>) {
        guard let first = fragments.first, let last = fragments.last else { return nil }
        let isFragmented = fragments.count > 1
        let start = isFragmented ? first.offset - 8 : first.offset
        self.init(range: ByteRange(offset: start, length: last.offset + last.length - start), isFragmented: isFragmented)
    }

    /// The frame itself: what lies in its fragments, put together.
    ///
    /// - Parameter bytes: all of ``range``.
    /// - Throws: `unexpectedTag`, `lengthExceedsParent` where no fragments lie there.
    public func content(of bytes: [UInt8]) throws(ReadError) -> [UInt8] {
        guard isFragmented else { return bytes }
        let encoding = TransferSyntax.Encoding.explicitLittle
        var content: [UInt8] = []
        content.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            func error(_ code: ReadError.Code, _ message: String) -> ReadError {
                ReadError(code, path: [.pixelData], offset: range.offset + UInt64(position), message)
            }
            guard bytes.count - position >= 8 else { throw error(.truncated, "\(bytes.count - position) bytes are left, too few for a fragment") }
            let tag = encoding.tag(bytes, at: position), length = Int(encoding.word32(bytes, at: position + 4))
            guard tag == .item else { throw error(.unexpectedTag, "\(tag) stands where a fragment should") }
            position += 8
            guard length <= bytes.count - position else {
                throw error(.lengthExceedsParent, "fragment length \(length) exceeds the \(bytes.count - position) bytes left of the frame")
            }
            content += bytes[position..<position + length]
            position += length
        }
        return content
    }
}
