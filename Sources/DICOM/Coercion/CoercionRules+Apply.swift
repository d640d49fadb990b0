/// What rules make of a data set.
public struct Coerced: Sendable {
    /// nil where nothing changes.
    public var correction: Correction?
    /// What a rule would have done and could not, and why: the attribute stays as it was.
    public var problems: [String]
}

extension CoercionRules {
    /// Each rule in turn, on what the ones before have left.
    ///
    /// - Throws: by the first rule that refuses the object.
    public func apply(to dataSet: DataSet, _ context: CoercionContext = CoercionContext()) throws(CoercionRefusal) -> Coerced {
        var coercing = Coercing(dataSet, context)
        for rule in compiled where coercing.meets(rule) {
            if let refusal = rule.refusal { throw refusal }
            coercing.apply(rule)
        }
        return Coerced(
            correction: Correction(from: dataSet, to: coercing.dataSet, touched: coercing.touched, rules: coercing.names), problems: coercing.problems)
    }
}

/// A data set while rules change it.
private struct Coercing {
    var dataSet: DataSet
    let context: CoercionContext
    var touched: Set<Tag> = []
    var names: [String] = []
    var problems: [String] = []
    private var rule = ""

    init(_ dataSet: DataSet, _ context: CoercionContext) {
        self.dataSet = dataSet
        self.context = context
    }

    // MARK: Conditions

    func meets(_ rule: CompiledRule) -> Bool { rule.conditions.allSatisfy(meets) }

    private func meets(_ condition: CompiledRule.Condition) -> Bool {
        let values = switch condition.subject {
        case .attribute(let path): dataSet.strings(at: path).filter { !$0.isEmpty }
        case .callingAETitle: [context.callingAETitle]
        case .calledAETitle: [context.calledAETitle]
        }
        return condition.patterns.contains { pattern in
            pattern.first == "!" ? !matches(String(pattern.dropFirst()), values) : matches(pattern, values)
        }
    }

    private func matches(_ pattern: String, _ values: [String]) -> Bool {
        pattern.isEmpty ? values.isEmpty : values.contains { Matching.wildcard(pattern, matches: $0) }
    }

    // MARK: Changes

    mutating func apply(_ rule: CompiledRule) {
        self.rule = rule.name
        let before = dataSet
        for change in rule.changes { apply(change) }
        if touched.contains(where: { before[$0] != dataSet[$0] }) { names.append(rule.name) }
    }

    private mutating func apply(_ change: CompiledRule.Change) {
        switch change {
        case .declare(let characterSet):
            touched.insert(.specificCharacterSet)
            dataSet.declare(characterSet)
        case .convert(let characterSet): convert(to: characterSet)
        case .trim(let path): edit(path, always: true) { $0.trimmed }
        case .upperCase(let path): edit(path) { $0.uppercased() }
        case .lowerCase(let path): edit(path) { $0.lowercased() }
        case .map(let path, let table): edit(path) { table.values[$0] ?? table.otherwise ?? $0 }
        case .set(let templates):
            // All are made of what was there before.
            let texts = templates.sorted { $0.key.text < $1.key.text }.map { ($0.key, $0.value.text(dataSet, context)) }
            for (path, text) in texts { set(path, text) }
        case .issuer(let issuer): apply(issuer)
        case .remove(let path): remove(path)
        }
    }

    private mutating func convert(to characterSet: SpecificCharacterSet) {
        guard dataSet.characterSet.terms != characterSet.terms else { return }
        do throws(CoercionError) {
            let converted = try dataSet.converted(to: characterSet)
            for element in dataSet.elements where element.tag.group < 0x7FE0 && (element.vr.usesSpecificCharacterSet || element.vr == .SQ) { touched.insert(element.tag) }
            touched.insert(.specificCharacterSet)
            dataSet = converted
        } catch {
            problem("text was not put into \(characterSet.name): \(error.message)")
        }
    }

    private mutating func apply(_ issuer: CoercionRule.Issuer) {
        let hasIssuer = dataSet.string(.issuerOfPatientID) != nil, id = dataSet.string(.patientID)
        if !hasIssuer, let id {
            if let prefix = issuer.prefix, !id.hasPrefix(prefix) { set([.tag(.patientID)], prefix + id) }
            if let name = issuer.patientID { set([.tag(.issuerOfPatientID)], name) }
        }
        if let name = issuer.accessionNumber, dataSet.string(.accessionNumber) != nil, dataSet.itemCount(.issuerOfAccessionNumberSequence) == 0 {
            set([.tag(.issuerOfAccessionNumberSequence), .tag(Tag(0x0040, 0x0031))], name)
        }
    }

    private mutating func remove(_ path: AttributePath) {
        guard case .owned(let creator, let group, nil)? = path.steps.last, path.steps.count == 1 else {
            change(path.steps[...], creates: false) { dataSet, tag, _ in dataSet[tag] = nil }
            return
        }
        for block in dataSet.privateBlocks(creator: creator, group: group) {
            for tag in dataSet.elements.map(\.tag) where tag == Tag(group, UInt16(block)) || tag.group == group && tag.element >> 8 == UInt16(block) {
                touched.insert(tag)
                dataSet[tag] = nil
            }
        }
    }

