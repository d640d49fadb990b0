import DICOM

/// The query of a search for what belongs to no study (PS3.18 §12.6.1, §8.3.4).
struct NonPatientSearch {
    /// Keys with their values.
    private(set) var identifier = DataSet()
    private(set) var limit = 1000
    private(set) var offset = 0
    private var fields: Set<Tag> = []
    private var wantsAll = false
    /// Names are matched by their letters all the same.
    private(set) var asksForFuzzy = false

    /// What the modules of these objects are told apart by, answered unasked (PS3.4 Tables U.6-1, X.6-1, BB.6-1, HH.6-1, II.6-1).
    static let standard: Set<Tag> = Set([
        "SpecificCharacterSet", "InstanceCreationDate", "InstanceCreationTime", "SOPClassUID", "SOPInstanceUID", "ContentLabel", "ContentDescription",
        "ContentCreatorName", "Manufacturer", "HangingProtocolName", "HangingProtocolDescription", "HangingProtocolLevel", "HangingProtocolCreator",
        "HangingProtocolCreationDateTime", "HangingProtocolDefinitionSequence", "NumberOfPriorsReferenced", "HangingProtocolUserIdentificationCodeSequence",
        "HangingProtocolUserGroupName", "NumberOfScreens", "ImplantName", "ImplantPartNumber", "ImplantSize", "ImplantType", "EffectiveDateTime",
        "ImplantAssemblyTemplateName", "ImplantAssemblyTemplateIssuer", "ImplantAssemblyTemplateVersion", "ImplantTemplateGroupName",
        "ImplantTemplateGroupDescription", "ImplantTemplateGroupIssuer", "ImplantTemplateGroupVersion", "ProtocolName", "PotentialScheduledProtocolCodeSequence",
        "EquipmentModalitySequence", "ModelSpecificationSequence", "CustomProtocolIdentificationSequence", "InstructionSequence", "ApprovalSequence",
        "InventoryPurpose", "InventoryCompletionStatus", "ContentDate", "ContentTime",
    ].compactMap { DataElementTable.tag(keyword: $0) })

    /// - Throws: 400 naming the parameter that has no meaning.
    init(_ text: String) throws {
        let pairs = QueryString.pairs(text)
        guard pairs.count <= 200 else { throw HTTPFailure(.badRequest, "a search takes at most 200 parameters") }
        for (name, value) in pairs {
            switch name {
            case "limit": limit = min(try Self.number(name, value), 1000)
            case "offset": offset = try Self.number(name, value)
            case "includefield":
                for field in value.split(separator: ",") { if field == "all" { wantsAll = true } else { fields.insert(try Self.path(field)[0]) } }
            case "fuzzymatching": asksForFuzzy = try Self.flag(name, value)
            case "emptyvaluematching", "multiplevaluematching": _ = try Self.flag(name, value)
            case "accept", "charset": continue
            default:
                let path = try Self.path(name[...])
                fields.insert(path[0])
                identifier = Self.adding(value, at: path[...], to: identifier)
            }
        }
        limit = max(limit, 1)
        identifier.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"))
    }

    func shown(_ attributes: DataSet) -> DataSet {
        var shown = wantsAll ? attributes : DataSet(attributes.elements.filter { Self.standard.contains($0.tag) || fields.contains($0.tag) })
        shown.inheritedCharacterSet = .utf8
        return shown
    }

    private static func adding(_ value: String, at path: ArraySlice<Tag>, to dataSet: DataSet) -> DataSet {
        guard let tag = path.first else { return dataSet }
        var dataSet = dataSet
        if path.count > 1 {
            dataSet.set(DataElement(tag, items: [adding(value, at: path.dropFirst(), to: dataSet.item(0, of: tag) ?? DataSet())]))
        } else {
            let vr = DataElementTable.entry(for: tag)?.vrs.first ?? .LO
            let values = value.split { $0 == "\\" || vr == .UI && $0 == "," }.map(String.init)
            dataSet.set(vr.isText ? DataElement(tag, vr, strings: values) : DataElement(tag, vr, integers: values.compactMap { Int($0) }))
        }
        return dataSet
    }

    private static func path(_ text: Substring) throws -> [Tag] {
        let path = text.split(separator: ".", omittingEmptySubsequences: false).map { Tag(hex: $0) ?? DataElementTable.tag(keyword: String($0)) }
        let tags = path.compactMap { $0 }
        guard !tags.isEmpty, tags.count == path.count else { throw HTTPFailure(.badRequest, "'\(text)' is neither a parameter of a search nor an attribute") }
        return tags
    }

    private static func flag(_ name: String, _ text: String) throws -> Bool {
        guard text == "true" || text == "false" else { throw HTTPFailure(.badRequest, "\(name) is true or false, not '\(text)'") }
        return text == "true"
    }

    private static func number(_ name: String, _ text: String) throws -> Int {
        guard let number = Int(text), number >= 0 else { throw HTTPFailure(.badRequest, "\(name) must be a number from 0, not '\(text)'") }
        return number
    }
}
