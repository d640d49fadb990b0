/// A media type with its parameters (RFC 9110 §8.3.1), as Accept and Content-Type carry them.
public struct MediaType: Sendable, Equatable {
    /// `multipart/related`, in lower case.
    public var name: String
    /// Names in lower case, values without quotes.
    public var parameters: [String: String]

    /// nil where there is no `type/subtype`.
    public init?(_ text: some StringProtocol) {
        let fields = Self.split(text, at: ";")
        guard let first = fields.first?.trimmed.lowercased(), first.split(separator: "/").count == 2 else { return nil }
        name = first
        parameters = [:]
        for field in fields.dropFirst() {
            guard let equals = field.firstIndex(of: "=") else { continue }
            var value = field[field.index(after: equals)...].trimmed
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = String(value.dropFirst().dropLast()) }
            parameters[field[..<equals].trimmed.lowercased()] = value
        }
    }

    /// Weight of an acceptable type: 1 unless said, 0 for "not this".
    public var quality: Double { parameters["q"].flatMap(Double.init) ?? 1 }

    /// `multipart/related; type="application/dicom"` asks for parts of `application/dicom`; every other type for itself.
    public var partType: String { name == "multipart/related" ? (parameters["type"]?.lowercased() ?? "*/*") : name }

    /// What an Accept header lists, the heaviest first; of equal weight in the order given. Everything where there is no header.
    public static func accepted(_ header: String?) -> [MediaType] {
        let types = split(header ?? "*/*", at: ",").compactMap { MediaType($0) }.filter { $0.quality > 0 }
        return types.enumerated().sorted { ($0.element.quality, -$0.offset) > ($1.element.quality, -$1.offset) }.map(\.element)
    }

    public func matches(_ type: String) -> Bool {
        if name == "*/*" || name == type { return true }
        return name.hasSuffix("/*") && type.hasPrefix(name.dropLast())
    }

    /// Splits outside quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [String] {
        var result = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == separator, !isQuoted { result.append("") } else { result[result.count - 1].append(character) }
        }
        return result
    }
}
