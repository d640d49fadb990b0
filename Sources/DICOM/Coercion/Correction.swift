/// What is different from the object as it came, recorded beside it: the object itself stays.
public struct Correction: Sendable, Equatable {
    /// New elements of the outermost data set, its Specific Character Set among them where that is another one.
    public var values: DataSet
    public var removed: [Tag]
    /// What those elements were; empty ones were not there. Values too large to be held are left out.
    public var previous: DataSet
    /// Names of the rules that did it.
    public var rules: [String]

    public init(values: DataSet, removed: [Tag], previous: DataSet, rules: [String]) {
        self.values = values
        self.removed = removed
        self.previous = previous
        self.rules = rules
    }

    /// From a data set to what rules made of it; nil where that is the same.
    ///
    /// - Parameter touched: tags that may differ.
    init?(from original: DataSet, to result: DataSet, touched: Set<Tag>, rules: [String]) {
        var values = DataSet(), previous = DataSet(), removed: [Tag] = []
        for tag in touched.sorted() {
            let old = original[tag], new = result[tag]
            guard old != new else { continue }
            if let new { values.set(new) } else { removed.append(tag) }
            if let old, case .external = old.value { continue }
            previous.set(old ?? DataElement(tag: tag, vr: new?.vr ?? .UN, value: new?.vr == .SQ ? .items(Items([DataSet]())) : .bytes([])))
        }
        guard !values.isEmpty || !removed.isEmpty else { return nil }
        values.inheritedCharacterSet = result.characterSet
        previous.inheritedCharacterSet = original.characterSet
        self.init(values: values, removed: removed, previous: previous, rules: rules)
    }

    public var tags: [Tag] { (values.elements.map(\.tag) + removed).sorted() }

    /// Whether both say the same, whoever said it and when.
    public func isSame(as other: Correction) -> Bool { values == other.values && removed == other.removed }

    /// The corrected data set.
    public func applied(to dataSet: DataSet) -> DataSet {
        var result = dataSet
        if let characterSet = values[.specificCharacterSet] {
            result.declare(characterSet)
        } else if removed.contains(.specificCharacterSet) {
            result.declare(nil)
        }
        let characterSet = result.characterSet
        for element in values.elements where element.tag != .specificCharacterSet { result.set(element.inheriting(characterSet)) }
        for tag in removed { result[tag] = nil }
        return result
    }
}

extension Correction {
    /// Who changed it (PS3.3 C.12.1.1.9).
    public struct Attribution: Sendable, Hashable {
        /// DT: when.
        public var time: String
        /// Name of the system that did it.
        public var system: String
        /// Where the previous values came from.
        public var source: String
        /// COERCE or CORRECT.
        public var reason: String

        public init(time: String, system: String, source: String, reason: String = "COERCE") {
            self.time = time
            self.system = system
            self.source = source
            self.reason = reason
        }
    }

    /// The corrected data set, with an item of Original Attributes Sequence (0400,0561) that tells what was changed, behind those that
    /// were there.
    public func applied(to dataSet: DataSet, by attribution: Attribution) -> DataSet {
        var result = applied(to: dataSet)
        var item = DataSet([
            DataElement(.attributeModificationDateTime, .DT, attribution.time),
            DataElement(.reasonForTheAttributeModification, .CS, attribution.reason),
        ])
        item.inheritedCharacterSet = result.characterSet
        for (tag, text) in [(Tag.modifyingSystem, attribution.system), (.sourceOfPreviousValues, attribution.source)] {
            if case .element(let element) = CoercedValue.element(tag, .LO, String(text.prefix(64)), in: result.characterSet) {
                item.set(element)
            } else {
                item.set(DataElement(tag: tag, vr: .LO, value: .bytes([])))
            }
        }
        item.set(DataElement(.modifiedAttributesSequence, items: [previous]))
        var items = Items([DataSet]())
        if case .items(let known)? = result[.originalAttributesSequence]?.value { items = known }
        items.items.append(Items.Item(item))
        result.set(DataElement(tag: .originalAttributesSequence, vr: .SQ, value: .items(items)))
        return result
    }
}

extension Tag {
    static let modifiedAttributesSequence = Tag(0x0400, 0x0550)
    static let attributeModificationDateTime = Tag(0x0400, 0x0562)
    static let modifyingSystem = Tag(0x0400, 0x0563)
    static let sourceOfPreviousValues = Tag(0x0400, 0x0564)
    static let reasonForTheAttributeModification = Tag(0x0400, 0x0565)
}
