/// Writes data sets as XML bytes in one pass (PS3.19 Tables A.1.5-1 to A.1.5-6).
struct XMLEncoder {
    private(set) var out: [UInt8] = []
    private let bulkData: DICOMXML.BulkDataURI?

    init(bulkData: DICOMXML.BulkDataURI?) {
        self.bulkData = bulkData
        out.reserveCapacity(16384)
    }

    mutating func writeDocument(_ dataSet: DataSet) throws(WriteError) {
        raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<NativeDicomModel xmlns=\"\(DICOMXML.namespace)\" xml:space=\"preserve\">\n")
        try write(dataSet, in: [])
        raw("</NativeDicomModel>\n")
    }

    private mutating func write(_ dataSet: DataSet, in steps: [ElementPath.Step]) throws(WriteError) {
        let characterSet = dataSet.characterSet
        for element in dataSet.elements.lazy.map(\.understood) where !element.tag.isGroupLength {
            raw("<DicomAttribute tag=\"\(element.tag.hex)\" vr=\"")
            // Items in UN are a sequence, whatever the writer called it (PS3.5 §6.2.2 Note 2).
            let vr = if case .items = element.value { VR.SQ } else { element.vr }
            raw(vr.description)
            out.append(UInt8(ascii: "\""))
            if let keyword = DataElementTable.entry(for: element.tag)?.keyword, !keyword.isEmpty, !element.tag.isPrivate { raw(" keyword=\"\(keyword)\"") }
            if let creator = dataSet.privateCreator(of: element.tag) { attribute("privateCreator", creator) }
            out.append(UInt8(ascii: ">"))
            try writeValue(of: element, characterSet, in: steps)
            raw("</DicomAttribute>\n")
        }
    }

    private mutating func writeValue(of element: DataElement, _ characterSet: SpecificCharacterSet, in steps: [ElementPath.Step]) throws(WriteError) {
        switch element.value {
        case .items(let items):
            for (index, item) in items.items.enumerated() {
                raw("\n<Item number=\"\(index + 1)\">\n")
                try write(item.dataSet, in: steps + [ElementPath.Step(element.tag, item: index)])
                raw("</Item>\n")
            }
        case .external(let range):
            guard range.length > 0 else { return }
            guard writeURI(of: element, in: steps) else { throw WriteError(tag: element.tag, message: "its \(range.length) bytes are not in memory, and no URI is given") }
        case .fragments:
            guard writeURI(of: element, in: steps) else { throw WriteError(tag: element.tag, message: "encapsulated pixel data has no place in XML, and no URI is given") }
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return }
            if element.isBase64 {
                guard !writeURI(of: element, in: steps) else { return }
                raw("<InlineBinary>")
                Base64.append(bytes, to: &out)
                raw("</InlineBinary>")
            } else if bytes.count < DICOMJSON.bulkDataThreshold || !writeURI(of: element, in: steps) {
                writeValues(of: element, bytes, characterSet)
            }
        }
    }

    private mutating func writeURI(of element: DataElement, in steps: [ElementPath.Step]) -> Bool {
        guard let bulkData, let uri = bulkData(ElementPath(steps, element.tag), element) else { return false }
        raw("<BulkData")
        attribute("uri", uri)
        raw("/>")
        return true
    }

    // MARK: Values

    private mutating func writeValues(of element: DataElement, _ bytes: ArraySlice<UInt8>, _ characterSet: SpecificCharacterSet) {
        if element.tag == .specificCharacterSet {
            raw("<Value number=\"1\">ISO_IR 192</Value>")
            return
        }
        let values = element.vr.isText ? texts(of: element, bytes, characterSet) : numbers(of: element, bytes)
        // Blanks alone are an empty value.
        guard values.count > 1 || values.first?.isEmpty == false else { return }
        for (index, value) in values.enumerated() {
            if element.vr == .PN { personName(value, number: index + 1) } else { self.value(value, number: index + 1) }
        }
    }

    private func texts(of element: DataElement, _ bytes: ArraySlice<UInt8>, _ characterSet: SpecificCharacterSet) -> [String] {
        let vr = element.vr
        let text = vr.usesSpecificCharacterSet ? characterSet.decode(bytes, vr: vr) : String(decoding: bytes, as: UTF8.self)
        return Text.values(text, vr: vr)
    }

    private func numbers(of element: DataElement, _ bytes: ArraySlice<UInt8>) -> [String] {
        switch element.vr {
        case .FL: LittleEndian.words(bytes, of: UInt32.self).map { Self.float(Float(bitPattern: $0)) }
        case .FD: LittleEndian.words(bytes, of: UInt64.self).map { Self.float(Double(bitPattern: $0)) }
        case .AT: element.tags.map(\.hex)
        case .UV: LittleEndian.words(bytes, of: UInt64.self).map { "\($0)" }
        default: element.integers.map { "\($0)" }
        }
    }

    /// In the words of XML Schema (xs:double).
    private static func float<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ number: Number) -> String {
        if number.isNaN { return "NaN" }
        return number.isInfinite ? (number < 0 ? "-INF" : "INF") : "\(number)"
    }

    private mutating func value(_ text: String, number: Int) {
        raw("<Value number=\"\(number)\">")
        content(text)
        raw("</Value>")
    }

    private mutating func personName(_ text: String, number: Int) {
        raw("<PersonName number=\"\(number)\">")
        let names = ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"]
        for (name, group) in zip(["Alphabetic", "Ideographic", "Phonetic"], PersonName(text).groups) where !group.isEmpty {
            raw("<\(name)>")
            for (name, component) in zip(names, [group.familyName, group.givenName, group.middleName, group.prefix, group.suffix]) where !component.isEmpty {
                raw("<\(name)>")
                content(component)
                raw("</\(name)>")
            }
            raw("</\(name)>")
        }
        raw("</PersonName>")
    }

    // MARK: XML

    private mutating func raw(_ text: String) { out.append(contentsOf: text.utf8) }

    private mutating func attribute(_ name: String, _ value: String) {
        raw(" \(name)=\"")
        content(value, isAttribute: true)
        out.append(UInt8(ascii: "\""))
    }

    /// Characters that would be taken for markup, or changed by a reader (XML 1.0 §2.11, §3.3.3), as references.
    private mutating func content(_ text: String, isAttribute: Bool = false) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): raw("&lt;")
            case UInt8(ascii: ">"): raw("&gt;")
            case UInt8(ascii: "&"): raw("&amp;")
            case UInt8(ascii: "\"") where isAttribute: raw("&quot;")
            case 0x0D: raw("&#13;")
            case 0x09 where isAttribute: raw("&#9;")
            case 0x0A where isAttribute: raw("&#10;")
            case 0x09, 0x0A: out.append(byte)
            case 0..<0x20: raw("\u{FFFD}")
            case 0xBE, 0xBF:
                // U+FFFE and U+FFFF are no characters of XML.
                out.append(out.suffix(2).elementsEqual([0xEF, 0xBF]) ? 0xBD : byte)
            default: out.append(byte)
            }
        }
    }
}
