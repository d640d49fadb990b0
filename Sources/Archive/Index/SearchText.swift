import DICOM
import Foundation

/// Names and words as the index keeps them for searching: folded (``Fold``).
enum SearchText {
    /// The component groups of a person's name (PS3.5 §6.2.1.1) folded, without delimiters that say nothing; empty groups left out.
    static func nameGroups(_ name: String) -> [String] {
        name.split(separator: "=", omittingEmptySubsequences: true).map { group($0) }.filter { !$0.isEmpty }
    }

    static func group(_ group: some StringProtocol) -> String {
        let components = Fold.fold(String(group)).split(separator: "^", omittingEmptySubsequences: false).map { trim($0) }
        return IndexedText.of(trimmedEnd(components.joined(separator: "^")))
    }

    /// The alphabetic group, or the first there is: what a list of names is sorted by.
    static func sortKey(_ name: String) -> String { nameGroups(name).first ?? "" }

    private static func trimmedEnd(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, last == "^" || last == " " { text.removeLast() }
        return String(text)
    }

    private static func trim(_ text: some StringProtocol) -> String { text.trimmingCharacters(in: .whitespaces) }

    /// The words by which a text is found: as they stand between spaces and delimiters, and their parts between other marks.
    static func words(_ text: String) -> Set<String> {
        var words: Set<String> = []
        for word in searchWords(text) {
            words.insert(word)
            let parts = word.split { !$0.isLetter && !$0.isNumber }
            if parts.count > 1 { for part in parts { words.insert(String(part)) } }
            if let first = parts.first, parts.count == 1 { words.insert(String(first)) }
        }
        return words
    }

    /// The words of what somebody types.
    static func searchWords(_ text: String) -> [String] {
        Fold.fold(text).split { $0.isWhitespace || "^=\\,;".contains($0) }.map { IndexedText.of(String($0.prefix(64))) }
    }

    /// First text that does not begin with `prefix`, in the order of bytes.
    static func end(of prefix: String) -> String { prefix + "\u{10FFFF}" }
}
