import NIOCore
import Synchronization

/// The connections of a listener: how many there are, from whom, and how to end them.
final class Registry: Sendable {
    enum Admission { case admit, reject, close }

    fileprivate struct State {
        var open: [ObjectIdentifier: (channel: any Channel, inbox: Inbox)] = [:]
        var admitted = 0
        var rejecting = 0
        var perPeer: [String: Int] = [:]
        var isClosing = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let limits: NetworkLimits
    private let state = Mutex(State())

    init(limits: NetworkLimits) { self.limits = limits }

    var count: Int { state.withLock { $0.open.count } }
    var isClosing: Bool { state.withLock { $0.isClosing } }

    /// Counts the connection until its channel closes.
    func admit(_ channel: any Channel, _ address: PeerAddress) -> Admission {
        let admission = state.withLock { state -> Admission in
            let ofPeer = state.perPeer[address.host, default: 0]
            if state.admitted < limits.associations, ofPeer < limits.associationsPerPeer {
                state.admitted += 1
                state.perPeer[address.host] = ofPeer + 1
                return .admit
            }
            guard state.rejecting < limits.rejectionsAtOnce else { return .close }
            state.rejecting += 1
            return .reject
        }
        let id = ObjectIdentifier(channel)
        channel.closeFuture.whenComplete { [self] _ in leave(id, address, admission) }
        return admission
    }

    func enter(_ channel: any Channel, _ inbox: Inbox) {
        let isClosing = state.withLock { state in
            state.open[ObjectIdentifier(channel)] = (channel, inbox)
            return state.isClosing
        }
        if isClosing { Self.close(channel, inbox) }
    }

    private static func close(_ channel: any Channel, _ inbox: Inbox) {
        inbox.close()
        // Not yet associated: nobody works on anything.
        channel.triggerUserOutboundEvent(LocalRequest.closeUnlessEstablished, promise: nil)
    }

    private func leave(_ id: ObjectIdentifier, _ address: PeerAddress, _ admission: Admission) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.open[id] = nil
            switch admission {
            case .admit:
                state.admitted -= 1
                let ofPeer = state.perPeer[address.host, default: 1] - 1
                state.perPeer[address.host] = ofPeer > 0 ? ofPeer : nil
            case .reject: state.rejecting -= 1
            case .close: break
            }
            return state.takeWaitersIfEmpty()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Each association ends when the message being worked on is done.
    func closeAll() {
        let all = state.withLock { state in
            state.isClosing = true
            return Array(state.open.values)
        }
        for (channel, inbox) in all { Self.close(channel, inbox) }
    }

    func abortAll() {
        for (channel, _) in state.withLock({ Array($0.open.values) }) {
            channel.triggerUserOutboundEvent(LocalRequest.abort(.shutDown, close: true), promise: nil)
        }
    }

    /// Returns when no connection is open.
    func empty() async {
        await withCheckedContinuation { continuation in
            let waiters = state.withLock { state in
                state.waiters.append(continuation)
                return state.takeWaitersIfEmpty()
            }
            for waiter in waiters { waiter.resume() }
        }
    }
}

extension Registry.State {
    fileprivate mutating func takeWaitersIfEmpty() -> [CheckedContinuation<Void, Never>] {
        guard open.isEmpty else { return [] }
        defer { waiters = [] }
        return waiters
    }
}
