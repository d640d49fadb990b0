// Paths of attributes as tags and elements, for who searches by them.
extension AttributePath {
    /// The tags of a path without private attributes; nil for one with some.
    public var tags: [Tag]? {
        var tags: [Tag] = []
        for step in steps {
            guard case .tag(let tag) = step else { return nil }
            tags.append(tag)
        }
        return tags
    }

    /// With the first block for each private creator, as a data set would have it that knows no other.
    public var standardTags: [Tag] {
        steps.map { step in
            switch step {
            case .tag(let tag): tag
            case .owned(_, let group, let element): Tag(group, 0x1000 | UInt16(element ?? 0))
            }
        }
    }

    /// Who defines the attribute; nil for one of the standard's.
    public var creator: String? {
        guard case .owned(let creator, _, _)? = steps.last else { return nil }
        return creator
    }

    /// By the standard, or by what is publicly known of private elements; nil where it is not known. The first where there are several.
    public var vr: VR? {
        switch steps.last {
        case .tag(let tag)?: DataElementTable.entry(for: tag)?.vrs.first
        case .owned(let creator, let group, let element?)?: PrivateElementTable.vr(of: Tag(group, 0x1000 | UInt16(element)), creator: creator)
        default: nil
        }
    }

    /// Whether these tags lead there, in whatever block private elements lie.
    public func leads(to tags: [Tag]) -> Bool {
        tags.count == steps.count && zip(tags, steps).allSatisfy { tag, step in
            switch step {
            case .tag(let own): tag == own
            case .owned(_, let group, let element):
                tag.group == group && tag.isPrivate && !tag.isPrivateCreator && element == UInt8(truncatingIfNeeded: tag.element)
            }
        }
    }

    /// The attribute with these values, and what has to stand with it: the sequence around it with an item for each value, the creator
    /// of a private block.
    ///
    /// - Parameter tags: one for each step; private elements get the block that they have there.
    public func elements(_ values: [String], vr: VR, like tags: [Tag]) -> [DataElement] {
        guard tags.count == steps.count, let tag = tags.last else { return [] }
        func inner(_ values: [String]) -> [DataElement] {
            var elements = [DataElement(tag, vr, texts: values)]
            if let creator, let block = tag.privateCreator { elements.append(DataElement(block, .LO, creator)) }
            return elements
        }
        guard tags.count > 1 else { return inner(values) }
        var items = values.map { value in
            var item = DataSet(inner([value]))
            item.inheritedCharacterSet = .utf8
            return item
        }
        for sequence in tags.dropLast().reversed().dropLast() {
            items = items.map { item in
                var outer = DataSet([DataElement(sequence, items: [item])])
                outer.inheritedCharacterSet = .utf8
                return outer
            }
        }
        return [DataElement(tags[0], items: items)]
    }
}

extension DataElement {
    /// Of values as `strings` gives them, whatever the VR.
    fileprivate init(_ tag: Tag, _ vr: VR, texts: [String]) {
        switch vr {
        case .US, .SS, .UL, .SL, .UV, .SV: self.init(tag, vr, integers: texts.compactMap { Int($0) })
        case .FL, .FD: self.init(tag, vr, decimals: texts.compactMap { Double($0) })
        default: self.init(tag, vr, strings: texts)
        }
    }
}

extension DataSet {
    /// All elements found at a path, in all items, with the repertoire of their text.
    public func elements(at path: AttributePath) -> [(element: DataElement, characterSet: SpecificCharacterSet)] { elements(path.steps[...]) }

    private func elements(_ steps: ArraySlice<AttributePath.Step>) -> [(element: DataElement, characterSet: SpecificCharacterSet)] {
        guard let step = steps.first, let tag = tag(of: step) else { return [] }
        guard steps.count > 1 else { return self[tag].map { [($0.understood, characterSet)] } ?? [] }
        return items(tag).flatMap { $0.elements(steps.dropFirst()) }
    }
}
