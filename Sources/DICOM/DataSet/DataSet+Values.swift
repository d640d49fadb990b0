// Values as the types one computes with. All are optional: an attribute that is absent, empty or no number is nil, never a default.
extension DataSet {
    /// Repertoire of this data set's text: its own Specific Character Set, else the inherited one.
    public var characterSet: SpecificCharacterSet { statedCharacterSet ?? .default }

    /// nil where neither this data set nor one around it names any.
    var statedCharacterSet: SpecificCharacterSet? {
        guard let bytes = bytes(.specificCharacterSet) else { return inherited }
        let terms = Text.split(bytes).map { Text.trim($0) }
        return SpecificCharacterSet(terms.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Value field of an element held in memory; nil for an absent element, a sequence, or an external value.
    public func bytes(_ tag: Tag) -> ArraySlice<UInt8>? {
        index(of: tag).flatMap { content.bytes(of: nodes[$0]) }
    }

    /// All values of a text element, decoded and trimmed; empty where absent or empty.
    public func strings(_ tag: Tag) -> [String] {
        guard let element = self[tag] else { return [] }
        return element.strings(in: element.vr.usesSpecificCharacterSet || element.vr == .UN ? characterSet : .default)
    }

    /// First value of a text element; nil where absent or empty.
    public func string(_ tag: Tag) -> String? {
        guard let first = strings(tag).first, !first.isEmpty else { return nil }
        return first
    }

    /// First value, checked to be a UID.
    public func uid(_ tag: Tag) -> UID? {
        guard let index = index(of: tag), nodes[index].vr == .UI, let bytes = content.bytes(of: nodes[index]) else {
            return string(tag).flatMap { UID($0) }
        }
        return UID(ascii: Text.trim(bytes.prefix { $0 != Text.backslash }))
    }

    /// Numbers of IS, US, SS, UL, SL, UV, SV; values that are none are left out.
    public func integers(_ tag: Tag) -> [Int] { self[tag]?.integers ?? [] }
    public func integer(_ tag: Tag) -> Int? {
        guard let index = index(of: tag), let bytes = content.bytes(of: nodes[index]) else { return nil }
        // The common single numbers need no array.
        switch nodes[index].vr {
        case .US: return LittleEndian.first(bytes, of: UInt16.self).map(Int.init)
        case .UL: return LittleEndian.first(bytes, of: UInt32.self).map(Int.init)
        default: return integers(tag).first
        }
    }

    /// Numbers of DS, IS, FL, FD and the integer representations; finite values only.
    public func decimals(_ tag: Tag) -> [Double] { self[tag]?.decimals ?? [] }
    public func decimal(_ tag: Tag) -> Double? { decimals(tag).first }

    /// One item of a sequence, without a look at the others; nil where there is none.
    public func item(_ position: Int, of tag: Tag) -> DataSet? {
        guard position >= 0, let index = index(of: tag) else { return nil }
        let node = nodes[index]
        if node.place == .nested {
            guard position < node.length else { return nil }
            let item = content.nested[node.offset + position]
            return DataSet(nodes: content.nested[item.offset..<item.offset + item.length], content: content, inherited: statedCharacterSet)
        }
        guard case .items(let items) = content.value(of: node), position < items.items.count else { return nil }
        return items.items[position].dataSet
    }

    /// Number of a sequence's items; 0 where absent.
    public func itemCount(_ tag: Tag) -> Int {
        guard let index = index(of: tag) else { return 0 }
        if nodes[index].place == .nested { return nodes[index].length }
        guard case .items(let items) = content.value(of: nodes[index]) else { return 0 }
        return items.items.count
    }

    /// Data sets of a sequence's items; empty where absent.
    public func items(_ tag: Tag) -> [DataSet] {
        guard case .items(let items)? = self[tag]?.value else { return [] }
        return items.items.map(\.dataSet)
    }
}

extension DataElement {
    /// An attribute of the standard that was sent as UN, with the VR it has by the standard (PS3.5 §6.2.2); every other as it is.
    public var understood: DataElement {
        guard vr == .UN, !tag.isPrivate, case .bytes = value, let known = DataElementTable.onlyVR(of: tag), known != .SQ else { return self }
        return DataElement(tag: tag, vr: known, value: value)
    }

    /// Values decoded and trimmed as their VR says (PS3.5 §6.2); numbers in their decimal form; empty for binary VRs.
    public func strings(in characterSet: SpecificCharacterSet) -> [String] {
        guard case .bytes(let bytes) = value, !bytes.isEmpty else { return [] }
        let vr = understood.vr
        if vr.isText || vr == .UN {
            let text = vr.usesSpecificCharacterSet || vr == .UN
                ? characterSet.decode(bytes, vr: vr) : String(decoding: bytes, as: UTF8.self)
            return Text.values(text, vr: vr)
        }
        switch vr {
        case .FL, .FD: return decimals.map { "\($0)" }
        default: return integers.map { "\($0)" }
        }
    }

    /// See ``DataSet/integers(_:)``.
    public var integers: [Int] {
        guard case .bytes(let bytes) = value else { return [] }
        switch understood.vr {
        case .IS, .DS:
            return Text.split(bytes).compactMap { Int(String(decoding: Text.trim($0), as: UTF8.self).trimmingPlus) }
        case .US: return LittleEndian.words(bytes, of: UInt16.self).map(Int.init)
        case .SS: return LittleEndian.words(bytes, of: UInt16.self).map { Int(Int16(bitPattern: $0)) }
        case .UL, .OL: return LittleEndian.words(bytes, of: UInt32.self).map(Int.init)
        case .SL: return LittleEndian.words(bytes, of: UInt32.self).map { Int(Int32(bitPattern: $0)) }
        case .SV: return LittleEndian.words(bytes, of: UInt64.self).map { Int(Int64(bitPattern: $0)) }
        case .UV, .OV: return LittleEndian.words(bytes, of: UInt64.self).compactMap { Int(exactly: $0) }
        case .OW: return LittleEndian.words(bytes, of: UInt16.self).map(Int.init)
        default: return []
        }
    }

    /// See ``DataSet/decimals(_:)``.
    public var decimals: [Double] {
        guard case .bytes(let bytes) = value else { return [] }
        switch understood.vr {
        case .DS, .IS:
            return Text.split(bytes).compactMap { Double(String(decoding: Text.trim($0), as: UTF8.self)) }.filter(\.isFinite)
        case .FL, .OF: return LittleEndian.words(bytes, of: UInt32.self).map { Double(Float(bitPattern: $0)) }.filter(\.isFinite)
        case .FD, .OD: return LittleEndian.words(bytes, of: UInt64.self).map { Double(bitPattern: $0) }.filter(\.isFinite)
        default: return integers.map(Double.init)
        }
    }

    /// Tags named by an AT element.
    public var tags: [Tag] {
        guard vr == .AT, case .bytes(let bytes) = value else { return [] }
        let words = LittleEndian.words(bytes, of: UInt16.self)
        return stride(from: 0, to: words.count - 1, by: 2).map { Tag(words[$0], words[$0 + 1]) }
    }
}

extension String {
    fileprivate var trimmingPlus: String { first == "+" ? String(dropFirst()) : self }
}
