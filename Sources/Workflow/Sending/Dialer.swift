import DICOM
import DICOMNetwork
import Logging
import Synchronization

/// Calls peers: a few associations to each, kept for some seconds for whoever needs one next.
public final class Dialer: Sendable {
    public struct Configuration: Sendable {
        public var callingAETitle: AETitle
        /// For peers that are called over TLS.
        public var tls: PeerTLS?
        public var limits: NetworkLimits
        /// How long an association waits for another use.
        public var idle: Duration = .seconds(5)
        public var onEnd: @Sendable (AssociationRecord) -> Void = { _ in }

        public init(callingAETitle: AETitle, tls: PeerTLS? = nil, limits: NetworkLimits = NetworkLimits()) {
            self.callingAETitle = callingAETitle
            self.tls = tls
            self.limits = limits
        }
    }

    /// A node as it is called: associations are shared among those who call it alike.
    struct Line: Hashable, Sendable {
        var host: String
        var port: Int
        var called: String
        var calling: AETitle
        var usesTLS: Bool
        var certificate: String?
    }

    private struct Waiter {
        var id: UInt64
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct LineState {
        var open = 0
        var idle: [(association: Association, since: ContinuousClock.Instant)] = []
        var waiters: [Waiter] = []
        let bandwidth = Bandwidth()
    }

    private let configuration: Configuration
    private let lines = Mutex<(states: [Line: LineState], lastWaiter: UInt64)>(([:], 0))

    public init(_ configuration: Configuration) { self.configuration = configuration }

    public var callingAETitle: AETitle { configuration.callingAETitle }

    // MARK: For everyone

    /// An association of one's own, counted among those of the peer until it ends. Waits while the peer has as many as it may.
    ///
    /// - Throws: `SendError` for a peer that cannot be called; `NetworkError`.
    public func associate(
        _ peer: Peer, _ proposals: [Requestor.Proposal], calling: AETitle? = nil, roles: [RoleSelection] = []
    ) async throws -> Association {
        let line = try line(to: peer, calling)
        try await enter(line, peer.maxAssociations)
        return try await connect(line, peer, proposals, roles)
    }

    // MARK: For senders

    /// An association with at least these contexts proposed: one that is idle, or a new one.
    func sending(to peer: Peer, _ contexts: [TransferPlan.Context], calling: AETitle?) async throws -> (association: Association, isReused: Bool) {
        let line = try line(to: peer, calling)
        if let idle = takeIdle(line, contexts) { return (idle, true) }
        try await enter(line, peer.maxAssociations)
        let proposals = contexts.map { Requestor.Proposal($0.sopClass, [$0.transferSyntax]) }
        return (try await connect(line, peer, proposals, []), false)
    }

    /// Gives it back for another use; it is released when there is none.
    func keep(_ association: Association, of peer: Peer, calling: AETitle?) async {
        guard association.end == nil, let line = try? line(to: peer, calling) else { return }
        let isWanted = lines.withLock { lines in
            lines.states[line, default: LineState()].idle.append((association, .now))
            return !(lines.states[line]?.waiters.isEmpty ?? true)
        }
        if isWanted { return await releaseIdle(line, olderThan: .zero) }
        Task { [configuration, weak self] in
            try? await Task.sleep(for: configuration.idle)  // Never cancelled: nobody holds it.
            await self?.releaseIdle(line, olderThan: configuration.idle)
        }
    }

    /// Shared by all that is sent to it.
    func bandwidth(to peer: Peer, calling: AETitle?) throws -> Bandwidth {
        let line = if let web = peer.web {
            Line(host: web.url, port: 0, called: peer.aeTitle, calling: configuration.callingAETitle, usesTLS: false, certificate: nil)
        } else {
            try line(to: peer, calling)
        }
        return lines.withLock { $0.states[line, default: LineState()].bandwidth }
    }

    /// Releases what is idle.
    public func close() async {
        for line in lines.withLock({ Array($0.states.keys) }) { await releaseIdle(line, olderThan: .zero) }
    }

