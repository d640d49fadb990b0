/// Text as people search for it: without case, accents and width.
public enum Fold {
    /// `ÅSTRÖM` becomes `astrom`, `Weiß` `weiss`, `ＡＢＣ` `abc`, `ﾀﾞ` the same as `ダ`.
    ///
    /// Unicode's compatibility decomposition and case folding; accents of Latin, Greek and Cyrillic, points of Hebrew and vowel signs
    /// of Arabic are left out. Folding what is folded changes nothing.
    public static func fold(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            if bytes.allSatisfy({ $0 < 0x80 }) {
                return String(unsafeUninitializedCapacity: bytes.count) { out in
                    for (index, byte) in bytes.enumerated() {
                        out[index] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
                    }
                    return bytes.count
                }
            }
            var folded = String.UnicodeScalarView()
            for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars { append(scalar, to: &folded) }
            return String(folded)
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to folded: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x41...0x5A: folded.append(Unicode.Scalar(UInt8(scalar.value | 0x20)))
        case 0..<0x80: folded.append(scalar)
        case 0xAC00...0xD7A3: appendHangul(scalar.value - 0xAC00, to: &folded)
        default:
            if let replacement = table[scalar.value] { folded.append(contentsOf: replacement) } else { folded.append(scalar) }
        }
    }

    /// Leading consonant, vowel and trailing consonant (Unicode §3.12).
    private static func appendHangul(_ index: UInt32, to folded: inout String.UnicodeScalarView) {
        for code in [0x1100 + index / 588, 0x1161 + index % 588 / 28, index % 28 == 0 ? 0 : 0x11A7 + index % 28] where code != 0 {
            if let scalar = Unicode.Scalar(code) { folded.append(scalar) }
        }
    }

    private static let table: [UInt32: [Unicode.Scalar]] = {
        var table: [UInt32: [Unicode.Scalar]] = [:]
        TableText.forEachRow(of: rows, columns: 2) { fields in
            guard let code = UInt32(TableText.string(fields[0]), radix: 16) else { return }
            table[code] = TableText.string(fields[1]).split(separator: " ").compactMap { UInt32($0, radix: 16).flatMap { Unicode.Scalar($0) } }
        }
        return table
    }()
}
