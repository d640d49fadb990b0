/// Rules in the order in which they take place, checked when they are made: what is wrong is said to whoever writes them, not to
/// whoever sends an object. As JSON a list of ``CoercionRule``.
public struct CoercionRules: Sendable, Hashable {
    public let rules: [CoercionRule]
    let compiled: [CompiledRule]

    /// - Throws: naming the rule and what is wrong with it.
    public init(_ rules: [CoercionRule]) throws(CoercionError) {
        self.rules = rules
        var compiled: [CompiledRule] = []
        for rule in rules { compiled.append(try CompiledRule(rule)) }
        self.compiled = compiled
    }

    public static let none = CoercionRules()
    private init() { (rules, compiled) = ([], []) }

    public var isEmpty: Bool { rules.isEmpty }
    public var refuses: Bool { rules.contains { $0.refuse != nil } }

    public static func + (a: CoercionRules, b: CoercionRules) -> CoercionRules {
        CoercionRules(rules: a.rules + b.rules, compiled: a.compiled + b.compiled)
    }

    private init(rules: [CoercionRule], compiled: [CompiledRule]) { (self.rules, self.compiled) = (rules, compiled) }
}

extension CoercionRules: Codable {
    public init(from decoder: any Decoder) throws { try self.init(try decoder.singleValueContainer().decode([CoercionRule].self)) }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(rules)
    }
}

/// A rule with its names looked up.
struct CompiledRule: Sendable, Hashable {
    enum Subject: Sendable, Hashable {
        case attribute(AttributePath)
        case callingAETitle, calledAETitle
    }

    struct Condition: Sendable, Hashable {
        var subject: Subject
        var patterns: [String]
    }

    enum Change: Sendable, Hashable {
        case declare(SpecificCharacterSet)
        case convert(SpecificCharacterSet)
        case trim(AttributePath), upperCase(AttributePath), lowerCase(AttributePath)
        case map(AttributePath, CoercionRule.ValueTable)
        case set([AttributePath: CoercionTemplate])
        case issuer(CoercionRule.Issuer)
        case remove(AttributePath)
    }

    let name: String
    let conditions: [Condition]
    let changes: [Change]
    let refusal: CoercionRefusal?

    init(_ rule: CoercionRule) throws(CoercionError) {
        guard !rule.name.isEmpty else { throw CoercionError("a rule needs a name") }
        do throws(CoercionError) {
            name = rule.name
            conditions = try Self.conditions(rule)
            changes = try Self.changes(rule)
            refusal = try Self.refusal(rule)
            guard !changes.isEmpty || refusal != nil else { throw CoercionError("it does nothing") }
            guard changes.isEmpty || refusal == nil else { throw CoercionError("what is refused is not changed: make two rules of it") }
        } catch {
            throw CoercionError("rule '\(rule.name)': \(error.message)")
        }
    }

    private static func conditions(_ rule: CoercionRule) throws(CoercionError) -> [Condition] {
        var conditions: [Condition] = []
        for (key, alternatives) in rule.when.sorted(by: { $0.key < $1.key }) {
            guard !alternatives.patterns.isEmpty else { throw CoercionError("when: \(key) has no value to match") }
            switch key {
            case "CallingAETitle": conditions.append(Condition(subject: .callingAETitle, patterns: alternatives.patterns))
            case "CalledAETitle": conditions.append(Condition(subject: .calledAETitle, patterns: alternatives.patterns))
            default:
                let path = try AttributePath(key)
                var patterns = alternatives.patterns
                if path.entry?.vrs == [.UI] {
                    patterns = []
                    for pattern in alternatives.patterns { patterns.append(try uid(pattern)) }
                }
                conditions.append(Condition(subject: .attribute(path), patterns: patterns))
            }
        }
        return conditions
    }

    /// `CTImageStorage` for its UID.
    private static func uid(_ pattern: String) throws(CoercionError) -> String {
        let isNegated = pattern.first == "!"
        let bare = isNegated ? String(pattern.dropFirst()) : pattern
        guard bare.contains(where: { !"0123456789.*?".contains($0) }) else { return pattern }
        guard let uid = uids[bare] else { throw CoercionError("'\(bare)' is neither a UID nor a keyword of the standard (PS3.6 Annex A)") }
        return (isNegated ? "!" : "") + uid.text
    }

