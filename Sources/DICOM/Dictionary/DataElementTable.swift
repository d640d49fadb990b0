/// The attributes of PS3.6 §6 to §9 and the command elements of PS3.7 Annex E.
public enum DataElementTable {
    public struct Entry: Sendable, Hashable {
        /// More than one where the data set decides (`US or SS`); none for items and delimiters.
        public var vrs: [VR]
        /// As the standard writes it: `1`, `2-2n`. ``VM`` reads it.
        public var vm: String
        public var name: String
        /// Empty for the few attributes that were retired without a name.
        public var keyword: String
        public var isRetired: Bool
    }

    /// What the standard says of `tag`; also for the elements of a repeating group (PS3.5 §7.6), group lengths (§7.2) and private
    /// creators (§7.8.1). nil for other private elements, see ``PrivateElementTable``, and for what it does not know.
    public static func entry(for tag: Tag) -> Entry? {
        if let entry = table.entry(for: tag) { return entry }
        if tag.isGroupLength { return groupLength }
        if tag.isPrivate { return tag.isPrivateCreator ? privateCreator : nil }
        for (mask, entries) in table.repeating {
            if let entry = entries[tag.rawValue & mask] { return entry }
        }
        return nil
    }

    /// The VR of an attribute that has but one: all that reading implicit VR needs of most elements.
    public static func onlyVR(of tag: Tag) -> VR? { table.onlyVR(of: tag) }

    /// The attribute with this keyword of PS3.6; of a repeating group the first (`OverlayRows` is (6000,0010)).
    public static func tag(keyword: String) -> Tag? { table.tags[keyword] }

    /// Every tag that is no element of a repeating group, ascending.
    public static var tags: [Tag] { table.keys }

    private static let groupLength = Entry(vrs: [.UL], vm: "1", name: "Group Length", keyword: "GroupLength", isRetired: true)
    private static let privateCreator = Entry(vrs: [.LO], vm: "1", name: "Private Creator", keyword: "PrivateCreator", isRetired: false)

    /// Parsed when first asked.
    private static let table = Table()

    private struct Table: Sendable {
        /// In the order of the standard: ascending.
        var keys: [Tag] = []
        var entries: [Entry] = []
        /// Raw value of the only VR of each entry; 0 where there is a choice.
        var onlyVRs: [UInt16] = []
        /// Index into `keys` plus 1 from the tag's hash on, 0 where there is none: a third as long to ask as a Dictionary.
        var slots = [UInt16](repeating: 0, count: 1 << 14)
        /// By the mask that leaves out the repeating digits.
        var repeating: [UInt32: [UInt32: Entry]] = [:]
        var tags: [String: Tag] = [:]

        init() {
            tags.reserveCapacity(6000)
            TableText.forEachRow(of: DataElementTable.rows, columns: 6) { fields in
                let pattern = TagPattern(fields[0])
                let keyword = TableText.string(fields[3])
                let entry = Entry(
                    vrs: TableText.vrs(fields[1]), vm: TableText.string(fields[2]), name: TableText.string(fields[4]),
                    keyword: keyword, isRetired: !fields[5].isEmpty)
                let tag = Tag(rawValue: pattern.value)
                if pattern.mask == .max {
                    append(entry, tag)
                    if !keyword.isEmpty { tags[keyword] = tag }
                } else {
                    repeating[pattern.mask, default: [:]][pattern.value] = entry
                    if tags[keyword] == nil { tags[keyword] = tag }
                }
            }
        }

        private mutating func append(_ entry: Entry, _ tag: Tag) {
            keys.append(tag)
            entries.append(entry)
            onlyVRs.append(entry.vrs.count == 1 ? entry.vrs[0].rawValue : 0)
            var slot = firstSlot(tag)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt16(truncatingIfNeeded: keys.count)
        }

        func entry(for tag: Tag) -> Entry? { index(of: tag).map { entries[$0] } }

        func onlyVR(of tag: Tag) -> VR? {
            guard let index = index(of: tag), onlyVRs[index] != 0 else { return nil }
            return VR(rawValue: onlyVRs[index])
        }

        private func index(of tag: Tag) -> Int? {
            var slot = firstSlot(tag)
            while slots[slot] != 0 {
                let index = Int(slots[slot]) - 1
                if keys[index] == tag { return index }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }

        private func firstSlot(_ tag: Tag) -> Int { Int((tag.rawValue &* 0x9E37_79B1) >> 18) }
    }
}
