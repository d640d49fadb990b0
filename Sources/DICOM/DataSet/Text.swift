/// Rules of text values (PS3.5 §6.2, §6.4).
enum Text {
    static let backslash = UInt8(ascii: "\\")

    /// Splits undecoded text at backslashes. Only for repertoires in which 5CH is never half of a character.
    static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        bytes.isEmpty ? [] : bytes.split(separator: backslash, omittingEmptySubsequences: false)
    }

    /// Without leading and trailing spaces and trailing NULs.
    static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let bytes = trimEnd(bytes)
        var start = bytes.startIndex
        while start < bytes.endIndex, bytes[start] == 0x20 { start += 1 }
        return bytes[start...]
    }

    /// Without trailing spaces and NULs: leading spaces carry meaning in texts of paragraphs.
    static func trimEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[end - 1] == 0x20 || bytes[end - 1] == 0 { end -= 1 }
        return bytes[..<end]
    }

    /// Decoded text split into values; spaces that carry no meaning for the VR are taken off.
    static func values(_ text: String, vr: VR) -> [String] {
        guard !vr.isSingleText else { return [trimmed(text, leading: false)] }
        return text.unicodeScalars.split(separator: "\\", omittingEmptySubsequences: false)
            .map { trimmed(String($0), leading: vr != .PN && vr != .UC) }
    }

    private static func trimmed(_ text: String, leading: Bool) -> String {
        var scalars = text.unicodeScalars[...]
        while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
        while leading, let first = scalars.first, first == " " { scalars.removeFirst() }
        return String(scalars)
    }

    /// The closest decimal of at most 16 characters (DS, PS3.5 Table 6.2-1).
    static func decimalString(_ number: Double) -> String {
        if let integer = Int(exactly: number), abs(integer) < 1_000_000_000_000_000 { return "\(integer)" }
        let text = "\(number)"
        guard text.utf8.count > 16 else { return text }
        // Significant digits are taken off until it fits.
        for digits in stride(from: 15, through: 1, by: -1) {
            let shorter = significant(number, digits)
            if shorter.utf8.count <= 16 { return shorter }
        }
        return "0"
    }

    private static func significant(_ number: Double, _ digits: Int) -> String {
        var exponent = 0
        var mantissa = abs(number)
        while mantissa >= 10 { mantissa /= 10; exponent += 1 }
        while mantissa < 1, mantissa > 0 { mantissa *= 10; exponent -= 1 }
        var scale = 1.0
        for _ in 1..<max(digits, 2) { scale *= 10 }
        let rounded = (mantissa * scale).rounded() / scale
        let sign = number < 0 ? "-" : ""
        if (-4...9).contains(exponent) {
            var power = 1.0
            for _ in 0..<abs(exponent) { power *= 10 }
            return sign + "\(exponent < 0 ? rounded / power : rounded * power)"
        }
        return sign + "\(rounded)E\(exponent)"
    }
}

/// Numbers of a value field, least significant byte first.
enum LittleEndian {
    /// Whole words; a rest that is no word is left out.
    static func words<Word: FixedWidthInteger & UnsignedInteger>(_ bytes: ArraySlice<UInt8>, of: Word.Type) -> [Word] {
        let size = Word.bitWidth / 8
        return bytes.withUnsafeBytes { raw in
            (0..<raw.count / size).map { Word(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: Word.self)) }
        }
    }

    /// The first word, where there is one.
    static func first<Word: FixedWidthInteger & UnsignedInteger>(_ bytes: ArraySlice<UInt8>, of: Word.Type) -> Word? {
        guard bytes.count >= Word.bitWidth / 8 else { return nil }
        return bytes.withUnsafeBytes { Word(littleEndian: $0.loadUnaligned(as: Word.self)) }
    }

    static func append<Word: FixedWidthInteger>(_ word: Word, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
