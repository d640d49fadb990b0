/// A value of Specific Character Set (0008,0005) (PS3.3 Tables C.12-2 to C.12-5).
enum DefinedTerm: Hashable {
    case utf8, gb18030, gbk
    /// By its number in the International Register; 0 for an empty first value.
    case codeExtension(Int)

    /// Reads also what writers make of the terms: other separators, `ISO 2022` where it does not belong, names of other standards.
    init?(_ term: String) {
        if let exact = Self.exact[term] { self = exact; return }
        let letters = term.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        switch letters {
        case "": self = .codeExtension(0)
        case "UTF8", "ISOIR192", "ISO2022IR192": self = .utf8
        case "GB18030", "ISO2022GB18030": self = .gb18030
        case "GBK", "ISO2022GBK": self = .gbk
        case "ASCII", "USASCII", "ISO646": self = .codeExtension(6)
        default:
            let number = ["ISO2022IR", "2022IR", "ISOIR", "IR"].lazy.compactMap { prefix in
                letters.hasPrefix(prefix) ? Int(letters.dropFirst(prefix.count)) : nil
            }.first
            if let number = number ?? Self.iso8859[letters], ISO2022.registered[number] != nil {
                self = .codeExtension(number)
            } else {
                return nil
            }
        }
    }

    /// The spellings of the standard.
    private static let exact: [String: DefinedTerm] = {
        var terms: [String: DefinedTerm] = ["": .codeExtension(0), "ISO_IR 192": .utf8, "GB18030": .gb18030, "GBK": .gbk]
        for number in ISO2022.registered.keys where number != 0 {
            terms["ISO_IR \(number)"] = .codeExtension(number)
            terms["ISO 2022 IR \(number)"] = .codeExtension(number)
        }
        return terms
    }()

    private static let iso8859 = [
        "ISO88591": 100, "LATIN1": 100, "ISO88592": 101, "LATIN2": 101, "ISO88593": 109, "ISO88594": 110, "ISO88595": 144,
        "ISO88596": 127, "ISO88597": 126, "ISO88598": 138, "ISO88599": 148, "ISO885915": 203,
    ]
}
