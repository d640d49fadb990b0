/// One attribute before and after a correction, for people.
public struct AttributeChange: Sendable, Hashable, Encodable {
    /// Eight hexadecimal digits.
    public var tag: String
    public var name: String
    /// Empty where the attribute was empty or absent.
    public var before: String
    /// nil where the attribute was removed.
    public var after: String?

    public static func all(of correction: Correction) -> [AttributeChange] {
        correction.tags.map { tag in
            AttributeChange(
                tag: tag.hex, name: DataElementTable.entry(for: tag)?.name ?? "Private",
                before: text(correction.previous, tag), after: correction.values[tag] == nil ? nil : text(correction.values, tag))
        }
    }

    private static func text(_ dataSet: DataSet, _ tag: Tag) -> String {
        guard let element = dataSet[tag] else { return "" }
        switch element.value {
        case .items(let items):
            let words = items.items.map { item in
                item.dataSet.elements.map { "\(DataElementTable.entry(for: $0.tag)?.keyword ?? $0.tag.hex)=\(text(item.dataSet, $0.tag))" }.joined(separator: ", ")
            }
            return words.map { "{\($0)}" }.joined(separator: " ")
        case .bytes(let bytes):
            let strings = dataSet.strings(tag)
            return strings.isEmpty && !bytes.isEmpty ? "\(bytes.count) bytes" : strings.joined(separator: "\\")
        case .fragments, .external: return "bulk data"
        }
    }

    /// `(0010,0020) Patient ID: '4711' → 'N-4711'`
    public var text: String {
        let tag = "(\(tag.prefix(4)),\(tag.suffix(4))) \(name)"
        return "\(tag): \(before.isEmpty ? "nothing" : "'\(before)'") → \(after.map { $0.isEmpty ? "empty" : "'\($0)'" } ?? "removed")"
    }
}
