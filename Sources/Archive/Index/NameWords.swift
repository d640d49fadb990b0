import DICOM

/// Names as words and sounds, for fuzzy semantic matching (PS3.4 §C.2.2.2.1.1 leaves to us what it means): in any order, without case
/// and accents, in the name's own script or in Latin letters, and what sounds alike.
enum NameWords {
    /// What the index keeps of a name: each word folded and in Latin letters; behind `~` how these sound; behind `$` the consonants of
    /// a script that writes no vowels.
    static func indexed(_ name: String) -> Set<String> {
        words(name).reduce(into: []) { all, word in
            all.insert(word)
            if let consonants = Latin.consonants(word).flatMap({ skeleton($0) }) { all.insert("$" + consonants) }
            for spelling in Latin.spellings(word) {
                all.insert(IndexedText.of(String(spelling.prefix(longestWord))))
                if let sound = sound(spelling) { all.insert("~" + likeness(sound, of: spelling)) }
            }
            if let sound = sound(word) { all.insert("~" + likeness(sound, of: word)) }
        }
    }

    /// What is looked for, for one word of a key: beginnings of words, and entries as `indexed` makes them.
    static func sought(_ word: String) -> (beginnings: [String], entries: [String]) {
        let spellings = Latin.spellings(word)
        var entries: Set<String> = []
        for latin in [word] + spellings {
            if let sound = sound(latin) { entries.insert("~" + likeness(sound, of: latin)) }
            // One letter is the beginning of too many others.
            if let skeleton = skeleton(latin), skeleton.utf8.count > 1 { entries.insert("$" + skeleton) }
        }
        if let consonants = Latin.consonants(word), let skeleton = skeleton(consonants) {
            entries.insert("$" + skeleton)
            for sound in sounds(skeleton) { entries.insert("~" + sound) }
        }
        return ([word] + spellings.filter { $0.utf8.count > 1 }, entries.sorted())
    }

    static let longestWord = 64

    /// In any order, wildcards and delimiters left out.
    static func words(_ name: String) -> [String] {
        Fold.fold(name).split { !$0.isLetter && !$0.isNumber }.prefix(16).map { IndexedText.of(String($0.prefix(longestWord))) }
    }

    /// American Soundex: the first letter and three digits; nil for what is not Latin letters alone.
    static func sound(_ word: String) -> String? {
        guard let letters = latinLetters(word), let first = letters.first else { return nil }
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

    /// A Soundex whose first letter stands for all that begin alike: Carl and Karl, Philipp and Filip, Wladimir and Vladimir.
    private static func likeness(_ sound: String, of word: String) -> String {
        beginnings.first { word.hasPrefix($0.0) }.map { $0.1 + (Self.sound($0.1 + word.dropFirst($0.0.count)) ?? sound).dropFirst() } ?? sound
    }

    private static let beginnings = [
        ("ph", "f"), ("tch", "c"), ("ch", "c"), ("kh", "c"), ("kn", "n"), ("wr", "r"), ("sch", "s"), ("sh", "s"),
        ("k", "c"), ("q", "c"), ("g", "c"), ("x", "s"), ("z", "s"), ("ts", "s"), ("w", "v"), ("j", "y"),
    ]

    /// First letter and the digits of the consonants, none twice in a row whatever stood between them.
    private static func skeleton(_ word: String) -> String? {
        guard let sound = latinLetters(word).map({ String(decoding: $0, as: UTF8.self) }), let first = sound.utf8.first else { return nil }
        var code = [first]
        var last = digits[Int(first - UInt8(ascii: "a"))]
        for letter in sound.utf8.dropFirst() where code.count < 4 {
            let digit = digits[Int(letter - UInt8(ascii: "a"))]
            guard digit != UInt8(ascii: "-"), digit != UInt8(ascii: "0"), digit != last else { continue }
            code.append(digit)
            last = digit
        }
        return String(decoding: code, as: UTF8.self)
    }

    /// The Soundex codes of words with these consonants: vowels may have parted two of one digit.
    private static func sounds(_ skeleton: String) -> Set<String> {
        let rest = Array(skeleton.utf8.dropFirst()), first = skeleton.utf8.first ?? 0
        var codes: Set<[UInt8]> = [[]]
        for (index, digit) in ([digits[Int(first - UInt8(ascii: "a"))]] + rest).enumerated() {
            codes = codes.reduce(into: []) { longer, code in
                for times in (index == 0 ? 0 : 1)...(index == 0 ? 1 : 2) where index > 0 || digit > UInt8(ascii: "0") || times == 0 {
                    longer.insert(Array((code + [UInt8](repeating: digit, count: times)).prefix(3)))
                }
            }
        }
        return Set(codes.map { code in
            let sound = String(decoding: [first] + code + [UInt8](repeating: UInt8(ascii: "0"), count: 3 - code.count), as: UTF8.self)
            return likeness(sound, of: skeleton)
        })
    }

    private static func latinLetters(_ word: String) -> [UInt8]? {
        let letters = Array(word.utf8)
        return letters.count > 1 && letters.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } ? letters : nil
    }

    /// By letter; `0` vowels, `-` h and w.
    private static let digits = Array("01230120022455012623010202".utf8).enumerated().map { index, digit in
        index == 7 || index == 22 ? UInt8(ascii: "-") : digit
    }
}
