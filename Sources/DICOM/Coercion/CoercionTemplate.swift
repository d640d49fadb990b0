/// Text with parts of other attributes: `${PatientID}`, `${AccessionNumber:1-8}`, `${PatientName^1}`, `$$`.
struct CoercionTemplate: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text(String)
        case value(Source, Piece)
    }

    enum Source: Sendable, Hashable {
        case attribute(AttributePath)
        case callingAETitle, calledAETitle
    }

    /// Which of a value's characters.
    enum Piece: Sendable, Hashable {
        case all
        /// From 1; the last one included.
        case characters(Int, Int)
        /// Between `^`, from 1.
        case component(Int)
    }

    let parts: [Part]

    /// It has no values in it, so that what it makes is known.
    var constant: String? {
        var text = ""
        for part in parts {
            guard case .text(let piece) = part else { return nil }
            text += piece
        }
        return text
    }

    init(_ text: String) throws(CoercionError) {
        var parts: [Part] = [], plain = "", rest = text[...]
        while let character = rest.popFirst() {
            guard character == "$" else { plain.append(character); continue }
            if rest.first == "$" { plain.append("$"); rest.removeFirst(); continue }
            guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
                throw CoercionError("'\(text)': after $ comes {Keyword}, or another $ for the sign itself")
            }
            if !plain.isEmpty { parts.append(.text(plain)); plain = "" }
            parts.append(try Self.value(String(rest[rest.index(after: rest.startIndex)..<end])))
            rest = rest[rest.index(after: end)...]
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
    }

    private static func value(_ text: String) throws(CoercionError) -> Part {
        if let mark = text.lastIndex(of: "^") {
            guard let number = Int(text[text.index(after: mark)...]), number > 0 else { throw CoercionError("${\(text)}: after ^ stands the number of a component, from 1") }
            return .value(try source(String(text[..<mark])), .component(number))
        }
        guard let mark = text.lastIndex(of: ":") else { return .value(try source(text), .all) }
        let range = text[text.index(after: mark)...].split(separator: "-", omittingEmptySubsequences: false)
        guard range.count == 2, let first = range[0].isEmpty ? 1 : Int(range[0]), let last = range[1].isEmpty ? Int.max : Int(range[1]), first > 0, last >= first else {
            throw CoercionError("${\(text)}: after : stand the first and last character, from 1, as in :2-5 or :3-")
        }
        return .value(try source(String(text[..<mark])), .characters(first, last))
    }

    private static func source(_ text: String) throws(CoercionError) -> Source {
        switch text {
        case "CallingAETitle": .callingAETitle
        case "CalledAETitle": .calledAETitle
        default: .attribute(try AttributePath(text))
        }
    }

    /// An attribute that is absent gives nothing.
    func text(_ dataSet: DataSet, _ context: CoercionContext) -> String {
        parts.map { part in
            guard case .value(let source, let piece) = part else {
                if case .text(let text) = part { return text }
                return ""
            }
            let value = switch source {
            case .attribute(let path): dataSet.strings(at: path).first ?? ""
            case .callingAETitle: context.callingAETitle
            case .calledAETitle: context.calledAETitle
            }
            switch piece {
            case .all: return value
            case .characters(let first, let last): return String(value.dropFirst(first - 1).prefix(last == .max ? .max : last - first + 1))
            case .component(let number):
                let components = value.split(separator: "^", omittingEmptySubsequences: false)
                return number <= components.count ? String(components[number - 1]) : ""
            }
        }.joined()
    }
}

/// Between whom an object goes.
public struct CoercionContext: Sendable, Hashable {
    public var callingAETitle: String
    public var calledAETitle: String

    public init(callingAETitle: String = "", calledAETitle: String = "") {
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
    }
}
