extension CoercionRule: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, when, characterSet, trim, upperCase, lowerCase, map, set, issuer, remove, refuse
    }

    /// A key by any name, to find those that mean nothing.
    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let known = CodingKeys.allCases.map(\.rawValue)
        if let wrong = try decoder.container(keyedBy: AnyKey.self).allKeys.first(where: { !known.contains($0.stringValue) }) {
            throw CoercionError("a rule has no '\(wrong.stringValue)': it has \(known.joined(separator: ", "))")
        }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let name = try values.decodeIfPresent(String.self, forKey: .name) else { throw CoercionError("a rule needs a name") }
        self.init(name: name)
        func take<T: Decodable>(_ key: CodingKeys, _ field: inout T) throws {
            if let value = try values.decodeIfPresent(T.self, forKey: key) { field = value }
        }
        try take(.when, &when)
        characterSet = try values.decodeIfPresent(CharacterSetChange.self, forKey: .characterSet)
        try take(.trim, &trim)
        try take(.upperCase, &upperCase)
        try take(.lowerCase, &lowerCase)
        try take(.map, &map)
        try take(.set, &set)
        issuer = try values.decodeIfPresent(Issuer.self, forKey: .issuer)
        try take(.remove, &remove)
        refuse = try values.decodeIfPresent(Refusal.self, forKey: .refuse)
    }

    /// Only what it says.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        func put<C: Collection & Encodable>(_ value: C, _ key: CodingKeys) throws { if !value.isEmpty { try values.encode(value, forKey: key) } }
        try put(when, .when)
        try values.encodeIfPresent(characterSet, forKey: .characterSet)
        try put(trim, .trim)
        try put(upperCase, .upperCase)
        try put(lowerCase, .lowerCase)
        try put(map, .map)
        try put(set, .set)
        try values.encodeIfPresent(issuer, forKey: .issuer)
        try put(remove, .remove)
        try values.encodeIfPresent(refuse, forKey: .refuse)
    }
}

extension CoercionRule.Alternatives: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // One pattern needs no brackets.
        if let one = try? value.decode(String.self) { self.init([one]) } else { self.init(try value.decode([String].self)) }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        if patterns.count == 1 { try value.encode(patterns[0]) } else { try value.encode(patterns) }
    }
}
