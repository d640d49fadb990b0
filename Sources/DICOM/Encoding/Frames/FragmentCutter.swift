/// Cuts the item headers out of fragments that come in pieces of any length (PS3.5 §A.4); ``FrameLocation/content(of:)`` for what comes too long to be held.
public struct FragmentCutter {
    private let isFragmented: Bool
    /// Bytes from here to the end of the fragment.
    private var left: UInt64 = 0
    /// The part of an item header that has come.
    private var header: [UInt8] = []
    private var offset: UInt64

    public init(_ location: FrameLocation) {
        isFragmented = location.isFragmented
        offset = location.range.offset
    }

    /// - Throws: `unexpectedTag` where something else than a fragment follows.
    public mutating func content(of bytes: [UInt8]) throws(ReadError) -> [UInt8] {
        guard isFragmented else { return bytes }
        let encoding = TransferSyntax.Encoding.explicitLittle
        var content: [UInt8] = []
        content.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if left > 0 {
                let count = min(Int(clamping: left), bytes.count - position)
                content += bytes[position..<position + count]
                position += count
                left -= UInt64(count)
                continue
            }
            let count = min(8 - header.count, bytes.count - position)
            header += bytes[position..<position + count]
            position += count
            guard header.count == 8 else { continue }
            let tag = encoding.tag(header, at: 0)
            guard tag == .item else { throw ReadError(.unexpectedTag, path: [.pixelData], offset: offset + UInt64(position) - 8, "\(tag) stands where a fragment should") }
            left = UInt64(encoding.word32(header, at: 4))
            header = []
        }
        offset += UInt64(bytes.count)
        return content
    }

    /// - Throws: `truncated` where a fragment or its header goes on.
    public func finish() throws(ReadError) {
        guard left == 0, header.isEmpty else {
            throw ReadError(.truncated, path: [.pixelData], offset: offset, "the last fragment of the video ends \(left > 0 ? "\(left) bytes later" : "in its header")")
        }
    }
}
