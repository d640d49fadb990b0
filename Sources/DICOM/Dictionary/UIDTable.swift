/// The UIDs that the standard registers (PS3.6 Annex A).
public enum UIDTable {
    /// What a UID names (PS3.6 Table A-1).
    public enum Kind: String, Sendable, CaseIterable {
        case applicationContextName = "Application Context Name"
        case applicationHostingModel = "Application Hosting Model"
        case codingScheme = "Coding Scheme"
        case uidsAsCodingScheme = "DICOM UIDs as a Coding Scheme"
        case ldapOID = "LDAP OID"
        case mappingResource = "Mapping Resource"
        case metaSOPClass = "Meta SOP Class"
        case sopClass = "SOP Class"
        case serviceClass = "Service Class"
        case synchronizationFrameOfReference = "Synchronization Frame of Reference"
        case transferSyntax = "Transfer Syntax"
        case wellKnownSOPInstance = "Well-known SOP Instance"
        case wellKnownFrameOfReference = "Well-known frame of reference"
    }

    public struct Entry: Sendable, Hashable {
        public var name: String
        public var keyword: String
        public var type: Kind
        public var isRetired: Bool
    }

    public static func entry(for uid: UID) -> Entry? { entries[uid] }

    /// Every registered UID.
    public static var uids: [UID] { entries.keys.sorted() }

    private static let entries: [UID: Entry] = {
        var result: [UID: Entry] = [:]
        TableText.forEachRow(of: rows, columns: 5) { fields in
            guard let kind = Kind(rawValue: TableText.string(fields[1])) else { return }
            result[UID(known: TableText.string(fields[0]))] = Entry(
                name: TableText.string(fields[3]), keyword: TableText.string(fields[2]), type: kind, isRetired: !fields[4].isEmpty)
        }
        return result
    }()
}

extension TransferSyntax {
    /// `JPEG Lossless, …` of PS3.6 Annex A; the UID itself where it is not registered.
    public var name: String { UIDTable.entry(for: uid)?.name ?? uid.text }
}
