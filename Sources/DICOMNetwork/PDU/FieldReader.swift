import DICOM
import NIOCore

/// Reads the fields of one PDU, item or sub-item; never beyond its end. Errors name the byte counted from the PDU's start.
struct FieldReader {
    let kind: PDU.Kind
    private var buffer: ByteBuffer
    /// Of the buffer's first byte, from the start of the PDU.
    private let start: Int

    init(_ kind: PDU.Kind, _ buffer: ByteBuffer, start: Int) {
        self.kind = kind
        self.buffer = buffer.slice()
        self.start = start
    }

    var offset: Int { start + buffer.readerIndex }
    var left: Int { buffer.readableBytes }

    func malformed(_ message: String) -> NetworkError { .malformedPDU(kind, offset: offset, message) }

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(NetworkError) -> T {
        guard let value = buffer.readInteger(as: type) else {
            throw malformed("\(T.bitWidth / 8) bytes expected, \(left) left")
        }
        return value
    }

    mutating func bytes(_ count: Int) throws(NetworkError) -> [UInt8] {
        guard let bytes = buffer.readBytes(length: count) else { throw malformed("\(count) bytes expected, \(left) left") }
        return bytes
    }

    mutating func rest() -> [UInt8] { buffer.readBytes(length: buffer.readableBytes) ?? [] }

    mutating func skip(_ count: Int) throws(NetworkError) { _ = try bytes(count) }

    /// Bytes after their 16-bit length.
    mutating func counted() throws(NetworkError) -> [UInt8] { try bytes(Int(try integer(UInt16.self))) }

    /// The next item: its type and a reader confined to its content; nil at the end.
    mutating func item() throws(NetworkError) -> (type: UInt8, content: FieldReader)? {
        guard left > 0 else { return nil }
        let type = try integer(UInt8.self)
        try skip(1)
        let length = Int(try integer(UInt16.self))
        let position = offset
        guard let content = buffer.readSlice(length: length) else {
            throw malformed("item \(hex(type)) claims \(length) bytes, \(left) left")
        }
        return (type, FieldReader(kind, content, start: position))
    }
}

/// Text without the NULs and spaces that some peers pad with. It is shown to people and written to logs, so what is no
/// character of theirs becomes a question mark.
func trimmedText(_ bytes: some BidirectionalCollection<UInt8>) -> String {
    var end = bytes.endIndex
    while end > bytes.startIndex {
        let before = bytes.index(before: end)
        guard bytes[before] == 0 || bytes[before] == UInt8(ascii: " ") else { break }
        end = before
    }
    let text = String(decoding: bytes[..<end], as: UTF8.self)
    return text.unicodeScalars.contains(where: isControl) ? String(text.unicodeScalars.map { isControl($0) ? "?" : Character($0) }) : text
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
    default: false
    }
}

extension UID {
    /// nil where the bytes, less padding, are no UID.
    init?(padded bytes: [UInt8]) { self.init(trimmedText(bytes)) }
}
