import Archive
import Audit
import Database
import HTTPTypes
import Hummingbird
import Logging

/// Tells the audit trail what a request did, once it is known what the answer is and before any of it goes out. Innermost, so that the
/// caller is known. What is written in a transaction of its own (storing, deleting, correcting) tells it there.
struct Auditing: RouterMiddleware {
    typealias Context = RequestScope
    let trail: AuditTrail

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        let act = AuditedRequest(request)
        // What changes how the archive works is told before it is done: it is never done and not told.
        if let act, act.isChange, context.principal != nil { try await record(act.event(by: context.actor)) }
        do {
            let response = try await next(request, context)
            if let act, !act.isChange, context.principal != nil { try await tell(act.event(by: context.actor, response), context) }
            return response
        } catch {
            if let event = Self.refusal(error, act, request, context) { try await trail.recordOnce(event) }
            throw error
        }
    }

    /// A disk that is full keeps nobody from seeing images: what cannot be written is said in the log.
    private func tell(_ event: AuditEvent, _ context: RequestScope) async throws {
        let logger = context.logger
        if event.kind == .query { return await trail.recordSoon(event) { logger.untold($1, $0) } }
        let write: () async throws -> Void = { [trail] in try await trail.recordOnce(event) }
        do { try await write() } catch let error as DatabaseError where error.code == .full || error.code == .readOnly {
            logger.untold([event], error)
        }
    }

    private func record(_ event: AuditEvent) async throws { try await trail.record(event) }

    /// What was not allowed, and what is not there or must not be seen.
    private static func refusal(_ error: any Error, _ act: AuditedRequest?, _ request: Request, _ context: RequestScope) -> AuditEvent? {
        let failure = (error as? HTTPFailure) ?? (error as? ArchiveError).map { HTTPFailure($0) }
        guard let failure, let principal = context.principal else { return nil }
        let path = "\(request.method.rawValue) \(request.uri.path)"
        if failure.status == .forbidden {
            return AuditEvent(
                .notAllowed, by: context.actor, outcome: .minorFailure, words: failure.message, study: act?.study ?? "", subject: path)
        }
        guard var event = act?.event(by: context.actor), act?.isChange == true || failure.status == .notFound && !event.study.isEmpty else { return nil }
        _ = principal
        (event.outcome, event.words) = (.minorFailure, failure.message)
        return event
    }
}

extension Logger {
    /// What happened and is not in the trail, without the patient.
    func untold(_ events: [AuditEvent], _ error: DatabaseError) {
        for event in events {
            self.error("the audit trail cannot be written", metadata: [
                "error": "\(error)", "kind": "\(event.kind.rawValue)", "user": "\(event.actor.user)", "caller": "\(event.actor.aeTitle)", "address": "\(event.actor.address)", "study": "\(event.study)",
            ])
        }
    }
}

extension RequestScope {
    /// The caller, as the audit trail names it.
    var actor: AuditActor {
        AuditActor(user: principal?.name ?? "", address: address, door: .web, act: "\(id)")
    }
}

/// What a request is for the audit trail.
struct AuditedRequest {
    var kind: AuditKind
    var study = ""
    var query = ""
    var subject: String

    /// It changes settings, peers, users: not the objects.
    var isChange: Bool { kind.entry.event.value == "110113" }

    /// nil where it is nothing to tell: the page's files, health, one's own settings, what its own transaction tells.
    init?(_ request: Request) {
        let parts = request.uri.path.split(separator: "/").drop { $0 != "api" && $0 != "dicom-web" && $0 != "wado" }.map(String.init)
        guard let door = parts.first else { return nil }
        let rest = Array(parts.dropFirst())
        subject = parts.joined(separator: "/")
        if let index = rest.firstIndex(of: "studies"), index + 1 < rest.count, rest[index + 1] != "count" { study = String(rest[index + 1].prefix(64)) }
        let isRead = request.method == .get || request.method == .head
        let known: AuditKind? = switch (door, isRead) {
        case ("dicom-web", true): Self.ofDICOMweb(rest, study)
        case ("wado", true): .accessed
        case ("api", true): Self.ofAPI(rest, study)
        case ("api", false): Self.ofChange(rest)
        default: nil
        }
        guard let known else { return nil }
        kind = known
        if isChange { subject = "\(request.method.rawValue) \(subject)" }
        if kind == .query || kind == .auditRead { query = request.uri.query ?? "" } else if !study.isEmpty {
            // Of a study one record is enough, whatever of it is read.
            subject = ""
        }
        if door == "wado" {
            study = QueryString.pairs(request.uri.query ?? "").first { $0.0.lowercased() == "studyuid" }?.1 ?? ""
        }
    }

    private static let seen: Set<String> = ["metadata", "rendered", "thumbnail", "pixeldata", "bulkdata", "frames"]

    private static func ofDICOMweb(_ parts: [String], _ study: String) -> AuditKind? {
        guard let first = parts.first, let last = parts.last, first != "uploads" else { return nil }
        if NonPatientCategory(rawValue: first) != nil { return parts.count == 1 ? .query : .accessed }
        if study.isEmpty { return ["studies", "series", "instances", "patients"].contains(first) ? .query : nil }
        if parts.contains(where: seen.contains) { return .accessed }
        return ["series", "instances", "count"].contains(last) ? .query : .sent
    }

    private static func ofAPI(_ parts: [String], _ study: String) -> AuditKind? {
        if !study.isEmpty { return .accessed }
        return switch parts.first {
        case "studies", "deletions", "corrections": .query
        case "instances": .accessed
        case "audit": .auditRead
        default: nil
        }
    }

    /// Routes below `/api` by whose change somebody else's rights or the archive's ways change.
    private static let changes: [String: AuditKind] = [
        "peers": .networkConfiguration, "titles": .networkConfiguration, "callers": .networkConfiguration,
        "folders": .softwareConfiguration, "index": .softwareConfiguration, "settings": .softwareConfiguration,
        "users": .userRights, "tokens": .userRights, "roles": .userRights, "account": .userRights, "sessions": .userRights,
        "jobs": .restrictedFunction,
    ]

    private static func ofChange(_ parts: [String]) -> AuditKind? {
        // To ask a peer whether it is there changes nothing.
        guard let first = parts.first, parts.last != "echo", parts.last != "test" else { return nil }
        return changes[first]
    }

    func event(by actor: AuditActor, _ response: Response? = nil) -> AuditEvent {
        var kind = kind
        let type = response?.headers[.contentType] ?? ""
        if kind == .sent, type.hasPrefix("application/zip") { kind = .exported }
        if subject == "wado", type.hasPrefix("application/dicom") { kind = .sent }
        return AuditEvent(kind, by: actor, study: study, query: query, subject: subject)
    }
}
