/// What can happen, as the audit trail tells it apart: the events of PS3.15 A.5.3, with their direction and type.
public enum AuditKind: String, Sendable, CaseIterable, Codable {
    case applicationStart, applicationStop
    case auditRead
    /// We begin to send.
    case sending
    /// We have sent.
    case sent
    case received
    /// What was here already.
    case receivedAgain
    /// Seen, or used without leaving as objects: metadata, frames, rendered pictures.
    case accessed
    case created, updated
    case studyDeleted, instancesDeleted
    case exported, imported
    case networkAttach, networkDetach
    case query
    case login, logout
    /// Somebody was not let in, or was not allowed to do something.
    case nodeRefused, notAllowed
    case networkConfiguration, securityConfiguration, softwareConfiguration, userRights
    case restrictedFunction

    /// A coded value of the controlled terminology of DICOM (PS3.16 Annex D).
    public struct Code: Sendable, Hashable {
        public var value: String
        public var meaning: String
    }

    public struct Entry: Sendable {
        public var kind: AuditKind
        public var event: Code
        /// EventActionCode: C, R, U, D or E.
        public var action: String
        public var type: Code?
    }

    public var entry: Entry { Self.byKind[self] ?? Entry(kind: self, event: .init(value: "110113", meaning: "Security Alert"), action: "E", type: nil) }

    private static let byKind = Dictionary(uniqueKeysWithValues: table.map { ($0.kind, $0) })

    /// PS3.15 Tables A.5.3.1-1 to A.5.3.12-1, PS3.16 CID 400 and CID 401: kind, EventID, EventActionCode, EventTypeCode.
    static let table: [Entry] = """
        applicationStart       110100  Application Activity                E  110120  Application Start
        applicationStop        110100  Application Activity                E  110121  Application Stop
        auditRead              110101  Audit Log Used                      R
        sending                110102  Begin Transferring DICOM Instances  E
        sent                   110104  DICOM Instances Transferred         R
        received               110104  DICOM Instances Transferred         C
        receivedAgain          110104  DICOM Instances Transferred         R
        accessed               110103  DICOM Instances Accessed            R
        created                110103  DICOM Instances Accessed            C
        updated                110103  DICOM Instances Accessed            U
        instancesDeleted       110103  DICOM Instances Accessed            D
        studyDeleted           110105  DICOM Study Deleted                 D
        exported               110106  Export                              R
        imported               110107  Import                              C
        networkAttach          110108  Network Entry                       E  110124  Attach
        networkDetach          110108  Network Entry                       E  110125  Detach
        query                  110112  Query                               E
        nodeRefused            110113  Security Alert                      E  110126  Node Authentication
        notAllowed             110113  Security Alert                      E  110132  Use of Restricted Function
        networkConfiguration   110113  Security Alert                      E  110128  Network Configuration
        securityConfiguration  110113  Security Alert                      E  110129  Security Configuration
        softwareConfiguration  110113  Security Alert                      E  110131  Software Configuration
        restrictedFunction     110113  Security Alert                      E  110132  Use of Restricted Function
        userRights             110113  Security Alert                      E  110137  User Security Attributes Changed
        login                  110114  User Authentication                 E  110122  Login
        logout                 110114  User Authentication                 E  110123  Logout
        """.split(separator: "\n").compactMap { Entry(line: $0) }
}

extension AuditKind.Entry {
    /// Columns are two spaces or more apart.
    fileprivate init?(line: Substring) {
        let fields = line.split(separator: "  ").map { $0.drop { $0 == " " } }.map(String.init).filter { !$0.isEmpty }
        guard fields.count == 4 || fields.count == 6, let kind = AuditKind(rawValue: fields[0]) else { return nil }
        self.kind = kind
        event = .init(value: fields[1], meaning: fields[2])
        action = fields[3]
        type = fields.count == 6 ? .init(value: fields[4], meaning: fields[5]) : nil
    }
}

/// EventOutcomeIndicator (PS3.15 Table A.5.2-1).
public enum AuditOutcome: Int, Sendable, CaseIterable, Codable {
    case success = 0
    case minorFailure = 4
    case seriousFailure = 8
    /// The application is not available any more.
    case majorFailure = 12
}
