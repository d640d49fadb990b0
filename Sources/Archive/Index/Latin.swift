import DICOM
import Foundation

/// Names of other scripts in Latin letters, as people write them who do not have the script: Чайковский as chaikovskii, やまだ as yamada.
enum Latin {
    /// A folded word in Latin letters, in each way that is usual; none where it has them already, or where nobody knows.
    static func spellings(_ word: String) -> [String] {
        guard word.utf8.contains(where: { $0 >= 0x80 }), let latin = word.applyingTransform(.toLatin, reverse: false) else { return [] }
        // What has no vowels in writing sounds like many words: see `NameWords`.
        if word.unicodeScalars.contains(where: isConsonantal) { return [] }
        var all: [String] = []
        func add(_ text: String) {
            let plain = Fold.fold(text).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
            if !plain.isEmpty, !all.contains(plain) { all.append(plain) }
        }
        add(spelled(word))
        add(latin)
        // Each character of a name in Chinese or Korean is a syllable; some write them apart.
        let syllables = latin.split { $0 == " " || $0 == "-" }
        if syllables.count > 1 { for syllable in syllables.prefix(8) { add(String(syllable)) } }
        // Long vowels of Japanese are written or not: Tarou, Taro; Yuuko, Yuko.
        for spelling in all { add(spelling.replacing("ou", with: "o").replacing("oo", with: "o").replacing("uu", with: "u")) }
        return all
    }

    /// Consonants of Arabic and Hebrew in Latin letters; nil for other scripts.
    static func consonants(_ word: String) -> String? {
        guard word.unicodeScalars.contains(where: isConsonantal), let latin = word.applyingTransform(.toLatin, reverse: false) else { return nil }
        let plain = Fold.fold(latin).filter { $0.isASCII && $0.isLetter }
        return plain.isEmpty ? nil : plain
    }

    private static func isConsonantal(_ scalar: Unicode.Scalar) -> Bool {
        (0x0590...0x06FF).contains(scalar.value) || (0x0750...0x077F).contains(scalar.value)
    }

    private static func spelled(_ word: String) -> String {
        word.reduce(into: "") { text, letter in text += letters[letter] ?? String(letter) }
            .applyingTransform(.toLatin, reverse: false) ?? ""
    }

    /// As passports and newspapers write Russian, Ukrainian, Bulgarian, Serbian and Greek names; ICU's own writing is the scholars'.
    private static let letters: [Character: String] = [
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
        "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
        "ю": "yu", "я": "ya", "ё": "yo", "є": "ye", "і": "i", "ї": "yi", "ґ": "g", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ў": "u",
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o",
        "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
    ]
}
