import Audit

extension Subject {
    static let audit = Subject(
        "Audit", "Who did what: the hash-chained audit trail",
        types: """
            AuditRecords
              records  [AuditRecord]
              next?    integer  `before` of the next page
            AuditRecord
              sequence           integer    from 1, without gaps
              time               date-time
              kind               \(AuditKind.allCases.map(\.rawValue).joined(separator: "|"))
              event              string     EventID of PS3.15, in words
              code               string     its code
              type?              string     EventTypeCode, in words
              typeCode?          string
              action             C|R|U|D|E
              outcome            integer    0 success, 4 minor, 8 serious, 12 major failure
              words?             string     why it failed, or what was done
              user?              string
              aeTitle?           string     of the node that did it
              address?           string
              door               dimse|web|command|system
              act?               string     names the association, request or job
              other?             string     where something was sent to
              otherAddress?      string
              studyInstanceUID?  string
              patientID?         string
              issuer?            string
              patientName?       string
              instances?         integer
              sopClasses?        {integer}  instances by SOP class
              query?             string
              subject?           string
              hash               string     SHA-256 over the hash before and this record
            """,
        operations: """
            GET /api/audit  listAudit  administrator
                Records of the audit trail, the newest first. The search is itself a record.
                ? from     string            a day, or a time as 2026-11-25T08:00:00Z
                ? to       string            a day with all of it, or a time
                ? kind     string            kinds, separated by commas
                ? user     string
                ? node     string            AE title, of either side
                ? address  string
                ? patient  string            Patient ID
                ? study    string            Study Instance UID
                ? act      string            an association, request or job
                ? failed   boolean           only what failed
                ? access   boolean           only what was seen, taken out or changed of a patient
                ? limit    integer(1...500)=100
                ? before   integer(1...)     `next` of the page before
                > 200  AuditRecords  the page
            GET /api/audit/export  exportAudit  administrator
                Records as DICOM audit messages (PS3.15 A.5), as JSON lines or as a table, the oldest first.
                ? format   xml|json|csv=xml
                ? from     string            a day, or a time as 2026-11-25T08:00:00Z
                ? to       string            a day with all of it, or a time
                ? kind     string            kinds, separated by commas
                ? user     string
                ? node     string            AE title, of either side
                ? address  string
                ? patient  string            Patient ID
                ? study    string            Study Instance UID
                ? act      string            an association, request or job
                ? failed   boolean           only what failed
                ? access   boolean           only what was seen, taken out or changed of a patient
                > 200  application/xml, application/x-ndjson, text/csv  the records
            """)
}
