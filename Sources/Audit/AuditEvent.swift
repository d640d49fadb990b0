import Foundation

/// Who does something, through which door, and within what: an association or a request.
public struct AuditActor: Sendable, Hashable {
    /// Login name; empty where a node or the program itself acts.
    public var user: String
    /// AE title; empty where there is none.
    public var aeTitle: String
    /// Numeric, of where it calls from.
    public var address: String
    public var door: Door
    /// Names the association, request or job: log lines name it too.
    public var act: String

    public enum Door: String, Sendable, CaseIterable, Codable {
        case dimse, web, command, system
    }

    public init(user: String = "", aeTitle: String = "", address: String = "", door: Door, act: String = "") {
        self.user = user
        self.aeTitle = aeTitle
        self.address = address
        self.door = door
        self.act = act
    }

    /// The program itself.
    public static let system = AuditActor(door: .system)
    /// Whoever runs a command beside the server.
    public static func command(_ user: String = NSUserName()) -> AuditActor { AuditActor(user: user, door: .command, act: makeAct()) }

    /// Names one act: unlike any other's.
    public static func makeAct() -> String {
        let text = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

/// Whose study it is.
public struct AuditPatient: Sendable, Hashable {
    public var id: String
    /// Issuer of the ID; empty where nobody says.
    public var issuer: String
    public var name: String

    /// Of an ID only as much is kept as an index holds: four times what one may have.
    public init(id: String, issuer: String = "", name: String = "") {
        self.id = String(id.prefix(256))
        self.issuer = issuer
        self.name = name
    }
}

/// What happened: the facts that a row keeps. One study at most; what concerns several is several events.
public struct AuditEvent: Sendable, Hashable {
    public var kind: AuditKind
    public var actor: AuditActor
    public var outcome: AuditOutcome
    /// Why it failed, or what was changed.
    public var words: String
    /// The other node or user, where there is one beside the actor: where something was sent, whose rights were changed.
    public var other: String
    public var otherAddress: String
    /// Study Instance UID.
    public var study: String
    /// Found by the study when it is written, where it is not given.
    public var patient: AuditPatient?
    /// SOP Class UID: instances; "" where the class was not looked at.
    public var instances: [String: Int]
    /// What a query asked, as it came: a query string, or `keyword=value` of an identifier.
    public var query: String
    /// SOP class of a query, or the path of a request; for alerts what they are about.
    public var subject: String
    /// Microseconds since 1970; nil: when it is written.
    public var time: Int64?

    public init(
        _ kind: AuditKind, by actor: AuditActor, outcome: AuditOutcome = .success, words: String = "", other: String = "", otherAddress: String = "",
        study: String = "", patient: AuditPatient? = nil, instances: [String: Int] = [:], query: String = "", subject: String = "", time: Int64? = nil
    ) {
        self.kind = kind
        self.actor = actor
        self.outcome = outcome
        self.words = words
        self.other = other
        self.otherAddress = otherAddress
        self.study = study
        self.patient = patient
        self.instances = instances
        self.query = query
        self.subject = subject
        self.time = time
    }

    /// Longer text is cut: nobody fills the database by asking.
    static let longestText = 4096

    public static func now() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