    private static let uids: [String: UID] = Dictionary(
        UIDTable.uids.compactMap { uid in UIDTable.entry(for: uid).flatMap { $0.keyword.isEmpty ? nil : ($0.keyword, uid) } },
        uniquingKeysWith: { first, _ in first })

    private static func changes(_ rule: CoercionRule) throws(CoercionError) -> [Change] {
        var changes: [Change] = []
        if let text = rule.characterSet?.declare { changes.append(.declare(try characterSet(text))) }
        if let text = rule.characterSet?.convert { changes.append(.convert(try characterSet(text))) }
        for text in rule.trim { changes.append(.trim(try changeable(text))) }
        for text in rule.upperCase { changes.append(.upperCase(try changeable(text))) }
        for text in rule.lowerCase { changes.append(.lowerCase(try changeable(text))) }
        for (text, table) in rule.map.sorted(by: { $0.key < $1.key }) {
            let path = try changeable(text)
            for value in table.values.values { try check(value, of: path) }
            if let otherwise = table.otherwise { try check(otherwise, of: path) }
            changes.append(.map(path, table))
        }
        var templates: [AttributePath: CoercionTemplate] = [:]
        for (text, template) in rule.set {
            let path = try changeable(text)
            let template = try CoercionTemplate(template)
            if let constant = template.constant { try check(constant, of: path) }
            templates[path] = template
        }
        if !templates.isEmpty { changes.append(.set(templates)) }
        if let issuer = rule.issuer {
            guard issuer.patientID != nil || issuer.prefix != nil || issuer.accessionNumber != nil else { throw CoercionError("issuer: it names none") }
            if let text = issuer.patientID { try check(text, of: try AttributePath("IssuerOfPatientID")) }
            if let text = issuer.prefix { try check(text, of: try AttributePath("PatientID")) }
            changes.append(.issuer(issuer))
        }
        for text in rule.remove { changes.append(.remove(try removable(text))) }
        return changes
    }

    private static func characterSet(_ text: String) throws(CoercionError) -> SpecificCharacterSet {
        let set = SpecificCharacterSet(text.isEmpty ? [] : text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init))
        // Misspellings are understood where they come from others, not written.
        let wrong = set.terms.filter { !$0.isEmpty && $0 != "GB18030" && $0 != "GBK" && !$0.hasPrefix("ISO_IR ") && !$0.hasPrefix("ISO 2022 IR ") } + set.unknownTerms
        guard wrong.isEmpty else { throw CoercionError("characterSet: '\(wrong.joined(separator: "', '"))' is none of the standard's (PS3.3 C.12.1.1.2)") }
        return set
    }

    private static func refusal(_ rule: CoercionRule) throws(CoercionError) -> CoercionRefusal? {
        guard let refuse = rule.refuse else { return nil }
        guard refuse.status.utf8.count == 4, let status = UInt16(refuse.status, radix: 16), isFailure(status) else {
            throw CoercionError("refuse: '\(refuse.status)' is no failure: four hexadecimal digits of one, such as A700 (out of resources), A900 (does not match SOP class), C000 (cannot understand), 0122 (SOP class not supported), 0124 (not authorized)")
        }
        guard !refuse.words.isEmpty else { throw CoercionError("refuse: say in words why") }
        return CoercionRefusal(status: status, words: refuse.words, rule: rule.name)
    }

    /// PS3.7 Annex C, PS3.4 Table B.2-1.
    private static func isFailure(_ status: UInt16) -> Bool {
        (0xA000...0xAFFF).contains(status) || (0xC000...0xCFFF).contains(status) || (0x0100...0x02FF).contains(status) && ![0x0107, 0x0116].contains(status)
    }

    // MARK: What may be changed

    private static let identity: [Tag] = [.sopClassUID, .sopInstanceUID, .studyInstanceUID, .seriesInstanceUID]
    /// How the pixel data lies: a change would make other pixels of it (PS3.3 C.7.6.3).
    private static let layout: [Tag] = [
        .samplesPerPixel, .photometricInterpretation, .planarConfiguration, .numberOfFrames, .rows, .columns, .bitsAllocated, .bitsStored,
        Tag(0x0028, 0x0102), .pixelRepresentation,
    ]

    private static func removable(_ text: String) throws(CoercionError) -> AttributePath {
        let path = try AttributePath(text)
        if let top = path.top {
            if identity.contains(top) { throw CoercionError("\(text) names the object: it stays as it came") }
            if layout.contains(top) { throw CoercionError("\(text) says how the pixel data lies: it stays as it came") }
            if top == .specificCharacterSet { throw CoercionError("the character set is changed by characterSet, with the text that depends on it") }
            if top == .originalAttributesSequence { throw CoercionError("\(text) is the record of what was changed: it stays") }
            if top.isGroupLength || top.element == 0 { throw CoercionError("\(text) is counted, not set") }
        }
        guard let first = path.steps.first, first.group >= 0x0008, first.group < 0x7FE0 else { throw CoercionError("\(text): only attributes of the groups 0008 to 7FDF can be changed") }
        return path
    }

    private static func changeable(_ text: String) throws(CoercionError) -> AttributePath {
        let path = try removable(text)
        switch path.steps.last {
        case .owned(_, _, nil)?: throw CoercionError("\(text) is all that a creator owns: it can only be removed")
        case .tag(let tag)? where tag.isPrivateCreator: throw CoercionError("\(text) reserves a block for a creator: it can only be removed")
        default: break
        }
        guard let vrs = path.entry?.vrs else { return path }
        guard vrs.contains(where: { $0.isText || CoercedValue.numbers.contains($0) }) else {
            throw CoercionError("\(text) is \(vrs == [.SQ] ? "a sequence: name an attribute within it" : "no text and no number")")
        }
        return path
    }

    private static func check(_ text: String, of path: AttributePath) throws(CoercionError) {
        guard let vr = path.entry?.vrs.first, case .tag(let tag)? = path.steps.last else { return }
        if let problem = CoercedValue.element(tag, vr, text, in: .utf8).problem { throw CoercionError("\(path.text): '\(text)' \(problem)") }
    }
}

