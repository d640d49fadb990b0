import Crypto

/// Text as columns with an index keep it, and as it is looked for there. An entry of an index of PostgreSQL has less than 2.7 kB, and up to
/// three texts stand in one: so no text has more than 800 bytes. None that DICOM allows in these attributes is as long (PS3.5 §6.2: 64
/// characters, of a name three times that). A longer one, which is kept and answered as it is, is found by its whole and by how it begins.
enum IndexedText {
    static let longest = 800

    /// What is too long ends in a fingerprint of the whole: two texts that differ stay two.
    static func of(_ text: String) -> String {
        guard text.utf8.count > longest else { return text }
        let fingerprint = SHA256.hash(data: Array(text.utf8)).prefix(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return beginning(text) + "~" + fingerprint
    }

    /// As much of it as stays of a text that is too long.
    static func beginning(_ text: String) -> String {
        guard text.utf8.count > longest - 33 else { return text }
        var kept = String.UnicodeScalarView()
        var left = longest - 33
        for scalar in text.unicodeScalars {
            left -= scalar.utf8.count
            guard left >= 0 else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
