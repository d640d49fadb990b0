/// Makes data sets of the Native DICOM Model. Text becomes UTF-8, and the data set says so.
struct XMLDecoder {
    private let limits: ReadLimits
    private let bulkData: ((ElementPath, String) -> [UInt8]?)?
    private var reader: XMLReader
    private var elementCount = 0
    /// What numbers may skip in one document: a number says how many empty values stand before it, and must not make them many.
    private var gapsLeft = 65_536

    /// An attribute that was read, and who defines it where it is private.
    private typealias Attribute = (element: DataElement, creator: String?)

    init(_ bytes: [UInt8], limits: ReadLimits, bulkData: ((ElementPath, String) -> [UInt8]?)?) throws(DICOMXMLError) {
        self.limits = limits
        self.bulkData = bulkData
        // An item: DicomAttribute and Item; in the last a PersonName with its group and component.
        reader = try XMLReader(bytes, depth: 2 * limits.nesting + 5)
    }

    mutating func document() throws(DICOMXMLError) -> DataSet {
        guard case .start("NativeDicomModel", _) = try reader.next() else { throw error("the document is no NativeDicomModel") }
        let dataSet = try self.dataSet(in: [])
        guard case .endOfDocument = try reader.next() else { throw error("something follows the data set") }
        return dataSet
    }

    private func error(_ message: String, _ code: DICOMXMLError.Code = .model, _ path: ElementPath? = nil) -> DICOMXMLError {
        DICOMXMLError(code: code, path: path.map { "\($0)" } ?? "", offset: reader.position, message: message)
    }

    private mutating func dataSet(in steps: [ElementPath.Step]) throws(DICOMXMLError) -> DataSet {
        guard steps.count <= limits.nesting else { throw error("sequences nest deeper than \(limits.nesting)", .nestingTooDeep) }
        var attributes: [Attribute] = []
        var isASCII = true
        while let (name, fields) = try child() {
            guard name == "DicomAttribute" else { throw error("<\(name)> stands where a DicomAttribute should") }
            elementCount += 1
            guard elementCount <= limits.elements else { throw error("more than \(limits.elements) elements", .tooManyElements) }
            guard let attribute = try self.attribute(fields, in: steps) else { continue }
            if attribute.element.vr.usesSpecificCharacterSet, case .bytes(let bytes) = attribute.element.value { isASCII = isASCII && bytes.allSatisfy { $0 < 0x80 } }
            attributes.append(attribute)
        }
        let elements: [DataElement]
        var blocks = PrivateBlocks(attributes)
        do { elements = try blocks.placed(attributes) } catch { throw self.error(error.message) }
        var dataSet = DataSet(elements)
        guard dataSet.elements.count == elements.count else { throw error("an attribute stands twice in the data set before this") }
        if dataSet[.specificCharacterSet] != nil || !isASCII { dataSet.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192")) }
        dataSet.inheritedCharacterSet = steps.isEmpty ? .default : .utf8
        return dataSet
    }

    /// nil for a group length, which has no place here.
    private mutating func attribute(_ fields: [(name: String, value: String)], in steps: [ElementPath.Step]) throws(DICOMXMLError) -> Attribute? {
        func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        guard let text = field("tag"), text.utf8.count == 8, let tag = Tag(hex: text) else { throw error("a DicomAttribute is named by the eight hexadecimal digits of its tag") }
        let path = ElementPath(steps, tag)
        let named = field("vr").map { VR($0) }
        if let named, named?.isKnown != true { throw error("vr is no value representation", .model, path) }
        guard let vr = named ?? DataElementTable.entry(for: tag)?.vrs.first else { throw error("vr is missing", .model, path) }
        let creator = field("privateCreator")
        guard creator == nil || tag.isPrivate else { throw error("privateCreator stands at an attribute that is not private", .model, path) }
        let value = try self.value(tag, vr, path)
        return tag.isGroupLength && creator == nil ? nil : (value, creator)
    }

    /// The content of a DicomAttribute, up to its end.
    private mutating func value(_ tag: Tag, _ vr: VR, _ path: ElementPath) throws(DICOMXMLError) -> DataElement {
        var values: [JSONValue] = []
        var items: [DataSet] = []
        var bytes: [UInt8]?
        var kind: String?
        while let (name, fields) = try child() {
            if let kind { guard kind == name, bytes == nil else { throw error("<\(name)> follows <\(kind)>", .model, path) } }
            kind = name
            switch name {
            case "Value", "PersonName":
                guard vr != .SQ, name == "Value" || vr == .PN else { throw error("<\(name)> is no content of \(vr)", .model, path) }
                for _ in 0..<(try gap(fields, after: values.count, path)) { values.append(.null) }
                let text = name == "Value" ? try self.text() : try personName()
                // Spaces around numbers are the document's, not the value's.
                let value = vr.isText ? text : text.filter { !$0.isWhitespace }
                values.append(value.isEmpty ? .null : .string(value))
            case "Item":
                guard vr == .SQ else { throw error("<Item> is no content of \(vr)", .model, path) }
                for _ in 0..<(try gap(fields, after: items.count, path)) { items.append(DataSet()) }
                items.append(try dataSet(in: path.steps + [ElementPath.Step(tag, item: items.count)]))
            case "InlineBinary":
                guard vr != .SQ, let value = Base64.decode(try text().filter { $0 != " " && $0 != "\t" }) else { throw error("InlineBinary is not base64", .value, path) }
                bytes = value
            case "BulkData":
                let reference = fields.first { $0.name == "uri" }?.value ?? fields.first { $0.name == "uuid" }.map { "urn:uuid:\($0.value)" }
                guard try child() == nil, let reference else { throw error("BulkData has neither uri nor uuid", .model, path) }
                guard vr != .SQ, let value = bulkData?(path, reference) else { throw error("nothing is known behind the bulk data \(reference)", .bulkData, path) }
                bytes = value
            default: throw error("<\(name)> is no content of a DicomAttribute", .model, path)
            }
        }
        if vr == .SQ { return DataElement(tag, items: items) }
        if let bytes { return DataElement(tag, vr, bytes: bytes) }
        guard !values.isEmpty else { return DataElement(tag, vr, bytes: []) }
        do { return try JSONValues(tag: tag, vr: vr, path: path).element(values) } catch { throw self.error(error.message, .value, path) }
    }

    /// How many empty values a number says stand between it and the last.
    private mutating func gap(_ fields: [(name: String, value: String)], after count: Int, _ path: ElementPath) throws(DICOMXMLError) -> Int {
        guard let field = fields.first(where: { $0.name == "number" }) else { return 0 }
        guard let number = Int(field.value), number > count else { throw error("number=\"\(field.value)\" should be at least \(count + 1)", .model, path) }
        let gap = number - count - 1
        guard gap <= gapsLeft else { throw error("number=\"\(number)\" leaves out too many values", .tooManyElements, path) }
        gapsLeft -= gap
        return gap
    }

    private mutating func personName() throws(DICOMXMLError) -> String {
        var name = PersonName()
        while let (group, _) = try child() {
            switch group {
            case "Alphabetic": name.alphabetic = try nameGroup()
            case "Ideographic": name.ideographic = try nameGroup()
            case "Phonetic": name.phonetic = try nameGroup()
            default: throw error("<\(group)> is no part of a PersonName")
            }
        }
        return name.text
    }

    private mutating func nameGroup() throws(DICOMXMLError) -> PersonName.Group {
        var group = PersonName.Group()
        while let (component, _) = try child() {
            switch component {
            case "FamilyName": group.familyName = try text()
            case "GivenName": group.givenName = try text()
            case "MiddleName": group.middleName = try text()
            case "NamePrefix": group.prefix = try text()
            case "NameSuffix": group.suffix = try text()
            default: throw error("<\(component)> is no component of a name")
            }
        }
        return group
    }

    // MARK: Elements

    /// The next element within the one that is open; nil at its end. Between elements stands nothing but white space.
    private mutating func child() throws(DICOMXMLError) -> (name: String, fields: [(name: String, value: String)])? {
        while true {
            switch try reader.next() {
            case .start(let name, let fields): return (name, fields)
            case .end, .endOfDocument: return nil
            case .text(let text):
                guard text.allSatisfy(\.isWhitespace) else { throw error("text stands between elements") }
            }
        }
    }

    /// The text of the element that is open, up to its end.
    private mutating func text() throws(DICOMXMLError) -> String {
        var result = ""
        while true {
            switch try reader.next() {
            case .text(let text): result += text
            case .start(let name, _): throw error("<\(name)> stands where text should")
            case .end, .endOfDocument: return result
            }
        }
    }
}

/// Where private attributes go that say who defines them (PS3.5 §7.8.1): to the block that this creator has in the data set.
private struct PrivateBlocks {
    struct Failure: Error { var message: String }

