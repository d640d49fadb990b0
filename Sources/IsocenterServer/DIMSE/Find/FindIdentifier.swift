import Archive
import DICOM
import DICOMNetwork

/// The identifier of a C-FIND request, looked through by the rules of its model (PS3.4 §C.4.1.1.3, §C.4.1.3).
struct FindIdentifier: Sendable {
    let dataSet: DataSet
    let level: Query.Level
    let query: Query

    /// Why an identifier cannot be answered, as the response says it (PS3.4 Table C.4-1).
    struct Refusal: Error, Equatable {
        var status: DIMSEStatus
        var element: Tag
        var words: String
    }

    init(_ dataSet: DataSet, model: QueryModel, options: FindOptions) throws(Refusal) {
        self.dataSet = dataSet
        level = try Self.level(dataSet, model)
        if !options.relational { try Self.checkUniqueKeys(dataSet, above: level, in: model) }
        try Self.checkValues(dataSet)
        var query = Query(level, identifier: dataSet)
        query.combinesDateAndTime = options.combinesDateAndTime
        query.isFuzzy = options.fuzzyNames
        if options.adjustsTimezone, let text = dataSet.string(.timezoneOffsetFromUTC) {
            guard let minutes = Query.timezone(text) else { throw .malformed(.timezoneOffsetFromUTC, "\(text) is no offset from UTC") }
            query.timezone = minutes
        }
        self.query = query
    }

    /// What is asked, for people: `PatientID=4711 StudyDate=20260101-`; keys without a value are asked for all.
    var words: String {
        dataSet.elements.compactMap { element in
            let name = DataElementTable.entry(for: element.tag)?.keyword ?? element.tag.description
            let value = dataSet.strings(element.tag).joined(separator: "\\")
            return value.isEmpty ? nil : "\(name)=\(value)"
        }.joined(separator: " ")
    }

    private static func level(_ dataSet: DataSet, _ model: QueryModel) throws(Refusal) -> Query.Level {
        guard let text = dataSet.string(.queryRetrieveLevel) else { throw .mismatch(.queryRetrieveLevel, "Query/Retrieve Level is missing") }
        guard let level = Query.Level(text), model.levels.contains(level) else {
            throw .mismatch(.queryRetrieveLevel, "level must be one of \(model.levels.map(\.text).joined(separator: ", "))")
        }
        return level
    }

    /// Hierarchical search: one value for the unique key of each level above (PS3.4 §C.4.1.3.1.1).
    private static func checkUniqueKeys(_ dataSet: DataSet, above level: Query.Level, in model: QueryModel) throws(Refusal) {
        for upper in model.levels where upper < level {
            let values = dataSet.strings(upper.uniqueKey).filter { !$0.isEmpty }
            guard let value = values.first else { throw .mismatch(upper.uniqueKey, "unique key of level \(upper.text) is missing") }
            guard values.count == 1, upper == .patient ? !value.contains(where: { $0 == "*" || $0 == "?" }) : UID(value) != nil else {
                throw .mismatch(upper.uniqueKey, "unique key of level \(upper.text) must be a single value")
            }
        }
    }

    // MARK: Values

    private static func checkValues(_ dataSet: DataSet, depth: Int = 0) throws(Refusal) {
        for element in dataSet.elements where !element.tag.isGroupLength && element.tag != .queryRetrieveLevel {
            if case .items(let items) = element.value {
                guard items.items.count <= 1 else { throw .malformed(element.tag, "a sequence key has one item, not \(items.items.count)") }
                for item in items.items { try checkValues(item.dataSet, depth: depth + 1) }
                continue
            }
            guard case .bytes = element.value else { throw .malformed(element.tag, "this attribute cannot be matched") }
            let values = dataSet.strings(element.tag).filter { !$0.isEmpty }
            guard values.count <= Query.mostValues else { throw .malformed(element.tag, "more than \(Query.mostValues) values") }
            if values.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
                throw .malformed(element.tag, "text is not of the Specific Character Set named")
            }
            guard values != ["\"\""] else { continue }
            for value in values where !value.allSatisfy({ $0 == "*" }) {
                if let words = fault(value, element.vr == .UN ? DataElementTable.onlyVR(of: element.tag) ?? .UN : element.vr) { throw .malformed(element.tag, words) }
            }
        }
    }

    /// What is wrong with a value, by its VR.
    private static func fault(_ value: String, _ vr: VR) -> String? {
        switch vr {
        case .DA: ValueRange<CalendarDate>(value) == nil && value.filter({ $0 != " " }) != "-" ? "no date and no range of dates" : nil
        case .TM: ValueRange<TimeOfDay>(value) == nil && value.filter({ $0 != " " }) != "-" ? "no time and no range of times" : nil
        case .DT: ValueRange<DateTime>(value) == nil ? "no date-time and no range of them" : nil
        case .UI: UID(value) == nil ? "no UID" : nil
        case .IS: Int(value) == nil ? "no integer" : nil
        case .DS: Double(value) == nil ? "no number" : nil
        default: nil
        }
    }
}

extension FindIdentifier.Refusal {
    static func mismatch(_ element: Tag, _ words: String) -> Self { Self(status: .dataSetDoesNotMatchSOPClass, element: element, words: words) }
    static func malformed(_ element: Tag, _ words: String) -> Self { Self(status: .cannotUnderstand, element: element, words: words) }
}
