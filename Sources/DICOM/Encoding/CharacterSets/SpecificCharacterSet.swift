/// Repertoires that Specific Character Set (0008,0005) names (PS3.3 §C.12.1.1.2), and how text lies in bytes under them.
///
/// Decoding never fails: what has no meaning in the repertoire becomes U+FFFD, so that nobody reads a guess as a name.
public struct SpecificCharacterSet: Hashable, Sendable {
    /// As given.
    public let terms: [String]
    /// Terms that are none of the standard's and no common misspelling of one.
    public let unknownTerms: [String]
    let form: Form

    enum Form: Hashable, Sendable {
        case utf8
        /// GB18030, also for GBK, whose codes are the shorter ones of it.
        case gb18030, gbk
        case iso2022(ISO2022.Repertoire)
    }

    /// - Parameter terms: values of the attribute; the first may be empty (PS3.3 §C.12.1.1.2). Spellings such as `ISO-IR 100` are understood.
    public init(_ terms: [String]) {
        if terms.count == 1, let known = Self.single[terms[0]] { self = known } else { self.init(making: terms) }
    }

    /// Nearly every data set names one of these, and is asked for its repertoire with every text.
    private static let single: [String: SpecificCharacterSet] = Dictionary(
        uniqueKeysWithValues: (["ISO_IR 192", "GB18030", "GBK"] + ISO2022.registered.keys.map { "ISO_IR \($0)" }).map { ($0, SpecificCharacterSet(making: [$0])) })

    private init(making terms: [String]) {
        self.terms = terms
        var unknown: [String] = []
        let recognised = terms.map { term -> DefinedTerm in
            let known = DefinedTerm(term)
            if known == nil { unknown.append(term) }
            return known ?? .codeExtension(0)
        }
        unknownTerms = unknown
        // Sets without code extensions stand alone; others beside them have no meaning.
        form = if recognised.contains(.utf8) { .utf8 }
            else if recognised.contains(.gb18030) { .gb18030 }
            else if recognised.contains(.gbk) { .gbk }
            else { .iso2022(ISO2022.Repertoire(recognised.map { if case .codeExtension(let number) = $0 { number } else { 0 } }, isKnown: unknown.isEmpty)) }
    }

    /// ISO_IR 6: what holds where a data set names nothing.
    public static let `default` = SpecificCharacterSet([])
    public static let utf8 = SpecificCharacterSet(["ISO_IR 192"])

    /// Text of a value field; values stay separated by `\`, which inside a multi-byte character separates nothing.
    ///
    /// - Parameter vr: decides what ends a code extension (PS3.5 §6.1.2.5.3): `\` unless the VR is a single text, `^` and `=` in PN.
    public func decode(_ bytes: ArraySlice<UInt8>, vr: VR) -> String {
        bytes.withUnsafeBufferPointer { bytes in
            if isASCII(bytes) { return String(decoding: bytes, as: UTF8.self) }
            switch form {
            case .utf8: return String(decoding: bytes, as: UTF8.self)
            case .gb18030, .gbk: return Iconv.decode(bytes, from: "GB18030")
            case .iso2022(let repertoire): return repertoire.decode(bytes, vr: vr)
            }
        }
    }

    /// Bytes of a value field without padding; nil where the repertoire lacks a character of `text`.
    public func encode(_ text: String, vr: VR) -> [UInt8]? {
        switch form {
        case .utf8: return Array(text.utf8)
        case .gb18030: return Iconv.encode(text, to: "GB18030")
        case .gbk: return Iconv.encode(text, to: "GBK")
        case .iso2022(let repertoire): return repertoire.encode(text, vr: vr)
        }
    }

    /// Plain ASCII means the same in it as everywhere: in all but JIS X 0201.
    public var isASCIICompatible: Bool { isASCII([UInt8(ascii: "A")][...]) }

    /// The bytes are the text, and each `\` in them separates values or is one.
    func isASCII(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.withUnsafeBufferPointer { isASCII($0) } }

    /// ASCII without escape sequences means the same everywhere but in JIS X 0201.
    private func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var high: UInt8 = 0
        var hasEscape = false
        for byte in bytes {
            high |= byte
            hasEscape = hasEscape || byte == 0x1B
        }
        guard high < 0x80 else { return false }
        if case .iso2022(let repertoire) = form { return !hasEscape && repertoire.initial.g0 == .ascii }
        return true
    }
}
