/// A set of graphic characters as ISO 2022 designates them: 94 or 96 of one byte, or 94 × 94 of two (PS3.3 Tables C.12-3 and C.12-4).
enum GraphicSet: UInt8, Hashable, Sendable, CaseIterable {
    case ascii, romaji, katakana, latin1, latin2, latin3, latin4, cyrillic, arabic, greek, hebrew, latin5, latin9, thai
    case jisX0208, jisX0212, ksX1001, gb2312
    /// Designated by an escape sequence that nobody here knows: each byte is U+FFFD.
    case unknown

    var isDouble: Bool {
        switch self {
        case .jisX0208, .jisX0212, .ksX1001, .gb2312: true
        default: false
        }
    }

    /// The character with this 7 bit code; nil where the set has none.
    func scalar(_ code: UInt8) -> Unicode.Scalar? { Self.single[Int(rawValue)].scalar(Int(code & 0x7F)) }

    /// The character with these two 7 bit codes.
    func scalar(_ first: UInt8, _ second: UInt8) -> Unicode.Scalar? {
        double?.scalar(Int(first & 0x7F) << 7 | Int(second & 0x7F))
    }

    /// 7 bit code, or two of them as `first << 7 | second`; nil where the set lacks the character.
    func code(_ scalar: Unicode.Scalar) -> Int? {
        switch self {
        case .ascii: (0x21...0x7E).contains(scalar.value) ? Int(scalar.value) : nil
        default: (isDouble ? double : Self.single[Int(rawValue)])?.codes[scalar.value]
        }
    }

    private var double: Table? {
        switch self {
        case .jisX0208: Self.jisX0208Table
        case .jisX0212: Self.jisX0212Table
        case .ksX1001: Self.ksX1001Table
        case .gb2312: Self.gb2312Table
        default: nil
        }
    }

    /// Made by the C library when first needed.
    private struct Table: Sendable {
        /// By code, 0 for none.
        var scalars: [UInt32]
        var codes: [UInt32: Int] = [:]

        func scalar(_ code: Int) -> Unicode.Scalar? {
            guard code < scalars.count, scalars[code] != 0 else { return nil }
            return Unicode.Scalar(scalars[code])
        }

        /// - Parameter bytes: how a code lies in `charset`; nil where it does not.
        init(_ charset: String, codes count: Int, bytes: (Int) -> [UInt8]?) {
            scalars = [UInt32](repeating: 0, count: count)
            // All at once, a line a code; what is no code comes back as something else than one character.
            var encoded: [UInt8] = []
            for code in 0..<count { encoded += (bytes(code) ?? []) + [0x0A] }
            let text = encoded.withUnsafeBufferPointer { Iconv.decode($0, from: charset) }
            for (code, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                guard code < count, let scalar = line.first, line.dropFirst().isEmpty, scalar != "\u{FFFD}" else { continue }
                scalars[code] = scalar.value
                if codes[scalar.value] == nil { codes[scalar.value] = code }
            }
        }
    }

    private static let single: [Table] = allCases.map { set in
        guard !set.isDouble, set != .unknown else { return Table(set.charset, codes: 0) { _ in nil } }
        return Table(set.charset, codes: 128) { code in
            switch set {
            case .ascii, .romaji: (0x21...0x7E).contains(code) ? [UInt8(code)] : nil
            // SS2 leads to the katakana in EUC-JP.
            case .katakana: code >= 0x21 ? [0x8E, UInt8(code | 0x80)] : nil
            default: code >= 0x20 ? [UInt8(code | 0x80)] : nil
            }
        }
    }

    private var charset: String {
        switch self {
        case .ascii, .unknown: "ASCII"
        case .romaji: "ISO646-JP"
        case .latin1: "ISO-8859-1"
        case .latin2: "ISO-8859-2"
        case .latin3: "ISO-8859-3"
        case .latin4: "ISO-8859-4"
        case .cyrillic: "ISO-8859-5"
        case .arabic: "ISO-8859-6"
        case .greek: "ISO-8859-7"
        case .hebrew: "ISO-8859-8"
        case .latin5: "ISO-8859-9"
        case .latin9: "ISO-8859-15"
        case .thai: "TIS-620"
        case .katakana, .jisX0208, .jisX0212: "EUC-JP"
        case .ksX1001: "EUC-KR"
        case .gb2312: "GB2312"
        }
    }

    private static let jisX0208Table = doubleTable(.jisX0208)
    private static let jisX0212Table = doubleTable(.jisX0212)
    private static let ksX1001Table = doubleTable(.ksX1001)
    private static let gb2312Table = doubleTable(.gb2312)

    private static func doubleTable(_ set: GraphicSet) -> Table {
        let graphic = 0x21...0x7E
        // SS3 leads to JIS X 0212 in EUC-JP.
        let prefix: [UInt8] = set == .jisX0212 ? [0x8F] : []
        return Table(set.charset, codes: 1 << 14) { code in
            guard graphic.contains(code >> 7), graphic.contains(code & 0x7F) else { return nil }
            return prefix + [UInt8(code >> 7 | 0x80), UInt8(code & 0x7F | 0x80)]
        }
    }
}
