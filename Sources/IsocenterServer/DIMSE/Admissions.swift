import DICOMNetwork
import Foundation
import Synchronization

/// The callers with an association open now: found once when it is negotiated, then known by their connection.
final class Admissions: Sendable {
    /// The same port of a host may be connected to both of ours.
    private struct Key: Hashable {
        var address: PeerAddress
        var isSecure: Bool
    }

    private struct State {
        var open: [Key: Caller] = [:]
        var lastCalls: [String: Date] = [:]
    }

    private let state = Mutex(State())

    /// False where its peer has as many associations open as it may.
    func enter(_ caller: Caller, on connection: ConnectionInfo) -> Bool {
        state.withLock { state in
            if let limit = caller.peer.maxInbound, state.open.values.count(where: { $0.peer.name == caller.peer.name }) >= limit { return false }
            state.open[Key(address: connection.address, isSecure: connection.tls != nil)] = caller
            if state.lastCalls.count > 10_000 { state.lastCalls = [:] }
            state.lastCalls[caller.peer.name] = Date()
            return true
        }
    }

    func caller(at address: PeerAddress, isSecure: Bool) -> Caller? { state.withLock { $0.open[Key(address: address, isSecure: isSecure)] } }

    func leave(_ address: PeerAddress, isSecure: Bool) { state.withLock { $0.open[Key(address: address, isSecure: isSecure)] = nil } }

    /// Of each peer: associations open now, and when it called last since the start.
    func summary() -> [String: (open: Int, last: Date)] {
        state.withLock { state in
            let open = Dictionary(state.open.values.map { ($0.peer.name, 1) }, uniquingKeysWith: +)
            return Dictionary(uniqueKeysWithValues: state.lastCalls.map { ($0.key, (open[$0.key] ?? 0, $0.value)) })
        }
    }
}
