extension DataSet {
    /// With another Specific Character Set over the same bytes; items that name none of their own are read under it too.
    mutating func declare(_ characterSet: SpecificCharacterSet) {
        declare(characterSet.terms.isEmpty ? nil : DataElement(.specificCharacterSet, .CS, strings: characterSet.terms))
    }

    mutating func declare(_ element: DataElement?) {
        self[.specificCharacterSet] = element
        let characterSet = characterSet
        for element in Array(elements) where element.vr == .SQ || element.vr == .UN { set(element.inheriting(characterSet)) }
    }

    /// The same text in another repertoire, all of it or nothing.
    ///
    /// - Throws: naming the text that is not readable in the repertoire it is said to be in, or that the other one lacks.
    func converted(to target: SpecificCharacterSet) throws(CoercionError) -> DataSet {
        var result = self
        let changed = try conversions(from: characterSet, to: target, isTop: true)
        result.declare(target)
        for element in changed { result.set(element.inheriting(target)) }
        return result
    }

    private func conversions(from source: SpecificCharacterSet, to target: SpecificCharacterSet, isTop: Bool) throws(CoercionError) -> [DataElement] {
        var changed: [DataElement] = []
        for element in elements {
            switch element.value {
            case .bytes(let bytes) where element.vr.usesSpecificCharacterSet:
                guard !source.isASCII(bytes) || !target.isASCII(bytes) else { continue }
                let text = source.decode(bytes, vr: element.vr)
                guard !text.unicodeScalars.contains("\u{FFFD}") else { throw CoercionError("\(element.tag) is not readable in \(source.name)") }
                // Behind the pixel data nothing can be put in another place.
                guard !isTop || element.tag.group < 0x7FE0 else { throw CoercionError("\(element.tag) is text behind the pixel data") }
                guard var encoded = target.encode(text, vr: element.vr) else { throw CoercionError("\(element.tag) has characters that \(target.name) lacks") }
                if encoded.count % 2 == 1 { encoded.append(element.vr.padding) }
                changed.append(DataElement(tag: element.tag, vr: element.vr, value: .bytes(encoded[...])))
            case .items(var items):
                var isChanged = false
                for index in items.items.indices {
                    var item = items.items[index].dataSet
                    let changes = try item.conversions(from: item.characterSet, to: target, isTop: false)
                    guard !changes.isEmpty || item[.specificCharacterSet] != nil else { continue }
                    item[.specificCharacterSet] = nil
                    for change in changes { item.set(change) }
                    item.inheritedCharacterSet = target
                    items.items[index].dataSet = item
                    isChanged = true
                }
                if isChanged { changed.append(DataElement(tag: element.tag, vr: element.vr, value: .items(items))) }
            default: continue
            }
        }
        return changed
    }
}

extension DataElement {
    /// With this repertoire in force in the items that name none.
    func inheriting(_ characterSet: SpecificCharacterSet) -> DataElement {
        guard case .items(var items) = value else { return self }
        for index in items.items.indices {
            var item = items.items[index].dataSet
            guard item[.specificCharacterSet] == nil else { continue }
            item.inheritedCharacterSet = characterSet
            for element in Array(item.elements) {
                if case .items = element.value { item.set(element.inheriting(characterSet)) }
            }
            items.items[index].dataSet = item
        }
        return DataElement(tag: tag, vr: vr, value: .items(items))
    }
}

extension SpecificCharacterSet {
    var name: String { terms.filter { !$0.isEmpty }.isEmpty ? "ISO_IR 6" : terms.joined(separator: "\\") }
}
