import NIOCore

/// How long each side may be silent. Bytes only move `lastActivity`; one scheduled look at a time does the rest.
extension AssociationHandler {
    func artimExpired() {
        if machine.state == .sta2 { finish(.noAssociation(seconds: limits.artim.wholeSeconds)) }
        run(.artimExpired)
    }

    /// What is waited for now, until when, and how the association ends if it does not come. nil: for our own side.
    private func deadline() -> (at: NIODeadline, end: AssociationEnd)? {
        if pendingWrites > 0 {
            return (lastWriteProgress + limits.dimseTimeout, .stalled(seconds: limits.dimseTimeout.wholeSeconds))
        }
        switch machine.state {
        case .sta5, .sta7, .sta9, .sta10, .sta11:
            return (lastActivity + limits.associateTimeout, .noResponse(seconds: limits.associateTimeout.wholeSeconds))
        case .sta6:
            let isAwaited = inbox.operations.isAwaited
            // A response that cannot arrive because nobody takes what comes before it is a standstill too.
            if isPaused, !isAwaited { return nil }
            if isPaused { return (lastActivity + limits.dimseTimeout, .stalled(seconds: limits.dimseTimeout.wholeSeconds)) }
            if assembler?.isInMessage == true {
                return (lastActivity + limits.dimseTimeout, .stalled(seconds: limits.dimseTimeout.wholeSeconds))
            }
            if isAwaited { return (lastActivity + limits.responseTimeout, .noResponse(seconds: limits.responseTimeout.wholeSeconds)) }
            guard inbox.isAwaited else { return nil }
            return machine.role == .acceptor
                ? (lastActivity + limits.idleTimeout, .idle(seconds: limits.idleTimeout.wholeSeconds))
                : (lastActivity + limits.responseTimeout, .noResponse(seconds: limits.responseTimeout.wholeSeconds))
        default:
            return nil
        }
    }

    /// Looks again at the earliest moment at which something could be due; activity in between only moves `lastActivity`.
    func armWatch() {
        guard let context, !hasEnded else { return }
        let now = context.eventLoop.now
        let quiet = machine.role == .acceptor ? limits.idleTimeout : limits.responseTimeout
        let at = deadline()?.at ?? now + quiet
        if let watch, watch.at <= at, watch.at > now { return }
        watch?.task.cancel()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        watch = (at, context.eventLoop.scheduleTask(deadline: at) { bound.value.watchDue() })
    }

    private func watchDue() {
        watch = nil
        guard let context, !hasEnded else { return }
        if let (at, end) = deadline(), at <= context.eventLoop.now {
            abort(end)
        } else {
            armWatch()
        }
    }
}

extension TimeAmount {
    var wholeSeconds: Int { Int(nanoseconds / 1_000_000_000) }
}
