/// Makes data sets of JSON values (PS3.18 Annex F). Text becomes UTF-8, and the data set says so.
struct JSONDecoder {
    let limits: ReadLimits
    let bulkData: ((ElementPath, String) -> [UInt8]?)?
    private var elementCount = 0

    init(limits: ReadLimits, bulkData: ((ElementPath, String) -> [UInt8]?)?) {
        self.limits = limits
        self.bulkData = bulkData
    }

    /// A data set, its attribute, the Value array: three levels each; a PN and its array in the last.
    static func jsonDepth(_ limits: ReadLimits) -> Int { 3 * limits.nesting + 6 }

    mutating func dataSet(_ value: JSONValue) throws(DICOMJSONError) -> DataSet { try dataSet(value, in: []) }

    private mutating func dataSet(_ value: JSONValue, in steps: [ElementPath.Step]) throws(DICOMJSONError) -> DataSet {
        guard case .object(let members) = value else {
            throw DICOMJSONError(code: .model, path: steps.map { "\($0.sequence.hex)/\($0.item)" }.joined(separator: "/"), offset: nil, message: "a data set is an object, not \(value.kind)")
        }
        guard steps.count <= limits.nesting else {
            throw DICOMJSONError(code: .nestingTooDeep, path: "", offset: nil, message: "sequences nest deeper than \(limits.nesting)")
        }
        var elements: [DataElement] = []
        var isASCII = true
        for (name, attribute) in members {
            guard let tag = Tag(hex: name), name.utf8.count == 8 else {
                throw DICOMJSONError(code: .model, path: name, offset: nil, message: "an attribute is named by eight hexadecimal digits")
            }
            guard !tag.isGroupLength else { continue }
            elementCount += 1
            guard elementCount <= limits.elements else {
                throw DICOMJSONError(code: .tooManyElements, path: "", offset: nil, message: "more than \(limits.elements) elements")
            }
            let element = try self.element(tag, attribute, ElementPath(steps, tag))
            if element.vr.usesSpecificCharacterSet, case .bytes(let bytes) = element.value { isASCII = isASCII && bytes.allSatisfy { $0 < 0x80 } }
            elements.append(element)
        }
        var dataSet = DataSet(elements)
        if dataSet.elements.count < elements.count {
            throw DICOMJSONError(code: .model, path: "\(steps.map { "\($0.sequence.hex)/\($0.item)" }.joined(separator: "/"))", offset: nil, message: "an attribute stands twice")
        }
        if dataSet[.specificCharacterSet] != nil || !isASCII { dataSet.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192")) }
        dataSet.inheritedCharacterSet = steps.isEmpty ? .default : .utf8
        return dataSet
    }

    private mutating func element(_ tag: Tag, _ attribute: JSONValue, _ path: ElementPath) throws(DICOMJSONError) -> DataElement {
        func error(_ code: DICOMJSONError.Code, _ message: String) -> DICOMJSONError {
            DICOMJSONError(code: code, path: "\(path)", offset: nil, message: message)
        }
        guard case .object(let members) = attribute else { throw error(.model, "an attribute is an object, not \(attribute.kind)") }
        var vr: VR?
        var content: (name: String, value: JSONValue)?
        for (name, value) in members {
            switch name {
            case "vr":
                guard case .string(let text) = value, let known = VR(text), known.isKnown else { throw error(.model, "vr is no value representation") }
                vr = known
            case "Value", "InlineBinary", "BulkDataURI":
                guard content == nil else { throw error(.model, "more than one of Value, InlineBinary and BulkDataURI") }
                content = (name, value)
            default: break
            }
        }
        guard let vr = vr ?? DataElementTable.entry(for: tag)?.vrs.first else { throw error(.model, "vr is missing") }
        switch (content?.name, content?.value) {
        case ("Value", .array(let values)?):
            if vr == .SQ {
                var items: [DataSet] = []
                for (index, value) in values.enumerated() {
                    let steps = path.steps + [ElementPath.Step(tag, item: index)]
                    // An empty item may be null (PS3.18 §F.2.5).
                    if case .null = value { items.append(DataSet()) } else { items.append(try dataSet(value, in: steps)) }
                }
                return DataElement(tag, items: items)
            }
            return try JSONValues(tag: tag, vr: vr, path: path).element(values)
        case ("InlineBinary", .string(let text)?):
            guard vr != .SQ, let bytes = Base64.decode(text) else { throw error(.value, "InlineBinary is not base64") }
            return DataElement(tag, vr, bytes: bytes)
        case ("BulkDataURI", .string(let uri)?):
            guard vr != .SQ, let bytes = bulkData?(path, uri) else { throw error(.bulkData, "nothing is known behind the BulkDataURI \(uri)") }
            return DataElement(tag, vr, bytes: bytes)
        case (nil, _), (_, .null?):
            return vr == .SQ ? DataElement(tag, items: []) : DataElement(tag, vr, bytes: [])
        case (let name?, let value?): throw error(.model, "\(name) cannot be \(value.kind)")
        case (_?, nil): throw error(.model, "an attribute without content")
        }
    }
}

/// Makes one element of the values in JSON; of those in XML as well, which are strings all.
struct JSONValues {
    let tag: Tag
    let vr: VR
    let path: ElementPath

