import DICOM

/// Names as words and sounds, for fuzzy semantic matching (PS3.4 §C.2.2.2.1.1 leaves to us what it means).
enum NameWords {
    /// What the index keeps of a name: each word folded, and how words of Latin letters sound.
    static func indexed(_ name: String) -> Set<String> {
        words(name).reduce(into: []) { all, word in
            all.insert(word)
            if let sound = sound(word) { all.insert("~" + sound) }
        }
    }

    /// In any order, wildcards and delimiters left out.
    static func words(_ name: String) -> [String] {
        Fold.fold(name).split { !$0.isLetter && !$0.isNumber }.prefix(16).map { String($0.prefix(64)) }
    }

    /// American Soundex: the first letter and three digits; nil for what is not Latin letters alone.
    static func sound(_ word: String) -> String? {
        let letters = Array(word.utf8)
        guard letters.count > 1, let first = letters.first, letters.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else { return nil }
        var code = [first]
        var last = digits[Int(first - UInt8(ascii: "a"))]
        for letter in letters.dropFirst() where code.count < 4 {
            let digit = digits[Int(letter - UInt8(ascii: "a"))]
            // h and w do not part two letters of one sound, vowels do.
            if digit == UInt8(ascii: "-") { continue }
            if digit != last, digit != UInt8(ascii: "0") { code.append(digit) }
            last = digit
        }
        return String(decoding: code + [UInt8](repeating: UInt8(ascii: "0"), count: 4 - code.count), as: UTF8.self)
    }

    /// By letter; `0` vowels, `-` h and w.
    private static let digits = Array("01230120022455012623010202".utf8).enumerated().map { index, digit in
        index == 7 || index == 22 ? UInt8(ascii: "-") : digit
    }
}
