import DICOM

/// Big endian numbers of a code stream; reading beyond its end is an error, not a trap.
struct J2KBytes {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var count: Int { bytes.count }

    /// The first bytes as people read them in dumps.
    var beginning: String { bytes.isEmpty ? "nothing" : bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ") }

    func uint8(_ offset: Int) throws(ImageError) -> UInt8 { UInt8(truncatingIfNeeded: try number(offset, 1)) }
    func uint16(_ offset: Int) throws(ImageError) -> UInt16 { UInt16(truncatingIfNeeded: try number(offset, 2)) }
    func uint32(_ offset: Int) throws(ImageError) -> UInt32 { UInt32(truncatingIfNeeded: try number(offset, 4)) }
    func uint64(_ offset: Int) throws(ImageError) -> UInt64 { try number(offset, 8) }

    private func number(_ offset: Int, _ width: Int) throws(ImageError) -> UInt64 {
        guard offset >= 0, offset <= bytes.count - width else {
            throw ImageError(.truncated, .pixelData, "the code stream ends at byte \(bytes.count), inside a marker segment")
        }
        var number: UInt64 = 0
        for index in offset..<(offset + width) { number = number << 8 | UInt64(bytes[index]) }
        return number
    }
}

/// Markers of ISO/IEC 15444-1 Table A.2 and 15444-15 that are looked at.
enum J2KMarker {
    static let soc: UInt16 = 0xFF4F, cap: UInt16 = 0xFF50, siz: UInt16 = 0xFF51, cod: UInt16 = 0xFF52, coc: UInt16 = 0xFF53
    static let qcd: UInt16 = 0xFF5C, com: UInt16 = 0xFF64, plt: UInt16 = 0xFF58, tlm: UInt16 = 0xFF55
    static let sot: UInt16 = 0xFF90, sod: UInt16 = 0xFF93, eoc: UInt16 = 0xFFD9
}
