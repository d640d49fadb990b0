extension DataSet {
    /// A private element wherever its creator's block lies (PS3.5 §7.8.1).
    ///
    /// - Parameters:
    ///   - creator: as Private Creator holds it, without padding.
    ///   - element: the last two digits of the tag: 10H of (0029,xx10).
    public func privateElement(creator: String, group: UInt16, element: UInt8) -> DataElement? {
        // The same creator may have reserved several blocks.
        for block in privateBlocks(creator: creator, group: group) {
            if let element = self[Tag(group, UInt16(block) << 8 | UInt16(element))] { return element }
        }
        return nil
    }

    /// Blocks that `creator` has reserved in `group`, ascending.
    public func privateBlocks(creator: String, group: UInt16) -> [UInt8] {
        guard group & 1 == 1 else { return [] }
        return (UInt8(0x10)...0xFF).filter { string(Tag(group, UInt16($0))) == creator }
    }

    /// Who defines a private element; nil where nobody reserved its block.
    public func privateCreator(of tag: Tag) -> String? { tag.privateCreator.flatMap { string($0) } }
}
