import DICOM

/// Walks the marker segments of a JPEG stream (ISO/IEC 10918-1 §B.1.1).
struct JPEGMarkers {
    struct Segment {
        /// Low byte.
        let marker: UInt8
        /// Of the marker, in the stream.
        let offset: Int
        /// What follows the length; empty where the marker stands alone.
        let content: UnsafeRawBufferPointer
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// The next marker, its segment read; stray bytes before it are passed over, as every decoder does.
    mutating func next() throws(ImageError) -> Segment {
        while offset < bytes.count, bytes[offset] != 0xFF { offset += 1 }
        while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
        guard offset < bytes.count else { throw ImageError(.truncated, .pixelData, "JPEG: the frame ends at byte \(offset), before its markers do") }
        let marker = bytes[offset], start = offset - 1
        offset += 1
        // Start and end of image, restarts, TEM: without segment.
        if 0xD0...0xD9 ~= marker || marker == 0x01 || marker == 0 {
            return Segment(marker: marker, offset: start, content: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset]))
        }
        let left = bytes.count - offset
        guard left >= 2 else { throw ImageError(.truncated, .pixelData, "JPEG: the frame ends in the segment at byte \(start)") }
        let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
        guard length >= 2 else { throw Self.invalid("a segment of length \(length)", at: start) }
        guard length <= left else {
            throw ImageError(.truncated, .pixelData, "JPEG: the segment at byte \(start) has \(length) bytes, \(left) are left")
        }
        defer { offset += length }
        return Segment(marker: marker, offset: start, content: UnsafeRawBufferPointer(rebasing: bytes[(offset + 2)..<(offset + length)]))
    }

    /// Goes to the marker that ends the entropy coded segments here; restarts lie within.
    ///
    /// - Returns: false where the stream ends before.
    mutating func skipEntropy() -> Bool {
        while offset + 1 < bytes.count {
            if bytes[offset] == 0xFF {
                let next = bytes[offset + 1]
                if next != 0, next != 0xFF, !(0xD0...0xD7 ~= next) { return true }
                offset += next == 0xFF ? 1 : 2
            } else {
                offset += 1
            }
        }
        offset = bytes.count
        return false
    }

    /// Whether the last marker at or after `offset` is an end of image.
    static func hasEnd(_ bytes: UnsafeRawBufferPointer, from offset: Int) -> Bool {
        var at = bytes.count - 2
        while at >= offset {
            // In JPEG-LS, FF in the data is followed by less than 80H (ISO/IEC 14495-1 §A.1), in JPEG by 0.
            if bytes[at] == 0xFF, bytes[at + 1] >= 0x80, bytes[at + 1] != 0xFF { return bytes[at + 1] == 0xD9 }
            at -= 1
        }
        return false
    }

    /// Component identifiers of a start of scan (§B.2.3).
    static func components(ofScan segment: Segment) throws(ImageError) -> [UInt8] {
        let content = segment.content
        guard let count = content.first, content.count == 4 + 2 * Int(count), 1...4 ~= count else {
            throw invalid("a start of scan of wrong length", at: segment.offset)
        }
        return (0..<Int(count)).map { content[1 + 2 * $0] }
    }

    static func word(_ content: UnsafeRawBufferPointer, _ at: Int) -> Int { Int(content[at]) << 8 | Int(content[at + 1]) }

    static func invalid(_ words: String, at offset: Int) -> ImageError {
        ImageError(.invalid, .pixelData, "JPEG: \(words) at byte \(offset) of the frame")
    }
}