    /// Each value of an attribute that is there.
    ///
    /// - Parameter always: also where the values that a reader sees stay the same: their spaces are still there for others.
    private mutating func edit(_ path: AttributePath, always: Bool = false, _ edit: @escaping (String) -> String) {
        change(path.steps[...], creates: false) { dataSet, tag, coercing in
            let old = dataSet.strings(tag)
            let new = old.map(edit)
            if new != old || always && dataSet.hasOuterSpaces(tag) { coercing.put(new.joined(separator: "\\"), tag, in: &dataSet) }
        }
    }

    private mutating func set(_ path: AttributePath, _ text: String) { set(path.steps, text) }

    private mutating func set(_ steps: [AttributePath.Step], _ text: String) {
        change(steps[...], creates: true) { dataSet, tag, coercing in coercing.put(text, tag, in: &dataSet) }
    }

    private mutating func put(_ text: String, _ tag: Tag, in dataSet: inout DataSet) {
        let vr = vr(of: tag, in: dataSet)
        switch CoercedValue.element(tag, vr, text, in: dataSet.characterSet) {
        case .element(let element): dataSet.set(element)
        case .wrong(let words): problem("\(tag) was not set: '\(text)' \(words)")
        case .unwritable: throwsUnwritable = true
        }
    }

    /// A text could not be written in the repertoire of the data set.
    private var throwsUnwritable = false

    private func vr(of tag: Tag, in dataSet: DataSet) -> VR {
        if let known = dataSet[tag]?.vr, known.isText || CoercedValue.numbers.contains(known) { return known }
        if let vr = DataElementTable.entry(for: tag)?.vrs.first(where: { $0.isText || CoercedValue.numbers.contains($0) }) { return vr }
        return dataSet.privateCreator(of: tag).flatMap { PrivateElementTable.vr(of: tag, creator: $0) }.flatMap { $0.isText || CoercedValue.numbers.contains($0) ? $0 : nil } ?? .LO
    }

    private mutating func problem(_ words: String) { problems.append("rule '\(rule)': \(words)") }

    // MARK: Places

    private typealias Edit = (inout DataSet, Tag, inout Coercing) -> Void

    /// In every item that the path leads to.
    private mutating func change(_ steps: ArraySlice<AttributePath.Step>, creates: Bool, _ edit: @escaping Edit) {
        var copy = dataSet
        throwsUnwritable = false
        change(&copy, steps, creates: creates, isTop: true, edit)
        guard throwsUnwritable else { dataSet = copy; return }
        // UTF-8 has every character.
        let before = problems.count
        convert(to: .utf8)
        guard problems.count == before else { return }
        copy = dataSet
        throwsUnwritable = false
        change(&copy, steps, creates: creates, isTop: true, edit)
        dataSet = copy
    }

    private mutating func change(_ dataSet: inout DataSet, _ steps: ArraySlice<AttributePath.Step>, creates: Bool, isTop: Bool, _ edit: Edit) {
        guard let step = steps.first else { return }
        guard let tag = dataSet.tag(of: step) ?? (creates ? reserve(step, in: &dataSet, isTop: isTop) : nil) else { return }
        if isTop { touched.insert(tag) }
        guard steps.count > 1 else {
            guard creates || dataSet[tag] != nil else { return }
            edit(&dataSet, tag, &self)
            return
        }
        var items = Items([DataSet]())
        if case .items(let known)? = dataSet[tag]?.value { items = known }
        if items.items.isEmpty {
            guard creates else { return }
            var item = DataSet()
            item.inheritedCharacterSet = dataSet.characterSet
            items.items.append(Items.Item(item))
        }
        let old = items
        for index in items.items.indices { change(&items.items[index].dataSet, steps.dropFirst(), creates: creates, isTop: false, edit) }
        if items != old { dataSet.set(DataElement(tag: tag, vr: .SQ, value: .items(items))) }
    }

    /// A block for a private creator that has none (PS3.5 §7.8.1).
    private mutating func reserve(_ step: AttributePath.Step, in dataSet: inout DataSet, isTop: Bool) -> Tag? {
        guard case .owned(let creator, let group, let element?) = step,
            let block = (UInt16(0x10)...0xFF).first(where: { dataSet[Tag(group, $0)] == nil }),
            case .element(let reservation) = CoercedValue.element(Tag(group, block), .LO, creator, in: dataSet.characterSet)
        else { return nil }
        dataSet.set(reservation)
        if isTop { touched.insert(Tag(group, block)) }
        return Tag(group, block << 8 | UInt16(element))
    }
}

extension String {
    fileprivate var trimmed: String {
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
        while let first = scalars.first, first == " " { scalars.removeFirst() }
        return String(scalars)
    }
}

extension DataSet {
    /// A value begins with a space, or ends with more of them than fill it up to an even length.
    fileprivate func hasOuterSpaces(_ tag: Tag) -> Bool {
        guard let bytes = bytes(tag), !bytes.isEmpty else { return false }
        return bytes.first == 0x20 || bytes.suffix(2).allSatisfy { $0 == 0x20 }
    }
}
