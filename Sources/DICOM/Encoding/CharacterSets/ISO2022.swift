/// Code extension techniques as DICOM uses them (PS3.5 §6.1.2.5).
enum ISO2022 {
    /// What the lower and the upper half of the byte codes mean.
    struct Designation: Hashable, Sendable {
        var g0: GraphicSet = .ascii
        var g1: GraphicSet?
    }

    enum Half: Hashable, Sendable { case g0, g1 }

    /// What a defined term brings, by its registration number (PS3.3 Tables C.12-2 to C.12-4); 0 is the empty first value.
    static let registered: [Int: Designation] = [
        0: Designation(), 6: Designation(),
        100: Designation(g1: .latin1), 101: Designation(g1: .latin2), 109: Designation(g1: .latin3), 110: Designation(g1: .latin4),
        144: Designation(g1: .cyrillic), 127: Designation(g1: .arabic), 126: Designation(g1: .greek), 138: Designation(g1: .hebrew),
        148: Designation(g1: .latin5), 203: Designation(g1: .latin9), 166: Designation(g1: .thai),
        13: Designation(g0: .romaji, g1: .katakana), 14: Designation(g0: .romaji, g1: .katakana),
        87: Designation(g0: .jisX0208), 159: Designation(g0: .jisX0212),
        149: Designation(g1: .ksX1001), 58: Designation(g1: .gb2312),
    ]

    /// Escape sequences without ESC (PS3.3 Tables C.12-3 and C.12-4). The last four are not DICOM's but seen, and have one meaning.
    static let escapes: [Escape] = [
        Escape("(B", .g0, .ascii), Escape("(J", .g0, .romaji), Escape(")I", .g1, .katakana),
        Escape("-A", .g1, .latin1), Escape("-B", .g1, .latin2), Escape("-C", .g1, .latin3), Escape("-D", .g1, .latin4),
        Escape("-L", .g1, .cyrillic), Escape("-G", .g1, .arabic), Escape("-F", .g1, .greek), Escape("-H", .g1, .hebrew),
        Escape("-M", .g1, .latin5), Escape("-b", .g1, .latin9), Escape("-T", .g1, .thai),
        Escape("$B", .g0, .jisX0208), Escape("$(D", .g0, .jisX0212), Escape("$)C", .g1, .ksX1001), Escape("$)A", .g1, .gb2312),
        Escape("$@", .g0, .jisX0208), Escape("(I", .g0, .katakana), Escape("$(C", .g0, .ksX1001), Escape("$(A", .g0, .gb2312),
    ]

    struct Escape: Sendable {
        var sequence: [UInt8]
        var half: Half
        var set: GraphicSet

        init(_ sequence: String, _ half: Half, _ set: GraphicSet) {
            self.sequence = Array(sequence.utf8)
            self.half = half
            self.set = set
        }
    }

    static let escape: UInt8 = 0x1B

    /// Before these the sets of the first value are in force again (PS3.5 §6.1.2.5.3).
    static func isReset(_ byte: UInt8, _ vr: VR) -> Bool {
        switch byte {
        case 0x09, 0x0A, 0x0C, 0x0D: true
        case UInt8(ascii: "\\"): !vr.isSingleText
        case UInt8(ascii: "^"), UInt8(ascii: "="): vr == .PN
        default: false
        }
    }

    /// The sets that the values of one Specific Character Set allow.
    struct Repertoire: Hashable, Sendable {
        /// In force at the start of each value.
        var initial = Designation()
        /// Those that escape sequences may bring, in the order of the terms.
        var extensions: [GraphicSet] = []
        /// Upper half where nothing designates it but only one of the sets could be meant.
        var impliedG1: GraphicSet?
        /// Nothing but ISO 646 is named.
        var isPlain: Bool

        /// - Parameter isKnown: false where a term was not understood: bytes of the upper half then mean nothing.
        init(_ numbers: [Int], isKnown: Bool) {
            let designations = numbers.map { ISO2022.registered[$0] ?? Designation() }
            if let first = designations.first {
                // A multi-byte set can only be an extension, though some writers name nothing else.
                if !first.g0.isDouble { initial.g0 = first.g0 }
                if first.g1?.isDouble != true { initial.g1 = first.g1 }
            }
            if numbers.count > 1 || designations.contains(where: { $0.g0.isDouble || $0.g1?.isDouble == true }) {
                for designation in [initial] + designations {
                    for set in [designation.g0, designation.g1] {
                        if let set, !extensions.contains(set) { extensions.append(set) }
                    }
                }
            }
            let upper = Set(designations.compactMap(\.g1))
            impliedG1 = initial.g1 ?? (upper.count == 1 && isKnown ? upper.first : nil)
            isPlain = isKnown && designations.allSatisfy { $0 == Designation() }
        }
    }
}
