import Audit
import Foundation

/// A record of the audit trail for the page, exports and `isocenter audit`.
public struct AuditAnswer: Encodable, Sendable {
    var sequence: Int64
    /// ISO 8601, UTC.
    public var time: String
    public var kind: String
    /// EventID and EventTypeCode of PS3.15, in words.
    public var event: String
    var code: String
    var type: String?
    var typeCode: String?
    var action: String
    public var outcome: Int
    public var words: String?
    var user: String?
    var aeTitle: String?
    public var address: String?
    var door: String
    var act: String?
    public var other: String?
    var otherAddress: String?
    public var studyInstanceUID: String?
    public var patientID: String?
    var issuer: String?
    public var patientName: String?
    public var instances: Int?
    /// By SOP Class UID.
    var sopClasses: [String: Int]?
    var query: String?
    var subject: String?
    /// Hexadecimal.
    var hash: String

    public init(_ record: AuditRecord) {
        func text(_ value: String?) -> String? { value.flatMap { $0.isEmpty ? nil : $0 } }
        let event = record.event, entry = event.kind.entry
        sequence = record.sequence
        time = AuditMessage.dateTime(record.time)
        (kind, self.event, code, action) = (event.kind.rawValue, entry.event.meaning, entry.event.value, entry.action)
        (type, typeCode) = (entry.type?.meaning, entry.type?.value)
        (outcome, words) = (event.outcome.rawValue, text(event.words))
        (user, aeTitle, address) = (text(event.actor.user), text(event.actor.aeTitle), text(event.actor.address))
        (door, act) = (event.actor.door.rawValue, text(event.actor.act))
        (other, otherAddress, studyInstanceUID) = (text(event.other), text(event.otherAddress), text(event.study))
        (patientID, issuer, patientName) = (text(event.patient?.id), text(event.patient?.issuer), text(event.patient?.name))
        instances = event.instances.isEmpty ? nil : event.instances.values.reduce(0, +)
        let classes = event.instances.filter { !$0.key.isEmpty }
        sopClasses = classes.isEmpty ? nil : classes
        (query, subject) = (text(event.query), text(event.subject))
        hash = String(AuditHead(sequence: 0, hash: record.hash).text.dropFirst(2))
    }

    /// Who did it, for people: `anna`, `CT1`, `system`.
    public var actor: String {
        let named = [user, aeTitle].compactMap { $0 }.joined(separator: "/")
        return named.isEmpty ? door : named
    }
}

/// How an export is written.
public enum AuditFormat: String, Sendable, CaseIterable {
    /// DICOM audit messages, one below the other in one element.
    case xml
    /// A JSON object in each line.
    case json
    case csv

    public var contentType: String {
        switch self {
        case .xml: "application/xml; charset=utf-8"
        case .json: "application/x-ndjson; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        }
    }

    public var head: String {
        switch self {
        case .xml: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AuditMessages>\n"
        case .json: ""
        case .csv: Self.columns.joined(separator: ",") + "\r\n"
        }
    }

    public var tail: String { self == .xml ? "</AuditMessages>\n" : "" }

    private static let columns = [
        "sequence", "time", "event", "type", "action", "outcome", "user", "aeTitle", "address", "other", "patientID", "patientName", "studyInstanceUID",
        "instances", "query", "subject", "words", "act", "hash",
    ]

    public func text(_ record: AuditRecord, from source: AuditSource) throws -> String {
        let answer = AuditAnswer(record)
        switch self {
        case .xml: return AuditMessage(record, from: source).xml + "\n"
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(answer), as: UTF8.self) + "\n"
        case .csv:
            let fields = [
                "\(answer.sequence)", answer.time, answer.event, answer.type, answer.action, "\(answer.outcome)", answer.user, answer.aeTitle, answer.address,
                answer.other, answer.patientID, answer.patientName, answer.studyInstanceUID, answer.instances.map { "\($0)" }, answer.query, answer.subject,
                answer.words, answer.act, answer.hash,
            ]
            return fields.map { Self.quoted($0 ?? "") }.joined(separator: ",") + "\r\n"
        }
    }

    /// A table program must not take what somebody sent for a formula.
    private static func quoted(_ text: String) -> String {
        let text = text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}

extension AuditQuery {
    /// From the fields of a request or the options of a command.
    ///
    /// - Throws: `AuditQueryError` naming what is wrong.
    public init(fields: [String: String]) throws(AuditQueryError) {
        self.init()
        func field(_ name: String) -> String { fields[name]?.trimmed ?? "" }
        from = try Self.time(field("from"), "from", isEnd: false)
        to = try Self.time(field("to"), "to", isEnd: true)
        for word in field("kind").split(separator: ",") {
            guard let kind = AuditKind(rawValue: String(word)) else {
                throw AuditQueryError("kind is one of \(AuditKind.allCases.map(\.rawValue).joined(separator: ", ")), not '\(word)'")
            }
            kinds.insert(kind)
        }
        (user, node, address) = (field("user"), field("node"), field("address"))
        (patientID, study, act) = (field("patient"), field("study"), field("act"))
        (failuresOnly, accessOnly) = (field("failed") == "true", field("access") == "true")
    }

    /// `2026-11-25`, in UTC, or ISO 8601 with a time zone. A day as the end is meant with all of it.
    private static func time(_ text: String, _ name: String, isEnd: Bool) throws(AuditQueryError) -> Int64? {
        guard !text.isEmpty else { return nil }
        let isDay = text.utf8.count == 10
        let whole = isDay ? text + "T00:00:00Z" : text
        let date = (try? Date(whole, strategy: .iso8601)) ?? (try? Date(whole, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        guard let date, abs(date.timeIntervalSince1970) < 1e11 else {
            throw AuditQueryError("\(name) is a day, 2026-11-25, or a time, 2026-11-25T08:00:00Z")
        }
        return Int64(date.timeIntervalSince1970 * 1_000_000) + (isDay && isEnd ? 86_400_000_000 : 0)
    }
}

/// What is wrong with a search of the audit trail.
public struct AuditQueryError: Error, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}