    // MARK: Lines

    private func line(to peer: Peer, _ calling: AETitle?) throws -> Line {
        guard let host = peer.host, let port = peer.port else {
            throw SendError("\(peer.name) has no host and port: it calls us and is never called")
        }
        return Line(
            host: host, port: port, called: peer.aeTitle, calling: calling ?? configuration.callingAETitle, usesTLS: peer.usesTLS, certificate: peer.certificate)
    }

    private func takeIdle(_ line: Line, _ contexts: [TransferPlan.Context]) -> Association? {
        lines.withLock { lines in
            guard var state = lines.states[line] else { return nil }
            defer { lines.states[line] = state }
            state.idle.removeAll { $0.association.end != nil }
            guard let index = state.idle.lastIndex(where: { $0.association.proposed.isSuperset(of: contexts) }) else { return nil }
            return state.idle.remove(at: index).association
        }
    }

    private func releaseIdle(_ line: Line, olderThan age: Duration) async {
        let now = ContinuousClock.now
        let old = lines.withLock { lines -> [Association] in
            guard var state = lines.states[line] else { return [] }
            defer { lines.states[line] = state }
            let old = state.idle.filter { now - $0.since >= age }
            state.idle.removeAll { now - $0.since >= age }
            return old.map(\.association)
        }
        for association in old { try? await association.release() }  // It was idle: nothing hangs on how it ends.
    }

    /// Waits for a place, in turn.
    private func enter(_ line: Line, _ most: Int) async throws {
        let id = lines.withLock { lines -> UInt64? in
            var state = lines.states[line, default: LineState()]
            defer { lines.states[line] = state }
            if state.open < max(1, most) {
                state.open += 1
                return nil
            }
            lines.lastWaiter += 1
            return lines.lastWaiter
        }
        guard let id else { return }
        // An idle one that does not fit makes room.
        await releaseIdle(line, olderThan: .zero)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let mayGo = lines.withLock { lines -> Result<Void, any Error>? in
                    var state = lines.states[line, default: LineState()]
                    defer { lines.states[line] = state }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.open < max(1, most) {
                        state.open += 1
                        return .success(())
                    }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let mayGo { continuation.resume(with: mayGo) }
            }
        } onCancel: {
            let waiter = lines.withLock { lines -> Waiter? in
                guard let index = lines.states[line]?.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return lines.states[line]?.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func leave(_ line: Line) {
        let next = lines.withLock { lines -> Waiter? in
            guard var state = lines.states[line] else { return nil }
            defer { lines.states[line] = state }
            // The place goes to the next one.
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.open -= 1
            return nil
        }
        next?.continuation.resume()
    }

    private func connect(_ line: Line, _ peer: Peer, _ proposals: [Requestor.Proposal], _ roles: [RoleSelection]) async throws -> Association {
        let hasLeft = Mutex(false)
        /// Once, whoever comes first.
        @Sendable func giveBack() {
            let isFirst = hasLeft.withLock { left in
                defer { left = true }
                return !left
            }
            if isFirst { leave(line) }
        }
        do {
            var requestor = try peer.requestor(as: line.calling, tls: configuration.tls, limits: configuration.limits)
            requestor.roles = roles
            if peer.window > 1 { requestor.window = AsynchronousOperationsWindow(invoked: UInt16(clamping: peer.window), performed: 1) }
            requestor.onEnd = { [configuration] record in
                configuration.onEnd(record)
                giveBack()
            }
            let association = try await requestor.connect(proposals)
            try peer.checkCertificate(of: association)
            return association
        } catch {
            giveBack()
            throw error
        }
    }
}

extension Peer {
    /// `PACS2 (PACS2@10.1.1.7:104)`
    public var words: String {
        if let web { return name == web.url ? name : "\(name) (\(web.url))" }
        return "\(name) (\(aeTitle)@\(host ?? "?"):\(port.map(String.init) ?? "?"))"
    }
}
