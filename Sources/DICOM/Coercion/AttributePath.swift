/// Where an attribute stands, as people write it in rules: `PatientID`, `00100020`, `(0010,0020)`,
/// `RequestAttributesSequence.AccessionNumber`, and of a private creator `(0009,ACME,10)`, all it owns: `(0009,ACME)`.
public struct AttributePath: Hashable, Sendable {
    /// One attribute of a data set.
    enum Step: Hashable, Sendable {
        case tag(Tag)
        /// The block is wherever the creator reserved it (PS3.5 §7.8.1); without `element` all that the creator owns in the group.
        case owned(creator: String, group: UInt16, element: UInt8?)

        var group: UInt16 {
            switch self {
            case .tag(let tag): tag.group
            case .owned(_, let group, _): group
            }
        }
    }

    public let text: String
    let steps: [Step]

    /// - Throws: with words for whoever wrote it.
    public init(_ text: String) throws(CoercionError) {
        self.text = text
        var steps: [Step] = []
        for part in Self.parts(text) { steps.append(try Self.step(part)) }
        for step in steps.dropLast() {
            guard case .tag(let tag) = step, DataElementTable.entry(for: tag)?.vrs == [.SQ] else {
                throw CoercionError("\(text): only a sequence has attributes within it")
            }
        }
        self.steps = steps
    }

    /// Split at dots outside of parentheses: creators have names such as `SIEMENS MR HEADER 1.0`.
    private static func parts(_ text: String) -> [String] {
        var parts = [""], depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ".", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts
    }

    private static func step(_ text: String) throws(CoercionError) -> Step {
        if let tag = DataElementTable.tag(keyword: text) { return .tag(tag) }
        if let tag = Tag(hex: text) {
            guard !tag.isPrivate || tag.isPrivateCreator else {
                throw CoercionError("\(text) is private: name its creator, as in (\(tag.hex.prefix(4)),CREATOR,\(tag.hex.suffix(2)))")
            }
            guard DataElementTable.entry(for: tag) != nil else { throw CoercionError("\(text) is no attribute of the standard") }
            return .tag(tag)
        }
        guard text.first == "(", text.last == ")" else { throw CoercionError("'\(text)' is no keyword of the standard (PS3.6) and no tag") }
        let fields = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 2 || fields.count == 3, fields[0].count == 4, let group = UInt16(fields[0], radix: 16), group & 1 == 1, !fields[1].isEmpty else {
            throw CoercionError("'\(text)' is neither (gggg,eeee) nor (gggg,CREATOR,ee) of an odd group")
        }
        guard fields.count == 3 else { return .owned(creator: fields[1], group: group, element: nil) }
        guard fields[2].count == 2, let element = UInt8(fields[2], radix: 16) else {
            throw CoercionError("'\(text)': the element of a private creator is its last two digits, as in (0009,CREATOR,10)")
        }
        return .owned(creator: fields[1], group: group, element: element)
    }

    /// What the standard says of the attribute; nil for private ones.
    var entry: DataElementTable.Entry? {
        guard case .tag(let tag)? = steps.last else { return nil }
        return DataElementTable.entry(for: tag)
    }

    /// Attribute of the outermost data set; nil for private ones.
    var top: Tag? {
        guard case .tag(let tag)? = steps.first else { return nil }
        return tag
    }
}

extension DataSet {
    /// The tag that a step has in this data set; nil where a private creator has no block here.
    func tag(of step: AttributePath.Step) -> Tag? {
        switch step {
        case .tag(let tag): return tag
        case .owned(let creator, let group, let element):
            guard let element else { return nil }
            let tags = privateBlocks(creator: creator, group: group).map { Tag(group, UInt16($0) << 8 | UInt16(element)) }
            return tags.first { self[$0] != nil } ?? tags.first
        }
    }

    /// All values found at a path, in all items.
    public func strings(at path: AttributePath) -> [String] { strings(path.steps[...]) }

    private func strings(_ steps: ArraySlice<AttributePath.Step>) -> [String] {
        guard let step = steps.first, let tag = tag(of: step) else { return [] }
        if steps.count == 1 { return self.strings(tag) }
        return items(tag).flatMap { $0.strings(steps.dropFirst()) }
    }
}
