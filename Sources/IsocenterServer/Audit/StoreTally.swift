import Archive
import Audit
import DICOM
import Synchronization

/// What an association sent that changed nothing: told at its end. (What was stored is in the trail by its own transaction.)
final class StoreTally: Sendable {
    private struct State {
        var hasStored = false
        /// By study and SOP class.
        var held: [String: [String: Int]] = [:]
        var refused = 0
        var words = ""
    }

    private let state = Mutex(State())

    func add(_ outcome: StoreOutcome) {
        state.withLock { state in
            if outcome.result == .alreadyStored {
                state.held[outcome.nonPatient == nil ? outcome.study.text : "", default: [:]][outcome.sopClass.text, default: 0] += 1
            } else {
                state.hasStored = true
            }
        }
    }

    func refuse(_ words: String) {
        state.withLock { state in
            state.refused += 1
            if state.words.isEmpty { state.words = words }
        }
    }

    /// Into the trail; the tally is empty then.
    func finish(_ trail: AuditTrail, _ actor: AuditActor) async throws {
        let ended = state.withLock { state in
            defer { state = State() }
            return state
        }
        if ended.hasStored { try await trail.settle(.act(actor.act)) }
        var events = ended.held.sorted { $0.key < $1.key }.map { study, classes in AuditEvent(.receivedAgain, by: actor, study: study, instances: classes) }
        if ended.refused > 0 {
            events.append(AuditEvent(.received, by: actor, outcome: .minorFailure, words: "\(ended.refused) refused: \(ended.words)", instances: ["": 0]))
        }
        try await trail.record(events)
    }
}
