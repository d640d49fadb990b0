/// SOP classes (PS3.4 and PS3.6 Annex A).
public enum SOPClassTable {
    public struct Entry: Sendable, Hashable {
        /// Its instances are composite objects that are stored (PS3.4 Annex B), or a file set's directory.
        public var isStorage: Bool
        public var keyword: String
        public var name: String
        /// Name of the information object definition without "IOD" (PS3.3), where it is known.
        public var iod: String
        public var isRetired: Bool
    }

    public static func entry(for uid: UID) -> Entry? { entries[uid] }

    /// Classes whose instances C-STORE carries (PS3.4 §B.5), retired ones too: archives hold them.
    public static let storageClasses: [UID] = entries.filter { $1.isStorage && $0 != mediaStorageDirectory }.keys.sorted()

    /// A DICOMDIR is a file of a medium, never sent (PS3.4 Annex I).
    /// A storage class of objects to keep: a DICOMDIR only lists them.
    public static func isArchived(_ uid: UID) -> Bool { entries[uid]?.isStorage == true && uid != mediaStorageDirectory }

    private static let mediaStorageDirectory = UID(known: "1.2.840.10008.1.3.10")

    private static let entries: [UID: Entry] = {
        var result: [UID: Entry] = [:]
        TableText.forEachRow(of: rows, columns: 6) { fields in
            result[UID(known: TableText.string(fields[0]))] = Entry(
                isStorage: !fields[1].isEmpty, keyword: TableText.string(fields[2]), name: TableText.string(fields[3]),
                iod: TableText.string(fields[4]), isRetired: !fields[5].isEmpty)
        }
        return result
    }()
}
