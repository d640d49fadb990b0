/// Private elements that are publicly known, by the creator that reserved their block (PS3.5 §7.8).
public enum PrivateElementTable {
    public struct Entry: Sendable, Hashable {
        /// More than one where the data set decides.
        public var vrs: [VR]
        public var vm: String
        public var name: String
    }

    /// - Parameter tag: in any block: (0029,1008) and (0029,1108) are the same element of their creators.
    public static func entry(for tag: Tag, creator: String) -> Entry? {
        guard let elements = creators[creator] else { return nil }
        for mask in masks {
            if let entry = elements[TagPattern(mask: mask, value: tag.rawValue & mask)] { return entry }
        }
        return nil
    }

    /// The widest one where the data set would decide.
    public static func vr(of tag: Tag, creator: String) -> VR? {
        guard let vrs = entry(for: tag, creator: creator)?.vrs else { return nil }
        return vrs.contains(.OW) ? .OW : vrs.first
    }

    /// One element; its block; also its group.
    private static let masks: [UInt32] = [0xFFFF_FFFF, 0xFFFF_00FF, 0xFF00_00FF]

    private static let creators: [String: [TagPattern: Entry]] = {
        var result: [String: [TagPattern: Entry]] = [:]
        var creator = ""
        var elements: [TagPattern: Entry] = [:]
        TableText.forEachRow(of: rows, columns: 4) { fields in
            if fields[1].isEmpty {
                result[creator] = elements
                creator = TableText.string(fields[0])
                elements = [:]
            } else {
                elements[TagPattern(fields[0])] = Entry(
                    vrs: TableText.vrs(fields[1]), vm: TableText.string(fields[2]), name: TableText.string(fields[3]))
            }
        }
        result[creator] = elements
        return result
    }()
}
