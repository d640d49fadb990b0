import Archive
import DICOM

/// Makes the identifier of a response: what was asked for, as it was asked for (PS3.4 §C.4.1.1.3.2).
struct FindAnswer: Sendable {
    private let identifier: DataSet
    private let level: Query.Level
    private let retrieveAETitle: String
    private let characterSet: SpecificCharacterSet
    private let adjustsTimezone: Bool

    init(_ identifier: FindIdentifier, retrieveAETitle: String) {
        self.identifier = identifier.dataSet
        level = identifier.level
        self.retrieveAETitle = retrieveAETitle
        characterSet = identifier.dataSet.characterSet
        adjustsTimezone = identifier.query.timezone != nil
    }

    func dataSet(_ match: DataSet) -> DataSet {
        var elements: [DataElement] = []
        for key in identifier.elements where !key.tag.isGroupLength && !Self.ours.contains(key.tag) { elements.append(Self.element(key, of: match)) }
        if adjustsTimezone, let zone = match[.timezoneOffsetFromUTC] { elements.append(zone) }
        elements.append(DataElement(.queryRetrieveLevel, .CS, level.text))
        elements.append(DataElement(.retrieveAETitle, .AE, retrieveAETitle))
        elements.append(DataElement(.instanceAvailability, .CS, "ONLINE"))
        return encoded(elements)
    }

    /// Answered by us, whatever the identifier says.
    private static let ours: Set<Tag> = [.specificCharacterSet, .queryRetrieveLevel, .retrieveAETitle, .instanceAvailability]

    /// Empty where we know no value.
    private static func element(_ key: DataElement, of match: DataSet) -> DataElement {
        let vr = key.vr == .UN ? DataElementTable.onlyVR(of: key.tag) ?? .UN : key.vr
        guard vr == .SQ else { return match[key.tag] ?? DataElement(tag: key.tag, vr: vr, value: .bytes([])) }
        guard case .items(let wanted) = key.value, let item = wanted.items.first?.dataSet, !item.isEmpty else {
            return match[key.tag] ?? DataElement(key.tag, items: [])
        }
        // Items with the attributes that were asked for.
        return DataElement(key.tag, items: match.items(key.tag).map { found in
            var shown = DataSet(item.elements.map { element($0, of: found) })
            shown.inheritedCharacterSet = .utf8
            return shown
        })
    }

    // MARK: Character set

    /// In the requester's character set where it can say everything, else in UTF-8, and says so.
    private func encoded(_ elements: [DataElement]) -> DataSet {
        if elements.allSatisfy({ $0.isASCII(in: characterSet) }) { return named(elements, characterSet.terms) }
        var converted: [DataElement] = []
        for element in elements {
            guard let one = element.encoded(in: characterSet) else { return named(elements, ["ISO_IR 192"]) }
            converted.append(one)
        }
        return named(converted, characterSet.terms)
    }

    private func named(_ elements: [DataElement], _ terms: [String]) -> DataSet {
        var dataSet = DataSet(elements)
        if !terms.isEmpty { dataSet.set(DataElement(.specificCharacterSet, .CS, strings: terms)) }
        return dataSet
    }
}

extension DataElement {
    /// Means the same in this character set as in UTF-8.
    fileprivate func isASCII(in characterSet: SpecificCharacterSet) -> Bool {
        switch value {
        case .bytes(let bytes): !vr.usesSpecificCharacterSet || bytes.allSatisfy { $0 < 0x80 } && characterSet.isASCIICompatible
        case .items(let items): items.items.allSatisfy { $0.dataSet.elements.allSatisfy { $0.isASCII(in: characterSet) } }
        default: true
        }
    }

    /// From UTF-8; nil where the character set lacks a character.
    fileprivate func encoded(in characterSet: SpecificCharacterSet) -> DataElement? {
        switch value {
        case .bytes(let bytes):
            guard vr.usesSpecificCharacterSet else { return self }
            guard let encoded = characterSet.encode(String(decoding: bytes, as: UTF8.self).trimmingPadding, vr: vr) else { return nil }
            return DataElement(tag, vr, bytes: encoded)
        case .items(let items):
            var dataSets: [DataSet] = []
            for item in items.items {
                var elements: [DataElement] = []
                for element in item.dataSet.elements {
                    guard let one = element.encoded(in: characterSet) else { return nil }
                    elements.append(one)
                }
                dataSets.append(DataSet(elements))
            }
            return DataElement(tag, items: dataSets)
        default: return self
        }
    }
}

extension String {
    fileprivate var trimmingPadding: String {
        var scalars = unicodeScalars
        while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
        return String(scalars)
    }
}
