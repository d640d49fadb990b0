/// A media type with its parameters (RFC 9110 §8.3.1), as Accept and Content-Type carry them.
public struct MediaType: Sendable, Equatable {
    /// `multipart/related`, in lower case.
    public var name: String
    /// Names in lower case, values without quotes; one that is given several times has them all, separated by commas.
    public var parameters: [String: String]

    /// nil where there is no `type/subtype`. A lone `*`, which some clients send, is `*/*`.
    public init?(_ text: some StringProtocol) {
        let fields = Self.split(text, at: ";")
        guard let first = fields.first?.trimmed.lowercased() else { return nil }
        guard first == "*" || first.split(separator: "/").count == 2 else { return nil }
        name = first == "*" ? "*/*" : first
        parameters = [:]
        for field in fields.dropFirst() {
            guard let equals = field.firstIndex(of: "=") else { continue }
            let key = field[..<equals].trimmed.lowercased(), value = Self.unquoted(field[field.index(after: equals)...].trimmed)
            parameters[key] = parameters[key].map { "\($0),\(value)" } ?? value
        }
    }

    /// Weight of an acceptable type (RFC 9110 §12.4.2): 1 unless said, 0 for "not this", and for what is no weight.
    public var quality: Double {
        guard let text = parameters["q"] else { return 1 }
        guard let value = Double(text), value >= 0 else { return 0 }
        return min(value, 1)
    }

    /// `multipart/related; type="application/dicom"` asks for parts of `application/dicom`; every other type for itself.
    public var partType: String { name == "multipart/related" ? (parameters["type"]?.lowercased() ?? "*/*") : isMultipart ? "*/*" : name }

    public var isMultipart: Bool { name.hasPrefix("multipart/") }

    /// Of `transfer-syntax` (PS3.18 §8.7.3.5.2): UIDs or `*`, the best first; empty where nothing is said. `transfer-syntax` stands for one,
    /// of several that are given all count.
    public var transferSyntaxes: [String] {
        (parameters["transfer-syntax"] ?? "").split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// What an Accept header lists, the heaviest first; of equal weight in the order given. Everything where there is no header.
    public static func accepted(_ header: String?) -> [MediaType] {
        let kept = split(header ?? "*/*", at: ",").compactMap { MediaType($0) }.filter { $0.quality > 0 }
        return kept.enumerated().sorted { ($0.element.quality, -$0.offset) > ($1.element.quality, -$1.offset) }.map(\.element)
    }

    /// Whether a list of ranges says "not this" of a type (`q=0`, RFC 9110 §12.4.2).
    public static func excludes(_ header: String?, _ type: String) -> Bool {
        guard let header, header.contains("q=0") else { return false }
        let matching = split(header, at: ",").compactMap { MediaType($0) }.filter { $0.matches(type) && !$0.isMultipart }
        // The narrowest range decides (RFC 9110 §12.5.1).
        guard let narrowest = matching.max(by: { $0.narrowness < $1.narrowness }) else { return false }
        return narrowest.quality == 0
    }

    private var narrowness: Int { name == "*/*" ? 0 : name.hasSuffix("/*") ? 1 : 2 }

    public func matches(_ type: String) -> Bool { Self.range(name, includes: type) }

    /// Whether parts of a type are asked for: of `multipart/related`, what its `type` says.
    public func matchesPart(_ type: String) -> Bool { Self.range(partType, includes: type) }

    private static func range(_ range: String, includes type: String) -> Bool {
        if range == "*/*" || range == "*" || range == type { return true }
        return range.hasSuffix("/*") && type.hasPrefix(range.dropLast())
    }

    /// A quoted string without its quotes and escapes (RFC 9110 §5.6.4).
    private static func unquoted(_ value: String) -> String {
        guard value.count >= 2, value.first == "\"", value.last == "\"" else { return value }
        var result = "", isEscaped = false
        for character in value.dropFirst().dropLast() {
            if character == "\\", !isEscaped { isEscaped = true } else { result.append(character); isEscaped = false }
        }
        return result
    }

    /// Splits outside quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [String] {
        var result = [""]
        var isQuoted = false, isEscaped = false
        for character in text {
            if isEscaped { isEscaped = false } else if isQuoted, character == "\\" { isEscaped = true } else if character == "\"" { isQuoted.toggle() }
            if character == separator, !isQuoted { result.append("") } else { result[result.count - 1].append(character) }
        }
        return result
    }
}
