import Foundation

/// Who tells: AuditSourceIdentification, and the archive as a participant.
public struct AuditSource: Sendable, Hashable {
    /// AE title of the archive.
    public var aeTitle: String
    public var host: String
    public var process: String

    public init(aeTitle: String, host: String = ProcessInfo.processInfo.hostName, process: String = "\(ProcessInfo.processInfo.processIdentifier)") {
        self.aeTitle = aeTitle
        self.host = host
        self.process = process
    }
}

/// A record as the DICOM audit message (PS3.15 A.5.1 schema, A.5.3 contents).
public struct AuditMessage: Sendable {
    let record: AuditRecord
    let source: AuditSource
    private var event: AuditEvent { record.event }

    public init(_ record: AuditRecord, from source: AuditSource) {
        self.record = record
        self.source = source
    }

    /// Without an XML declaration: the encoding is UTF-8.
    public var xml: String {
        var xml = XMLText()
        xml.element("AuditMessage") { message in
            identification(&message)
            for participant in participants { participant.write(to: &message) }
            message.element("AuditSourceIdentification", ["AuditSourceID": "\(source.aeTitle)@\(source.host)"]) { source in
                // Application Server process or thread.
                source.element("AuditSourceTypeCode", ["csd-code": "4"])
            }
            objects(&message)
        }
        return xml.text
    }

    private func identification(_ message: inout XMLText) {
        let entry = event.kind.entry
        message.element(
            "EventIdentification",
            ["EventActionCode": entry.action, "EventDateTime": Self.dateTime(record.time), "EventOutcomeIndicator": "\(event.outcome.rawValue)"]
        ) { identification in
            identification.code("EventID", entry.event.value, entry.event.meaning)
            if let type = entry.type { identification.code("EventTypeCode", type.value, type.meaning) }
            if event.outcome != .success, !event.words.isEmpty { identification.element("EventOutcomeDescription", content: event.words) }
        }
    }

    // MARK: Participants

    private struct Participant {
        var userID: String
        var alternative = ""
        var name = ""
        var isRequestor: Bool
        /// Role: code and meaning.
        var role: (code: String, meaning: String)?
        var address = ""
        /// PS3.15 A.5.1: 1 machine name, 2 IP address, 5 URI.
        var addressType = "2"

        func write(to message: inout XMLText) {
            var attributes: KeyValuePairs<String, String> { [
                "UserID": userID, "AlternativeUserID": alternative, "UserName": name, "UserIsRequestor": isRequestor ? "true" : "false",
                "NetworkAccessPointID": address, "NetworkAccessPointTypeCode": address.isEmpty ? "" : addressType,
            ] }
            message.element("ActiveParticipant", attributes) { participant in
                if let role { participant.code("RoleIDCode", role.code, role.meaning) }
            }
        }
    }

    private static let application = ("110150", "Application"), launcher = ("110151", "Application Launcher")
    private static let destination = ("110152", "Destination Role ID"), origin = ("110153", "Source Role ID")

    private func archive(_ role: (String, String)?, isRequestor: Bool = false) -> Participant {
        Participant(
            userID: source.aeTitle, alternative: source.process, isRequestor: isRequestor, role: role, address: source.host, addressType: "1")
    }

    private func actor(_ role: (String, String)?, isRequestor: Bool = true) -> Participant {
        let actor = event.actor
        let name = [actor.user, actor.aeTitle, actor.address].first { !$0.isEmpty } ?? "unknown"
        return Participant(
            userID: name, alternative: actor.aeTitle.isEmpty ? "" : "AETITLES=\(actor.aeTitle)", isRequestor: isRequestor, role: role,
            address: actor.address.isEmpty ? (actor.door == .command ? source.host : "") : actor.address,
            addressType: actor.address.isEmpty ? "1" : "2")
    }

    private var other: Participant? {
        event.other.isEmpty ? nil : Participant(
            userID: event.other, alternative: "AETITLES=\(event.other)", isRequestor: false, role: Self.destination, address: event.otherAddress,
            addressType: event.otherAddress.first?.isNumber == true || event.otherAddress.contains(":") ? "2" : "1")
    }

    private var isOwn: Bool { event.actor.door == .system && event.actor.user.isEmpty }

    /// The Active Participants of each table of A.5.3, in its order.
    private var participants: [Participant] {
        switch event.kind {
        case .applicationStart, .applicationStop:
            [archive(Self.application)] + (isOwn || event.actor.user.isEmpty ? [] : [actor(Self.launcher)])
        case .networkAttach, .networkDetach: [archive(Self.application)]
        case .auditRead: [actor(nil)]
        case .sending, .sent:
            // Sent to the one who asked, or to another on its behalf.
            if let other { [archive(Self.origin, isRequestor: isOwn), other] + (isOwn ? [] : [actor(nil)]) } else {
                [archive(Self.origin), actor(Self.destination)]
            }
        case .received, .receivedAgain: [actor(Self.origin), archive(Self.destination)]
        case .imported: [isOwn ? archive(Self.destination, isRequestor: true) : actor(Self.destination)] + (isOwn ? [] : [archive(Self.destination)])
        case .exported: [actor(Self.origin), archive(Self.origin)] + (other.map { [$0] } ?? [])
        case .query: [actor(Self.origin), archive(Self.destination)]
        case .accessed, .created, .updated, .studyDeleted, .instancesDeleted: [isOwn ? archive(nil, isRequestor: true) : actor(nil)]
        case .login, .logout: [actor(nil), archive(nil)]
        case .nodeRefused, .notAllowed, .networkConfiguration, .securityConfiguration, .softwareConfiguration, .userRights, .restrictedFunction:
            // Who reports, then who did it.
            [archive(Self.application, isRequestor: true)] + (isOwn ? [] : [actor(nil, isRequestor: false)])
        }
    }

