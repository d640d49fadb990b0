/// The type of a value in the notation of our tables.
///
/// | notation | JSON |
/// |---|---|
/// | `string`, `integer`, `number`, `boolean`, `any` | as named |
/// | `uid`, `date`, `date-time`, `uri`, `binary` | text of that form |
/// | `Study` | the named type |
/// | `asc\|desc`, `WADO\|` | one of these words, just this word |
/// | `[T]` | a list of T |
/// | `{T}` | an object whose members are T |
/// | `T?` | T or null |
/// | `integer(1...500)`, `string(1...16)` | a number from 1 to 500, a text of 1 to 16 characters; either end may be absent |
/// | `integer(1...500)=100` | what holds where it is not given |
struct TypeNotation: Sendable, Equatable {
    var text: String

    init(_ text: some StringProtocol) { self.text = String(text) }

    static let uid = #"^[0-9]+(\.[0-9]+)*$"#

    /// A list in a query is one value, separated by commas.
    var isList: Bool { text.hasPrefix("[") }

    /// nil where the notation cannot be read.
    var schema: JSONNode? {
        var text = Substring(self.text)
        var standard: Substring?
        if let equals = text.lastIndex(of: "="), !text[equals...].contains(")") {
            standard = text[text.index(after: equals)...]
            text = text[..<equals]
        }
        guard let schema = Self.schema(text) else { return nil }
        guard let standard else { return schema }
        return schema.with("default", Int(standard).map { .integer($0) } ?? (standard == "true" || standard == "false" ? .bool(standard == "true") : .string(String(standard))))
    }

    private static func schema(_ text: Substring) -> JSONNode? {
        if text.last == "?" { return schema(text.dropLast()).map(nullable) }
        if text.first == "[" { return text.last == "]" ? schema(text.dropFirst().dropLast()).map { ["type": "array", "items": $0] } : nil }
        if text.first == "{" { return text.last == "}" ? schema(text.dropFirst().dropLast()).map { ["type": "object", "additionalProperties": $0] } : nil }
        if let open = text.firstIndex(of: "("), text.last == ")" { return bounded(text[..<open], text[text.index(after: open)...].dropLast()) }
        switch text {
        case "string", "integer", "number", "boolean": return ["type": .string(String(text))]
        case "any": return [:]
        case "uid": return ["type": "string", "pattern": .string(uid), "maxLength": 64]
        case "date": return ["type": "string", "pattern": "^([0-9]{8})?$"]
        case "date-time", "uri": return ["type": "string", "format": .string(String(text))]
        case "binary": return ["type": "string", "contentMediaType": "application/octet-stream"]
        default: break
        }
        if text.contains("|") { return ["type": "string", "enum": .array(text.split(separator: "|").map { .string(String($0)) })] }
        guard text.first?.isUppercase == true, text.allSatisfy({ $0.isLetter || $0.isNumber }) else { return nil }
        return ["$ref": .string("#/components/schemas/\(text)")]
    }

    private static func nullable(_ schema: JSONNode) -> JSONNode {
        if case .string(let type)? = schema["type"], schema["enum"] == nil { return schema.with("type", [.string(type), "null"]) }
        return ["anyOf": [schema, ["type": "null"]]]
    }

    private static func bounded(_ type: Substring, _ range: Substring) -> JSONNode? {
        guard let schema = schema(type), let dots = range.firstRange(of: "...") else { return nil }
        let names = type == "string" ? ("minLength", "maxLength") : ("minimum", "maximum")
        let (first, last) = (range[..<dots.lowerBound], range[dots.upperBound...])
        guard first.isEmpty || Int(first) != nil, last.isEmpty || Int(last) != nil else { return nil }
        return schema.with(names.0, Int(first).map { .integer($0) }).with(names.1, Int(last).map { .integer($0) })
    }
}

/// An object with a name, as OpenAPI keeps them under `components`.
struct NamedType: Sendable {
    var name: String
    var words: String
    var fields: [Field] = []
    /// Other members are taken too, and not looked at.
    var isOpen = false

    struct Field: Sendable {
        var name: String
        var isRequired: Bool
        var type: TypeNotation
        var words: String
    }

    var schema: JSONNode {
        let members = fields.map { field in
            JSONNode.Member(name: field.name, value: (field.type.schema ?? [:]).described(field.words))
        }
        var schema: JSONNode = ["type": "object"]
        if !words.isEmpty { schema = schema.with("description", .string(words)) }
        schema = schema.with("properties", .object(members))
        let required = fields.filter(\.isRequired).map { JSONNode.string($0.name) }
        if !required.isEmpty { schema = schema.with("required", .array(required)) }
        return isOpen ? schema : schema.with("additionalProperties", false)
    }

    /// Types of a text: a line with name and words at the margin, below it a row a field: name (`?`: may be absent), type, words,
    /// in columns that two spaces or more keep apart; `...` for further members.
    static func all(in text: String) -> (types: [NamedType], problems: [String]) {
        var types: [NamedType] = [], problems: [String] = []
        for line in text.split(separator: "\n") {
            let columns = Columns.of(line)
            guard line.first == " " else {
                types.append(NamedType(name: columns[0], words: columns.dropFirst().joined(separator: " ")))
                continue
            }
            guard !types.isEmpty else { problems.append("no type for: \(line)"); continue }
            if columns == ["..."] { types[types.count - 1].isOpen = true; continue }
            guard columns.count >= 2, columns.count <= 3 else { problems.append("no field: \(line)"); continue }
            let field = Field(
                name: columns[0].hasSuffix("?") ? String(columns[0].dropLast()) : columns[0], isRequired: !columns[0].hasSuffix("?"),
                type: TypeNotation(columns[1]), words: columns.count == 3 ? columns[2] : "")
            if field.type.schema == nil { problems.append("no type: \(line)") }
            types[types.count - 1].fields.append(field)
        }
        return (types, problems)
    }
}

extension JSONNode {
    /// With a description; a reference stays one, beside which OpenAPI 3.1 allows it.
    func described(_ words: String) -> JSONNode { words.isEmpty ? self : with("description", .string(words)) }
}

/// Columns of a row, kept apart by two spaces or more.
enum Columns {
    static func of(_ line: Substring) -> [String] {
        var columns: [String] = []
        var rest = line.drop { $0 == " " }
        while let gap = rest.firstRange(of: "  ") {
            columns.append(String(rest[..<gap.lowerBound]))
            rest = rest[gap.upperBound...].drop { $0 == " " }
        }
        return rest.isEmpty ? columns : columns + [String(rest)]
    }
}
