/// The names in an X.509 certificate (RFC 5280 §4.1.2.6, §4.2.1.6), read from its DER form. What cannot be read is left out: the
/// certificate was verified by the TLS library, this is only for showing and comparing.
struct CertificateNames {
    private(set) var commonName: String?
    private(set) var alternativeNames: [String] = []

    init(der: [UInt8]) {
        guard var certificate = DERElement(der[...])?.children, var body = certificate.next()?.children else { return }
        var fields: [DERElement] = []
        while let field = body.next() { fields.append(field) }
        // Version is the only field that may be absent; it has a tag of its own.
        if fields.first?.tag == 0xA0 { fields.removeFirst() }
        // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, …
        guard fields.count > 4 else { return }
        commonName = Self.commonName(fields[4])
        if let extensions = fields.dropFirst(5).first(where: { $0.tag == 0xA3 }) { alternativeNames = Self.alternativeNames(extensions) }
    }

    /// id-at-commonName, 2.5.4.3.
    private static let commonNameID: [UInt8] = [0x55, 0x04, 0x03]
    /// id-ce-subjectAltName, 2.5.29.17.
    private static let alternativeNameID: [UInt8] = [0x55, 0x1D, 0x11]

    private static func commonName(_ subject: DERElement) -> String? {
        var found: String?
        var sets = subject.children
        while let set = sets.next() {
            var pairs = set.children
            while let pair = pairs.next() {
                var parts = pair.children
                guard let id = parts.next(), let value = parts.next(), Array(id.content) == commonNameID else { continue }
                found = text(value)
            }
        }
        return found
    }

    private static func text(_ value: DERElement) -> String {
        guard value.tag == 0x1E else { return trimmedText(value.content) }
        // BMPString: two bytes a character.
        let units = stride(from: value.content.startIndex, to: value.content.endIndex - 1, by: 2).map {
            UInt16(value.content[$0]) << 8 | UInt16(value.content[$0 + 1])
        }
        return trimmedText(Array(String(decoding: units, as: UTF16.self).utf8))
    }

    private static func alternativeNames(_ extensions: DERElement) -> [String] {
        var outer = extensions.children
        guard var list = outer.next()?.children else { return [] }
        while let entry = list.next() {
            var parts = entry.children
            guard let id = parts.next(), Array(id.content) == alternativeNameID else { continue }
            var value: DERElement?
            while let part = parts.next() { value = part }
            guard let value, value.tag == 0x04, var names = DERElement(value.content)?.children else { return [] }
            var found: [String] = []
            while let name = names.next(), found.count < 64 {
                switch name.tag {
                case 0x81, 0x82, 0x86: found.append(trimmedText(name.content))
                case 0x87: if let address = address(Array(name.content)) { found.append(address) }
                default: break
                }
            }
            return found
        }
        return []
    }

    private static func address(_ bytes: [UInt8]) -> String? {
        if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        guard bytes.count == 16 else { return nil }
        return stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}

/// One element of DER (X.690 §8.1) with a tag of one byte.
struct DERElement {
    let tag: UInt8
    let content: ArraySlice<UInt8>
    /// What follows it.
    let rest: ArraySlice<UInt8>

    /// nil where the bytes do not hold one whole.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        tag = bytes[bytes.startIndex]
        let first = bytes[bytes.startIndex + 1]
        var position = bytes.startIndex + 2
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count), bytes.endIndex - position >= count else { return nil }
            length = bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
            position += count
        }
        guard bytes.endIndex - position >= length else { return nil }
        content = bytes[position..<position + length]
        rest = bytes[(position + length)...]
    }

    var children: Children { Children(rest: content) }

    struct Children {
        fileprivate var rest: ArraySlice<UInt8>

        mutating func next() -> DERElement? {
            guard let element = DERElement(rest) else { return nil }
            rest = element.rest
            return element
        }
    }
}
