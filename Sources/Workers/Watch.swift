import CPosix
import Glibc
import Synchronization

/// The thread that starts workers, hears what they answer, and buries them. It sleeps while nothing happens.
final class Watch: Sendable {
    private enum Source { static let wake: UInt64 = 0, alarm: UInt64 = 1 }

    private let poll: Descriptor
    private let waker: Descriptor
    private let alarm: Alarm
    private let report: @Sendable (WorkerPool.Event) -> Void
    private let end = Mutex<(isReached: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    /// A worker must not take longer to get ready.
    private static let startTime: UInt64 = 30_000_000_000
    /// Between the end of its connection and its own.
    private static let dyingTime: UInt64 = 1_000_000_000

    init(_ alarm: Alarm, report: @escaping @Sendable (WorkerPool.Event) -> Void) throws(SystemError) {
        self.alarm = alarm
        self.report = report
        poll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1")
        waker = try Descriptor(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), "eventfd")
        try add(waker.number, Source.wake)
        try add(alarm.descriptor.number, Source.alarm)
    }

    func start(_ dispatcher: Dispatcher) throws(SystemError) {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Beginning(watch: self, dispatcher: dispatcher))
        let failure = pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            let beginning = Unmanaged<Beginning>.fromOpaque(argument).takeRetainedValue()
            beginning.watch.run(beginning.dispatcher)
            return nil
        }, argument.toOpaque())
        guard failure == 0 else {
            argument.release()
            throw SystemError("pthread_create", failure)
        }
        pthread_detach(thread)
    }

    private final class Beginning {
        let watch: Watch
        let dispatcher: Dispatcher

        init(watch: Watch, dispatcher: Dispatcher) {
            self.watch = watch
            self.dispatcher = dispatcher
        }
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(waker.number, &one, 8)
    }

    func finished() async {
        await withCheckedContinuation { continuation in
            let isReached = end.withLock { end in
                if !end.isReached { end.waiting.append(continuation) }
                return end.isReached
            }
            if isReached { continuation.resume() }
        }
    }

    // MARK: The loop

    private func run(_ dispatcher: Dispatcher) {
        var next: UInt64 = 2
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            startMissing(dispatcher, &next)
            let (isDone, wakeAt) = dispatcher.state.withLock { ($0.isClosed && $0.isEmpty, $0.nextStartEvent) }
            if isDone { break }
            let count = epoll_wait(poll.number, &events, Int32(events.count), milliseconds(until: wakeAt))
            for event in events.prefix(Int(max(count, 0))) {
                switch event.data.u64 {
                case Source.wake:
                    var number: UInt64 = 0
                    _ = read(waker.number, &number, 8)
                case Source.alarm: alarm.clear()
                case let source where source & 1 == 0: hear(source, dispatcher)
                case let source: bury(source - 1, dispatcher)
                }
            }
            killOverdue(dispatcher)
        }
        let waiting = end.withLock { end in
            end.isReached = true
            defer { end.waiting = [] }
            return end.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func milliseconds(until time: UInt64?) -> Int32 {
        guard let time else { return -1 }
        let now = Alarm.now
        return time <= now ? 0 : Int32(min((time - now) / 1_000_000 + 1, 3_600_000))
    }

    private func add(_ descriptor: Int32, _ source: UInt64) throws(SystemError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = source
        guard epoll_ctl(poll.number, EPOLL_CTL_ADD, descriptor, &event) == 0 else { throw SystemError("epoll_ctl") }
    }

    private func remove(_ descriptor: Int32) { epoll_ctl(poll.number, EPOLL_CTL_DEL, descriptor, nil) }

    // MARK: Starting

    private func startMissing(_ dispatcher: Dispatcher, _ next: inout UInt64) {
        while let index = dispatcher.state.withLock({ $0.vacancy(at: Alarm.now) }) {
            let configuration = dispatcher.configuration
            do throws(SystemError) {
                let worker = try Worker(id: next, executable: configuration.executable, arguments: configuration.arguments)
                next += 2
                do throws(SystemError) {
                    try add(worker.end.number, worker.id + 1)
                    try add(worker.socket.number, worker.id)
                } catch {
                    worker.kill()
                    waitpid(worker.process, nil, 0)
                    throw error
                }
                let isClosed = dispatcher.state.withLock { state in
                    state.started(worker, at: index, deadline: Alarm.now + Self.startTime)
                    return state.isClosed
                }
                if isClosed { dispatcher.condemn(worker, .cancelled) }
            } catch {
                dispatcher.state.withLock { $0.failed("\(error)", at: Alarm.now) }
                startFailed(dispatcher)
            }
        }
    }

    /// Tells, and lets nobody wait for what does not come.
    private func startFailed(_ dispatcher: Dispatcher) {
        let (words, delay, waiting) = dispatcher.state.withLock { state in
            (state.startFailure ?? "", Dispatcher.State.pause(after: state.failures), state.isStranded ? state.line.removeAll() : [])
        }
        report(.cannotStart(words, retryMilliseconds: Int(delay / 1_000_000)))
        for waiter in waiting { waiter.resume(returning: .refused(.unavailable, "no worker can be started: \(words)")) }
    }

    // MARK: Hearing

    private func hear(_ id: UInt64, _ dispatcher: Dispatcher) {
        guard let worker = dispatcher.state.withLock({ $0.worker(id) }) else { return }
        do throws(WorkerMessage.Malformed) {
            guard let packet = worker.receive() else {
                remove(worker.socket.number)
                let deadline = Alarm.now + Self.dyingTime
                dispatcher.state.withLock { state in state.fallSilent(id, deadline: deadline)?.kill() }
                return alarm.set(deadline)
            }
            let reply = try WorkerReply(packet)
            if reply.outcome == .ready {
                let (isNew, waiter) = dispatcher.state.withLock { $0.ready(id) }
                guard isNew else { throw WorkerMessage.Malformed("ready twice") }
                waiter?.resume(returning: .worker(worker))
            } else {
                guard let caller = dispatcher.state.withLock({ $0.finish(id, ticket: reply.ticket) }) else { throw WorkerMessage.Malformed("an answer to no question") }
                caller.resume(returning: .reply(reply.outcome))
            }
        } catch {
            remove(worker.socket.number)
            dispatcher.condemn(worker, .nonsense(error.description))
        }
    }

    private func killOverdue(_ dispatcher: Dispatcher) {
        dispatcher.state.withLock { state in
            for worker in state.overdue(at: Alarm.now) { worker.kill() }
            if let next = state.nextDeadline { alarm.set(next) }
        }
    }

    // MARK: Burying

    private func bury(_ id: UInt64, _ dispatcher: Dispatcher) {
        guard let worker = dispatcher.state.withLock({ $0.worker(id) }) else { return }
        // Under the lock, so that nobody signals a process that has become another one's number.
        let (end, call, isClosed, hasFailed) = dispatcher.state.withLock { state -> (WorkerEnd, Dispatcher.State.Call?, Bool, Bool) in
            let end = worker.reap()
            let failures = state.failures
            let call = state.ended(id, end.words, at: Alarm.now)
            return (end, call, state.isClosed, state.failures > failures)
        }
        remove(worker.end.number)
        remove(worker.socket.number)
        if let call {
            call.caller.resume(returning: call.fate.map { .abandoned($0) } ?? .ended(end))
        }
        guard !isClosed else { return }
        if hasFailed { startFailed(dispatcher) } else { report(.ended(process: worker.process, end.words)) }
    }
}