/// Text as the value of an attribute.
enum CoercedValue {
    static let numbers: Set<VR> = [.US, .SS, .UL, .SL, .UV, .SV, .FL, .FD]

    enum Made {
        case element(DataElement)
        /// Why the text is no value of it.
        case wrong(String)
        /// The repertoire lacks a character.
        case unwritable

        var problem: String? {
            switch self {
            case .element: nil
            case .wrong(let words): words
            case .unwritable: "has characters that its character set lacks"
            }
        }
    }

    static func element(_ tag: Tag, _ vr: VR, _ text: String, in characterSet: SpecificCharacterSet) -> Made {
        let element: DataElement
        if text.isEmpty {
            element = DataElement(tag: tag, vr: vr, value: .bytes([]))
        } else if vr.isText {
            let encoded = vr.usesSpecificCharacterSet ? characterSet.encode(text, vr: vr) : text.utf8.allSatisfy { $0 < 0x80 } ? Array(text.utf8) : nil
            guard var bytes = encoded else { return vr.usesSpecificCharacterSet ? .unwritable : .wrong("has characters that \(vr) does not allow") }
            if bytes.count % 2 == 1 { bytes.append(vr.padding) }
            element = DataElement(tag: tag, vr: vr, value: .bytes(bytes[...]))
        } else {
            let values = text.split(separator: "\\", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            if vr == .FL || vr == .FD {
                let decimals = values.compactMap { Double($0) }.filter(\.isFinite)
                guard decimals.count == values.count else { return .wrong("is no number") }
                element = DataElement(tag, vr, decimals: decimals)
            } else {
                let integers = values.compactMap { Int($0) }
                element = DataElement(tag, vr, integers: integers)
                guard integers.count == values.count, element.integers == integers else { return .wrong("is no whole number that \(vr) holds") }
            }
        }
        if let violation = element.validate(in: characterSet).first(where: { if case .vr = $0.rule { false } else { true } }) {
            return .wrong("is no value of it (\(vr)): \("\(violation)".split(separator: ": ", maxSplits: 1).last ?? "")")
        }
        return .element(element)
    }
}