    private func error(_ value: JSONValue) -> DICOMJSONError {
        let text = switch value {
        case .string(let text), .number(let text): "\"\(text.prefix(64))\""
        default: value.kind
        }
        return DICOMJSONError(code: .value, path: "\(path)", offset: nil, message: "\(text) is no value of \(vr)")
    }

    func element(_ values: [JSONValue]) throws(DICOMJSONError) -> DataElement {
        if vr.isText {
            var strings: [String] = []
            for value in values { strings.append(try text(value)) }
            return DataElement(tag, vr, strings: strings)
        }
        var bytes: [UInt8] = []
        for value in values {
            if case .null = value { continue }
            switch vr {
            case .FL: LittleEndian.append(Float(try double(value)).bitPattern, to: &bytes)
            case .FD: LittleEndian.append(try double(value).bitPattern, to: &bytes)
            case .US: LittleEndian.append(try integer(value, UInt16.self), to: &bytes)
            case .SS: LittleEndian.append(try integer(value, Int16.self), to: &bytes)
            case .UL: LittleEndian.append(try integer(value, UInt32.self), to: &bytes)
            case .SL: LittleEndian.append(try integer(value, Int32.self), to: &bytes)
            case .UV: LittleEndian.append(try integer(value, UInt64.self), to: &bytes)
            case .SV: LittleEndian.append(try integer(value, Int64.self), to: &bytes)
            case .AT:
                guard case .string(let text) = value, let tag = Tag(hex: text) else { throw error(value) }
                LittleEndian.append(tag.group, to: &bytes)
                LittleEndian.append(tag.element, to: &bytes)
            default: throw error(value)
            }
        }
        return DataElement(tag, vr, bytes: bytes)
    }

    private func text(_ value: JSONValue) throws(DICOMJSONError) -> String {
        switch (vr, value) {
        case (_, .null): return ""
        case (.PN, .object(let groups)):
            var texts = ["", "", ""]
            for (name, group) in groups {
                guard let index = ["Alphabetic", "Ideographic", "Phonetic"].firstIndex(of: name) else { continue }
                if case .null = group { continue }
                guard case .string(let text) = group else { throw error(value) }
                texts[index] = text
            }
            while texts.last == "" { texts.removeLast() }
            return texts.joined(separator: "=")
        case (_, .string(let text)): return text
        case (.IS, .number(let text)):
            guard let number = Double(text), let integer = Int32(exactly: number) else { throw error(value) }
            return "\(integer)"
        case (.DS, .number(let text)):
            guard let number = Double(text), number.isFinite else { throw error(value) }
            return text.utf8.count <= 16 ? text : Text.decimalString(number)
        default: throw error(value)
        }
    }

    private func double(_ value: JSONValue) throws(DICOMJSONError) -> Double {
        switch value {
        case .number(let text):
            guard let number = Double(text) else { throw error(value) }
            return number
        case .string("NaN"), .string("nan"): return .nan
        case .string("inf"), .string("INF"), .string("Infinity"), .string("+inf"): return .infinity
        case .string("-inf"), .string("-INF"), .string("-Infinity"): return -.infinity
        case .string(let text) where NumberString.isDecimal(text): return Double(text) ?? .nan
        default: throw error(value)
        }
    }

    /// Also `1.0` and `1E3`; 64 bit numbers exactly.
    private func integer<Number: FixedWidthInteger>(_ value: JSONValue, _: Number.Type) throws(DICOMJSONError) -> Number {
        switch value {
        case .number(let text), .string(let text):
            if let number = Number(text) { return number }
            guard NumberString.isDecimal(text), let double = Double(text), let number = Number(exactly: double) else { throw error(value) }
            return number
        default: throw error(value)
        }
    }
}
