/// A node of a structured report's content tree (PS3.3 §C.17.3): a concept, its value, and what belongs to it.
public struct ContentItem: Sendable, Equatable {
    /// How it belongs to its parent; nil for the root.
    public var relationship: String?
    /// Value Type (0040,A040): `TEXT`, `NUM`, `CONTAINER` …
    public var type: String
    /// Code Meaning of the concept's name; nil where it has none.
    public var name: String?
    /// As it is read aloud, with its unit; nil for containers and for what only points elsewhere.
    public var value: String?
    /// SOP Instances that an IMAGE, COMPOSITE or WAVEFORM item points to.
    public var references: [Reference]
    public var children: [ContentItem]

    public struct Reference: Sendable, Equatable {
        public var sopClass: UID?
        public var sopInstance: UID
    }

    /// - Parameter dataSet: of the report, or an item of a content sequence.
    public init(_ dataSet: DataSet) {
        relationship = dataSet.string(.relationshipType)
        type = dataSet.string(.valueType) ?? "CONTAINER"
        name = Self.meaning(.conceptNameCodeSequence, in: dataSet)
        value = Self.value(type, in: dataSet)
        references = dataSet.items(.referencedSOPSequence).compactMap { item in
            item.uid(.referencedSOPInstanceUID).map { Reference(sopClass: item.uid(.referencedSOPClassUID), sopInstance: $0) }
        }
        // Sequences nest no deeper than the reader lets them.
        children = dataSet.items(.contentSequence).map { ContentItem($0) }
    }

    private static func value(_ type: String, in dataSet: DataSet) -> String? {
        switch type {
        case "TEXT": return dataSet.string(.textValue)
        case "CODE": return meaning(.conceptCodeSequence, in: dataSet)
        case "NUM":
            guard let measured = dataSet.items(.measuredValueSequence).first, let number = measured.string(.numericValue) else { return nil }
            guard let unit = meaning(.measurementUnitsCodeSequence, in: measured), unit != "no units" else { return number }
            return "\(number) \(unit)"
        case "DATE": return dataSet.string(.date)
        case "TIME": return dataSet.string(.time)
        case "DATETIME": return dataSet.string(.dateTime)
        case "PNAME": return dataSet.string(.personName)
        case "UIDREF": return dataSet.string(.uid)
        default: return nil
        }
    }

    private static func meaning(_ sequence: Tag, in dataSet: DataSet) -> String? {
        dataSet.items(sequence).first?.string(.codeMeaning)
    }
}
