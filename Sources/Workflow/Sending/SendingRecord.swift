import Archive
import Audit
import Database
import Synchronization

/// What goes out to one receiver, as the audit trail tells it: that it begins, study by study and before the first byte of each, and what
/// came of it (PS3.15 A.5.3.3, A.5.3.7).
public final class SendingRecord: Sendable {
    private struct Study {
        var sent: [String: Int] = [:]
        var failed = 0
        var words = ""
    }

    private let trail: AuditTrail
    private let actor: AuditActor
    private let other: String
    private let otherAddress: String
    private let studies = Mutex<[String: Study]>([:])

    /// - Parameters:
    ///   - actor: who asked for it.
    ///   - other: the receiver, where that is another.
    public init(_ trail: AuditTrail, by actor: AuditActor, to other: String = "", at otherAddress: String = "") {
        self.trail = trail
        self.actor = actor
        self.other = other
        self.otherAddress = otherAddress
    }

    /// Durable when this returns; only then may bytes of the study go out.
    public func begin(_ study: String) async throws(ArchiveError) {
        let isNew = studies.withLock { studies in
            defer { if studies[study] == nil { studies[study] = Study() } }
            return studies[study] == nil
        }
        guard isNew else { return }
        do throws(DatabaseError) {
            try await trail.record(AuditEvent(.sending, by: actor, other: other, otherAddress: otherAddress, study: study))
        } catch {
            throw ArchiveError(error, "writing the audit trail")
        }
    }

    public func add(_ object: Outgoing, _ result: SendResult) {
        studies.withLock { studies in
            var study = studies[object.study] ?? Study()
            if result.isStored { study.sent[object.sopClass.text, default: 0] += 1 } else {
                study.failed += 1
                if study.words.isEmpty { study.words = result.words ?? "" }
            }
            studies[object.study] = study
        }
    }

    /// One record of each study. What was only begun is told as a failure.
    public func finish() async throws(ArchiveError) {
        let ended = studies.withLock { studies in
            defer { studies = [:] }
            return studies.sorted { $0.key < $1.key }
        }
        let events = ended.map { uid, study in
            let isWhole = study.failed == 0 && !study.sent.isEmpty
            let outcome: AuditOutcome = isWhole ? .success : study.sent.isEmpty ? .seriousFailure : .minorFailure
            let words = isWhole ? "" : study.failed == 0 ? "given up before anything was sent" : "\(study.failed) not sent: \(study.words)"
            return AuditEvent(.sent, by: actor, outcome: outcome, words: words, other: other, otherAddress: otherAddress, study: uid, instances: study.sent)
        }
        do throws(DatabaseError) { try await trail.record(events) } catch { throw ArchiveError(error, "writing the audit trail") }
    }
}