    // MARK: Objects

    private func objects(_ message: inout XMLText) {
        if event.kind == .auditRead {
            object(&message, id: "audit", type: "2", role: "13", idType: ("12", "RFC-3881", "URI"), name: "Security Audit Log")
        }
        if event.kind == .query { query(&message) }
        if event.kind.entry.event.value == "110113" { alert(&message) }
        if !event.study.isEmpty { study(&message) }
        if let patient = event.patient {
            // Patient Number, with its issuer as HL7 writes it.
            let id = patient.issuer.isEmpty ? patient.id : "\(patient.id)^^^\(patient.issuer)"
            object(&message, id: id.isEmpty ? "unknown" : id, type: "1", role: "1", idType: ("2", "RFC-3881", "Patient Number"), name: patient.name)
        }
    }

    private func study(_ message: inout XMLText) {
        // Deleted for good or not: what the archive knows of the life cycle.
        let lifeCycle = event.kind == .studyDeleted ? "14" : ""
        object(
            &message, id: event.study, type: "2", role: "3", idType: ("110180", "DCM", "Study Instance UID"), name: event.study, lifeCycle: lifeCycle,
            details: event.kind == .updated && !event.words.isEmpty ? [("Change", event.words)] : [], classes: event.instances)
    }

    /// A SOP class queried (A.5.3.10), or a resource of the web.
    private func query(_ message: inout XMLText) {
        let isSOPClass = event.subject.first?.isNumber == true
        object(
            &message, id: event.subject.isEmpty ? "query" : event.subject, type: "2", role: isSOPClass ? "3" : "24",
            idType: isSOPClass ? ("110181", "DCM", "SOP Class UID") : ("12", "RFC-3881", "URI"), query: event.query)
    }

    private func alert(_ message: inout XMLText) {
        let subject = [event.subject, event.other].first { !$0.isEmpty } ?? source.aeTitle
        object(
            &message, id: subject, type: "2", role: "13", idType: event.kind == .nodeRefused ? ("110182", "DCM", "Node ID") : ("12", "RFC-3881", "URI"), name: subject,
            details: event.words.isEmpty ? [] : [("Alert Description", event.words)])
    }

    private func object(
        _ message: inout XMLText, id: String, type: String, role: String, idType: (code: String, system: String, meaning: String), name: String = "",
        query: String? = nil, lifeCycle: String = "", details: [(type: String, value: String)] = [], classes: [String: Int] = [:]
    ) {
        message.element(
            "ParticipantObjectIdentification",
            ["ParticipantObjectID": id, "ParticipantObjectTypeCode": type, "ParticipantObjectTypeCodeRole": role, "ParticipantObjectDataLifeCycle": lifeCycle]
        ) { object in
            object.code("ParticipantObjectIDTypeCode", idType.code, idType.meaning, system: idType.system)
            if let query { object.element("ParticipantObjectQuery", content: Self.base64(query)) } else {
                object.element("ParticipantObjectName", content: name)
            }
            for detail in details { object.element("ParticipantObjectDetail", ["type": detail.type, "value": Self.base64(detail.value)]) }
            let classes = classes.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }
            guard !classes.isEmpty else { return }
            object.element("ParticipantObjectDescription") { description in
                for (sopClass, count) in classes { description.element("SOPClass", ["UID": sopClass, "NumberOfInstances": "\(count)"]) }
            }
        }
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// xsd:dateTime in UTC: `2026-11-25T18:50:00.123456Z`.
    public static func dateTime(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000), parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: some BinaryInteger, _ digits: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        return "\(date)T\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2)).\(padded(microseconds % 1_000_000, 6))Z"
    }
}

/// XML as text. What has no value is left out; characters that XML 1.0 has not are replaced.
struct XMLText {
    private(set) var text = ""

    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], content: String? = nil, _ body: ((inout XMLText) -> Void)? = nil) {
        text += "<\(name)"
        for (name, value) in attributes where !value.isEmpty { text += " \(name)=\"\(Self.escaped(value))\"" }
        var inner = XMLText()
        body?(&inner)
        guard content != nil || !inner.text.isEmpty else {
            text += "/>"
            return
        }
        text += ">\(Self.escaped(content ?? ""))\(inner.text)</\(name)>"
    }

    /// A coded value (CodedValueType of A.5.1).
    mutating func code(_ name: String, _ code: String, _ meaning: String, system: String = "DCM") {
        element(name, ["csd-code": code, "codeSystemName": system, "originalText": meaning])
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}": result.unicodeScalars.append(scalar)
            default: result += "\u{FFFD}"
            }
        }
        return result
    }
}
