/// What the first bytes of a fragment show it to be the beginning of.
///
/// Only some families say so: deflated frames, uncompressed ones and video begin with any bytes.
public enum CodeStream: UInt8, Sendable {
    /// JPEG and JPEG-LS: SOI and the first byte of another marker (ISO/IEC 10918-1 B.1.1.3, 14495-1 C.1).
    case jpeg
    /// JPEG 2000 and HTJ2K: SOC, SIZ (ISO/IEC 15444-1 A.4.1).
    case jpeg2000
    /// The same in boxes: the signature box of JP2 (ISO/IEC 15444-1 I.5.1).
    case jp2
    /// JPEG XL, bare (ISO/IEC 18181-1) or in boxes (18181-2).
    case jpegXL, jpegXLBoxes
    /// RLE header: number of segments and the offset of the first, which is 64 (PS3.5 §G.5).
    case rle

    /// Bytes that are enough to tell.
    static let signatureLength = 12

    private static let signatures: [(CodeStream, [UInt8])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF]),
        (.jpeg2000, [0xFF, 0x4F, 0xFF, 0x51]),
        (.jp2, [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
        (.jpegXLBoxes, [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
        (.jpegXL, [0xFF, 0x0A]),
    ]

    /// nil where the bytes show no beginning.
    public init?(startingWith bytes: some RandomAccessCollection<UInt8>) {
        // Most of what is no beginning is known by its first byte.
        guard let first = bytes.first, first == 0xFF || first < 16 else { return nil }
        if let (kind, _) = Self.signatures.first(where: { bytes.starts(with: $0.1) }) {
            self = kind
        } else if bytes.count == 2, bytes.elementsEqual([0xFF, 0xD8]) {
            // A fragment of nothing but SOI.
            self = .jpeg
        } else if bytes.count >= 8, let segments = bytes.first, (1...15).contains(segments), bytes.dropFirst().starts(with: [0, 0, 0, 64, 0, 0, 0]) {
            self = .rle
        } else {
            return nil
        }
    }
}

extension CodeStream {
    /// What stands where the basic offset table should; nil for a table. It begins with a 0, or with nonsense shorter than any RLE frame.
    static func first(_ bytes: some RandomAccessCollection<UInt8>, length: UInt64) -> CodeStream? {
        guard let start = CodeStream(startingWith: bytes), start != .rle || length > 64 else { return nil }
        return start
    }
}

extension TransferSyntax {
    /// MPEG-2, MPEG-4, HEVC: all frames are one stream (PS3.5 §8.2.5 to §8.2.10). UIDs of PS3.6 Table A-1.
    public var isVideo: Bool {
        let prefix = "1.2.840.10008.1.2.4.10"
        guard uid.text.hasPrefix(prefix), uid.text.utf8.count >= prefix.utf8.count + 1 else { return false }
        let rest = uid.text.dropFirst(prefix.count).prefix { $0 != "." }
        return rest.count == 1 && ("0"..."8").contains(rest)
    }

    /// Beginnings that a fragment's first bytes are believed to show. The shortest signatures count only where the syntax asks for them.
    func isStart(_ codeStream: CodeStream?) -> Bool {
        switch codeStream {
        case nil: false
        case .jpeg, .jpeg2000, .jp2, .jpegXLBoxes: true
        case .jpegXL: ["1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112"].contains(uid.text)
        case .rle: isRLE
        }
    }

    var isRLE: Bool { uid.text == "1.2.840.10008.1.2.5" }

    /// Frames begin with bytes that ``CodeStream`` knows.
    var showsStarts: Bool {
        isRLE || uid.text.hasPrefix("1.2.840.10008.1.2.4.") && !isVideo
    }
}
