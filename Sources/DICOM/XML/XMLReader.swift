/// Takes an XML 1.0 document apart, element by element. Strict: UTF-8 alone, no document type and so no entities to expand but the
/// five of XML and character references; elements nest to a given depth.
struct XMLReader {
    enum Event {
        /// Name without its prefix; the end follows also where the element is empty.
        case start(String, [(name: String, value: String)])
        /// One element's text may come in several.
        case text(String)
        case end
        case endOfDocument
    }

    private let bytes: [UInt8]
    private(set) var position = 0
    private let depthLimit: Int
    /// Names with their prefixes.
    private var open: [String] = []
    private var isEmptyElement = false
    private var hasRoot = false

    init(_ bytes: [UInt8], depth: Int) throws(DICOMXMLError) {
        self.bytes = bytes
        depthLimit = depth
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) { throw error("the document is UTF-16: it must be UTF-8") }
        if isNext("<?xml"), position + 5 < bytes.count, Self.isSpace(bytes[position + 5]) { try declaration() }
    }

    mutating func next() throws(DICOMXMLError) -> Event {
        if isEmptyElement {
            isEmptyElement = false
            open.removeLast()
            return .end
        }
        while true {
            if open.isEmpty {
                skipSpace()
                if position == bytes.count {
                    guard hasRoot else { throw error("the document has no element") }
                    return .endOfDocument
                }
                guard current == UInt8(ascii: "<") else { throw error("text stands outside of the document's element") }
            }
            guard let byte = current else { throw error("the document ends inside the element \(open.last ?? "")") }
            guard byte == UInt8(ascii: "<") else { return .text(try text()) }
            if isNext("<!--") {
                try skipComment()
            } else if isNext("<![CDATA[") {
                guard !open.isEmpty else { throw error("text stands outside of the document's element") }
                return .text(try characterData())
            } else if isNext("<!") {
                throw error("a document type, and whatever else begins with '<!', is not read")
            } else if isNext("<?") {
                guard !isNext("<?xml ") else { throw error("an XML declaration stands only at the beginning") }
                position = try find("?>", from: position + 2, "a processing instruction does not end") + 2
            } else if isNext("</") {
                position += 2
                let name = try self.name()
                skipSpace()
                try expect(">", "the end of an element")
                guard open.last == name else { throw error("</\(name)> ends what is \(open.last.map { "<\($0)>" } ?? "not open")") }
                open.removeLast()
                return .end
            } else {
                return try startTag()
            }
        }
    }

    func error(_ message: String, _ code: DICOMXMLError.Code = .syntax) -> DICOMXMLError {
        DICOMXMLError(code: code, path: "", offset: position, message: message)
    }

    // MARK: Markup

    private mutating func startTag() throws(DICOMXMLError) -> Event {
        position += 1
        guard !open.isEmpty || !hasRoot else { throw error("a second element follows the document's") }
        hasRoot = true
        let name = try self.name()
        guard open.count < depthLimit else { throw error("elements nest deeper than \(depthLimit)", .nestingTooDeep) }
        open.append(name)
        let attributes = try self.attributes()
        if current == UInt8(ascii: "/") {
            position += 1
            isEmptyElement = true
        }
        try expect(">", "the end of the tag <\(name)")
        let local = name.firstIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
        return .start(local, attributes)
    }

    private mutating func attributes() throws(DICOMXMLError) -> [(name: String, value: String)] {
        var attributes: [(name: String, value: String)] = []
        while true {
            let before = position
            skipSpace()
            guard let byte = current, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/"), byte != UInt8(ascii: "?") else { return attributes }
            guard position > before else { throw error("white space should stand before an attribute") }
            guard attributes.count < 64 else { throw error("an element has more than 64 attributes") }
            let name = try self.name()
            guard !attributes.contains(where: { $0.name == name }) else { throw error("the attribute \(name) stands twice") }
            skipSpace()
            try expect("=", "the value of the attribute \(name)")
            skipSpace()
            attributes.append((name, try attributeValue()))
        }
    }

    private mutating func attributeValue() throws(DICOMXMLError) -> String {
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw error("a value in quotes should stand here") }
        position += 1
        var text: [UInt8] = []
        while let byte = current, byte != quote {
            switch byte {
            case UInt8(ascii: "<"): throw error("'<' stands in the value of an attribute")
            case UInt8(ascii: "&"): try reference(into: &text)
            case 0x09, 0x0A, 0x0D:
                // Line ends and tabs become spaces (XML 1.0 §3.3.3).
                position += byte == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A ? 2 : 1
                text.append(0x20)
            default:
                text.append(byte)
                position += 1
            }
        }
        guard current == quote else { throw error("the document ends inside the value of an attribute") }
        position += 1
        return try checked(text)
    }

    private mutating func declaration() throws(DICOMXMLError) {
        position += 5
        let attributes = try self.attributes()
        guard isNext("?>") else { throw error("the XML declaration does not end") }
        position += 2
        guard attributes.first?.name == "version", attributes.first?.value.hasPrefix("1.") == true else { throw error("the document is not XML 1.0") }
        if let encoding = attributes.first(where: { $0.name == "encoding" })?.value {
            guard ["UTF-8", "UTF8", "US-ASCII", "ASCII"].contains(encoding.uppercased()) else { throw error("the document is in \(encoding): it must be in UTF-8") }
        }
    }

    private mutating func skipComment() throws(DICOMXMLError) {
        position = try find("--", from: position + 4, "a comment does not end") + 2
        try expect(">", "the end of a comment")
    }

    // MARK: Text

    private mutating func text() throws(DICOMXMLError) -> String {
        var text: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "<") {
            switch byte {
            case UInt8(ascii: "&"): try reference(into: &text)
            case UInt8(ascii: "]") where isNext("]]>"): throw error("']]>' stands in text")
            default:
                let start = position
                position += 1
                while let byte = current, byte != UInt8(ascii: "<"), byte != UInt8(ascii: "&"), byte != UInt8(ascii: "]") { position += 1 }
                append(bytes[start..<position], to: &text)
            }
        }
        return try checked(text)
    }

    private mutating func characterData() throws(DICOMXMLError) -> String {
        let start = position + 9
        let end = try find("]]>", from: start, "a CDATA section does not end")
        var text: [UInt8] = []
        append(bytes[start..<end], to: &text)
        position = end + 3
        return try checked(text)
    }

    /// Every line end is a line feed (XML 1.0 §2.11).
    private func append(_ part: ArraySlice<UInt8>, to text: inout [UInt8]) {
        guard part.contains(0x0D) else { text += part; return }
        var index = part.startIndex
        while index < part.endIndex {
            text.append(part[index] == 0x0D ? 0x0A : part[index])
            index += part[index] == 0x0D && index + 1 < part.endIndex && part[index + 1] == 0x0A ? 2 : 1
        }
    }

    private mutating func reference(into text: inout [UInt8]) throws(DICOMXMLError) {
        guard let end = bytes[position...].prefix(16).firstIndex(of: UInt8(ascii: ";")) else { throw error("'&' begins no reference") }
        let name = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        switch name {
        case "lt": text.append(UInt8(ascii: "<"))
        case "gt": text.append(UInt8(ascii: ">"))
        case "amp": text.append(UInt8(ascii: "&"))
        case "quot": text.append(UInt8(ascii: "\""))
        case "apos": text.append(UInt8(ascii: "'"))
        default:
            let isHex = name.hasPrefix("#x")
            let digits = name.dropFirst(isHex ? 2 : 1)
            guard name.hasPrefix("#"), digits.first?.isHexDigit == true, let code = UInt32(digits, radix: isHex ? 16 : 10),
                let scalar = Unicode.Scalar(code), Self.isCharacter(scalar)
            else { throw error("&\(name); is none of the references of XML") }
            text += Array(String(scalar).utf8)
        }
        position = end + 1
    }

    private func checked(_ text: [UInt8]) throws(DICOMXMLError) -> String {
        guard let result = String(validating: text, as: UTF8.self) else { throw error("the text before this is not UTF-8") }
        var mayBeNone = false
        for byte in text {
            guard byte >= 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { throw error("the text before this has a control character that XML does not allow") }
            mayBeNone = mayBeNone || byte == 0xEF
        }
        guard !mayBeNone || result.unicodeScalars.allSatisfy(Self.isCharacter) else { throw error("the text before this has a character that XML does not allow") }
        return result
    }

    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
        default: false
        }
    }

    // MARK: Bytes

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private mutating func skipSpace() { while let byte = current, Self.isSpace(byte) { position += 1 } }

    private func isNext(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        return UnsafeBufferPointer(start: text.utf8Start, count: count).elementsEqual(bytes[position..<position + count])
    }

    private mutating func expect(_ text: StaticString, _ what: String) throws(DICOMXMLError) {
        guard isNext(text) else { throw error("\(what) should stand here") }
        position += text.utf8CodeUnitCount
    }

    private func find(_ text: StaticString, from start: Int, _ message: String) throws(DICOMXMLError) -> Int {
        var index = start
        let pattern = Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        while index + pattern.count <= bytes.count {
            if bytes[index] == pattern[0], bytes[index..<index + pattern.count].elementsEqual(pattern) { return index }
            index += 1
        }
        throw error(message)
    }

    /// Letters, digits and `. - _ :`; every character beyond ASCII.
    private mutating func name() throws(DICOMXMLError) -> String {
        let start = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...: break
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"): if position == start { throw error("a name should stand here") }
            default:
                guard position > start, position - start <= 256 else { throw error("a name should stand here") }
                return try checked(Array(bytes[start..<position]))
            }
            position += 1
        }
        throw error("the document ends inside a name")
    }
}
