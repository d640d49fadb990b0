/// Writes data sets as JSON bytes in one pass.
struct JSONEncoder {
    var out: [UInt8]
    let bulkData: DICOMJSON.BulkDataURI?

    mutating func write(_ dataSet: DataSet, in steps: [ElementPath.Step]) throws(DICOMJSONError) {
        let characterSet = dataSet.characterSet
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        for element in dataSet.elements.lazy.map(\.understood) where !element.tag.isGroupLength {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(UInt8(ascii: "\""))
            appendHex(element.tag)
            raw("\":{\"vr\":\"")
            // Items in UN are a sequence, whatever the writer called it (PS3.5 §6.2.2 Note 2).
            let vr = if case .items = element.value { VR.SQ } else { element.vr }
            out.append(UInt8(truncatingIfNeeded: vr.rawValue))
            out.append(UInt8(truncatingIfNeeded: vr.rawValue >> 8))
            out.append(UInt8(ascii: "\""))
            try writeValue(of: element, characterSet, in: steps)
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "}"))
    }

    private mutating func writeValue(of element: DataElement, _ characterSet: SpecificCharacterSet, in steps: [ElementPath.Step]) throws(DICOMJSONError) {
        switch element.value {
        case .items(let items):
            guard !items.items.isEmpty else { return }
            raw(",\"Value\":[")
            for (index, item) in items.items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                try write(item.dataSet, in: steps + [ElementPath.Step(element.tag, item: index)])
            }
            out.append(UInt8(ascii: "]"))
        case .external(let range):
            guard range.length > 0 else { return }
            guard writeURI(of: element, in: steps) else { throw missing(element, steps, "its \(range.length) bytes are not in memory, and no URI is given") }
        case .fragments:
            guard writeURI(of: element, in: steps) else { throw missing(element, steps, "encapsulated pixel data has no place in JSON, and no URI is given") }
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return }
            if element.isBase64 {
                guard !writeURI(of: element, in: steps) else { return }
                raw(",\"InlineBinary\":\"")
                Base64.append(bytes, to: &out)
                out.append(UInt8(ascii: "\""))
            } else if bytes.count < DICOMJSON.bulkDataThreshold || !writeURI(of: element, in: steps) {
                writeValues(of: element, bytes, characterSet)
            }
        }
    }

    private mutating func writeURI(of element: DataElement, in steps: [ElementPath.Step]) -> Bool {
        guard let bulkData, let uri = bulkData(ElementPath(steps, element.tag), element) else { return false }
        raw(",\"BulkDataURI\":")
        string(uri)
        return true
    }

    private func missing(_ element: DataElement, _ steps: [ElementPath.Step], _ message: String) -> DICOMJSONError {
        DICOMJSONError(code: .bulkData, path: "\(ElementPath(steps, element.tag))", offset: nil, message: message)
    }

    // MARK: Values

    private mutating func writeValues(of element: DataElement, _ bytes: ArraySlice<UInt8>, _ characterSet: SpecificCharacterSet) {
        if element.tag == .specificCharacterSet { raw(",\"Value\":[\"ISO_IR 192\"]"); return }
        let start = out.count
        raw(",\"Value\":[")
        let first = out.count
        let vr = element.vr
        if vr.isText {
            if characterSet.isASCII(bytes) || !vr.usesSpecificCharacterSet {
                for value in vr.isSingleText ? [bytes] : Text.split(bytes) {
                    let trimmed = vr.isSingleText || vr == .UC ? Text.trimEnd(value) : Text.trim(value)
                    separate(first)
                    if trimmed.isEmpty { null() } else { write(trimmed, vr) }
                }
            } else {
                for value in Text.values(characterSet.decode(bytes, vr: vr), vr: vr) {
                    separate(first)
                    if value.isEmpty { null() } else { write(Array(value.utf8)[...], vr) }
                }
            }
        } else {
            writeNumbers(of: element, bytes, first)
        }
        // Blanks alone are an empty value (PS3.18 §F.2.5), as is a number that is cut off.
        if out.count == first || out[first...].elementsEqual("null".utf8) { out.removeLast(out.count - start) } else { out.append(UInt8(ascii: "]")) }
    }

    private mutating func separate(_ first: Int) { if out.count > first { out.append(UInt8(ascii: ",")) } }

    /// One value, in UTF-8 or what should be ASCII.
    private mutating func write(_ value: ArraySlice<UInt8>, _ vr: VR) {
        switch vr {
        case .IS, .DS: number(value, isInteger: vr == .IS)
        case .PN: personName(value)
        default: string(utf8: value)
        }
    }

    private mutating func writeNumbers(of element: DataElement, _ bytes: ArraySlice<UInt8>, _ first: Int) {
        switch element.vr {
        case .FL:
            for word in LittleEndian.words(bytes, of: UInt32.self) {
                let number = Float(bitPattern: word)
                separate(first)
                float("\(number)", number.isNaN, number.isInfinite, number.sign)
            }
        case .FD:
            for word in LittleEndian.words(bytes, of: UInt64.self) {
                let number = Double(bitPattern: word)
                separate(first)
                float("\(number)", number.isNaN, number.isInfinite, number.sign)
            }
        case .AT:
            for tag in element.tags {
                separate(first)
                out.append(UInt8(ascii: "\""))
                appendHex(tag)
                out.append(UInt8(ascii: "\""))
            }
        case .UV:
            for word in LittleEndian.words(bytes, of: UInt64.self) {
                separate(first)
                exact("\(word)", isExact: word < 1 << 53)
            }
        case .SV:
            for number in element.integers {
                separate(first)
                exact("\(number)", isExact: number.magnitude < 1 << 53)
            }
        default:
            for number in element.integers {
                separate(first)
                raw("\(number)")
            }
        }
    }

    /// Numbers that a JavaScript reader would round are strings (PS3.18 Table F.2.3-1).
    private mutating func exact(_ text: String, isExact: Bool) {
        if isExact { raw(text) } else { string(text) }
    }

    /// JSON has no number for these.
    private mutating func float(_ text: String, _ isNaN: Bool, _ isInfinite: Bool, _ sign: FloatingPointSign) {
        if isNaN { raw("\"NaN\"") } else if isInfinite { raw(sign == .minus ? "\"-inf\"" : "\"inf\"") } else { raw(text) }
    }

    /// IS or DS in the form JSON gives numbers, digit for digit; what is none stays a string.
    private mutating func number(_ text: ArraySlice<UInt8>, isInteger: Bool) {
        let value = String(decoding: text, as: UTF8.self)
        guard isInteger ? NumberString.integer(value) != nil : NumberString.isDecimal(value) else { string(utf8: text); return }
        var rest = text
        if rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.first == UInt8(ascii: "-") { out.append(rest.removeFirst()) }
        let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        let digits = whole.drop { $0 == UInt8(ascii: "0") }
        out += digits.isEmpty ? [UInt8(ascii: "0")] : digits
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
            if !fraction.isEmpty {
                out.append(UInt8(ascii: "."))
                out += fraction
            }
        }
        out += rest
    }

    private mutating func personName(_ value: ArraySlice<UInt8>) {
        out.append(UInt8(ascii: "{"))
        let first = out.count
        let groups = value.split(separator: UInt8(ascii: "="), maxSplits: 2, omittingEmptySubsequences: false)
        for (name, group) in zip(["Alphabetic", "Ideographic", "Phonetic"], groups) {
            let group = Text.trim(group)
            guard !group.isEmpty else { continue }
            separate(first)
            raw("\"\(name)\":")
            string(utf8: group)
        }
        out.append(UInt8(ascii: "}"))
    }

    // MARK: JSON

    private mutating func raw(_ text: String) { out.append(contentsOf: text.utf8) }
    private mutating func null() { raw("null") }
    private mutating func string(_ text: String) { string(utf8: Array(text.utf8)[...]) }

    /// RFC 8259 §7; bytes that are not UTF-8 become U+FFFD.
    private mutating func string(utf8 bytes: ArraySlice<UInt8>) {
        if bytes.contains(where: { $0 >= 0x80 }), String(validating: bytes, as: UTF8.self) == nil {
            string(String(decoding: bytes, as: UTF8.self))
            return
        }
        out.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0x0A: raw("\\n")
            case 0x0D: raw("\\r")
            case 0x09: raw("\\t")
            case 0..<0x20:
                raw("\\u00")
                out.append(Self.digits[Int(byte >> 4)])
                out.append(Self.digits[Int(byte & 15)])
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    private mutating func appendHex(_ tag: Tag) {
        for shift in stride(from: 28, through: 0, by: -4) { out.append(Self.digits[Int(tag.rawValue >> UInt32(shift) & 15)]) }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}

extension DataElement {
    /// Values that stand in base64 (PS3.18 §F.2.7); also of a VR that nobody knows.
    var isBase64: Bool {
        switch vr {
        case .OB, .OD, .OF, .OL, .OV, .OW, .UN: true
        default: !vr.isKnown
        }
    }
}