    private var creators: [Tag: String] = [:]
    /// Creators of blocks that are used, also where no element names them.
    private var used: Set<Tag> = []

    init(_ attributes: [(element: DataElement, creator: String?)]) {
        for (element, creator) in attributes {
            if creator == nil, element.tag.isPrivateCreator { used.insert(element.tag) }
            if let block = element.tag.privateCreator { used.insert(block) }
        }
    }

    mutating func placed(_ attributes: [(element: DataElement, creator: String?)]) throws(Failure) -> [DataElement] {
        var elements: [DataElement] = []
        for (element, creator) in attributes where creator == nil {
            if element.tag.isPrivateCreator { creators[element.tag] = element.strings(in: .utf8).first ?? "" }
            elements.append(element)
        }
        for (element, creator) in attributes {
            guard let creator else { continue }
            var element = element
            if let block = element.tag.privateCreator {
                guard creators[block] ?? creator == creator else {
                    throw Failure(message: "\(element.tag) is said to be of '\(creator)', but \(block) names another creator")
                }
                reserve(block, for: creator, &elements)
            } else {
                let group = element.tag.group
                let block = try block(of: creator, in: group)
                reserve(block, for: creator, &elements)
                element.tag = Tag(group, block.element << 8 | element.tag.element & 0xFF)
            }
            elements.append(element)
        }
        return elements
    }

    private func block(of creator: String, in group: UInt16) throws(Failure) -> Tag {
        let blocks = (UInt16(0x10)...0xFF).map { Tag(group, $0) }
        guard let block = blocks.first(where: { creators[$0] == creator }) ?? blocks.first(where: { !used.contains($0) }) else {
            throw Failure(message: "no block is free in the private group \(Tag(group, 0).hex.prefix(4)) for '\(creator)'")
        }
        return block
    }

    private mutating func reserve(_ block: Tag, for creator: String, _ elements: inout [DataElement]) {
        guard creators[block] == nil else { return }
        creators[block] = creator
        used.insert(block)
        elements.append(DataElement(block, .LO, creator))
    }
}
