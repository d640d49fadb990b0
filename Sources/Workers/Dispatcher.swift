import DICOMImage
import Synchronization

/// Brings frames to workers and their answers back to the tasks that wait. Tasks copy the bytes; the watch, one thread, hears the workers.
final class Dispatcher: Sendable {
    enum Lease { case worker(Worker), refused(ImageError.Code, String) }

    enum Answer {
        case reply(WorkerReply.Outcome)
        case ended(WorkerEnd)
        case abandoned(State.Fate)
        /// The worker was gone before it had the frame.
        case gone
    }

    typealias State = Roster<CheckedContinuation<Lease, Never>, CheckedContinuation<Answer, Never>>

    let configuration: WorkerPool.Configuration
    let state: Mutex<State>
    let alarm: Alarm
    let watch: Watch

    init(_ configuration: WorkerPool.Configuration, report: @escaping @Sendable (WorkerPool.Event) -> Void) throws(SystemError) {
        self.configuration = configuration
        state = Mutex(State(count: configuration.count))
        alarm = try Alarm()
        watch = try Watch(alarm, report: report)
        try watch.start(self)
    }

    // MARK: A frame's way

    /// - Parameters:
    ///   - fill: writes the frame into the worker's memory and tells how long its code stream is or may be; nil where that failed.
    ///   - result: reads the answer; nil where it is none that a sound worker gives.
    func perform<Result: Sendable>(
        _ job: Job, fill: (Descriptor, WorkerRequest) async -> Int?, result: (Descriptor, WorkerRequest, WorkerReply.Outcome) throws(ImageError) -> Result?
    ) async throws(ImageError) -> Result {
        guard job.transferSyntax.uid.text.utf8.count <= 64 else { throw job.refusal(.unsupported, "its transfer syntax is no UID") }
        guard job.codeLength <= job.longest else { throw job.refusal(.tooLarge, "\(job.codeLength) bytes are more than any frame needs") }
        // A worker that died between two frames is not this frame's fault; one that dies twice so is somebody's.
        for _ in 0..<3 {
            let worker = try await lease(for: job)
            defer { handBack(worker) }
            guard var request = request(job, worker), let codeLength = await fill(worker.memory, request) else {
                throw job.refusal(.failed, "there is no memory to hand it over")
            }
            request.codeLength = min(codeLength, request.codeLength)
            let seconds = job.patience * configuration.seconds
            switch await exchange(request, with: worker, seconds: seconds) {
            case .reply(.failed(let error)): throw error
            case .reply(let outcome):
                if let result = try result(worker.memory, request, outcome) { return result }
                condemn(worker, .nonsense("an answer that does not fit the question"))
                throw job.failure(.failed, "answered nonsense: an answer that does not fit the question")
            case .ended(let end): throw job.failure(.failed, words(end))
            case .abandoned(.overdue): throw job.failure(.failed, "took longer than \(seconds) s")
            case .abandoned(.cancelled): throw job.refusal(.cancelled, "nobody waits for it any more")
            case .abandoned(.nonsense(let words)): throw job.failure(.failed, "answered nonsense: \(words)")
            case .gone: continue
            }
        }
        throw job.refusal(.unavailable, "workers end before they have it")
    }

    private func words(_ end: WorkerEnd) -> String {
        guard end.peak > configuration.memory / 2 else { return end.words }
        return "\(end.words) after using \(end.peak >> 20) MiB; it may use \(configuration.memory >> 20)"
    }

    private func request(_ job: Job, _ worker: Worker) -> WorkerRequest? {
        let ticket = state.withLock { $0.ticket() }
        var request = WorkerRequest(
            operation: job.operation, ticket: ticket, transferSyntax: job.transferSyntax, description: job.description, parameters: job.parameters,
            codeLength: job.codeLength, sharedLength: 0, memory: UInt64(configuration.memory), seconds: job.patience * configuration.seconds + 2, frame: job.frame)
        guard let shared = worker.share(request.area, kept: configuration.kept) else { return nil }
        request.sharedLength = shared
        return request
    }

    private func lease(for job: Job) async throws(ImageError) -> Worker {
        let ticket = state.withLock { $0.ticket() }
        let isBulk = Task.currentPriority < .medium
        let lease = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Lease, Never>) in
                let immediate: Lease? = state.withLock { state in
                    if Task.isCancelled { return .refused(.cancelled, "nobody waits for it any more") }
                    if state.isClosed { return .refused(.unavailable, "the workers are being ended") }
                    if state.line.count == 0, let worker = state.lease() { return .worker(worker) }
                    if state.isStranded { return .refused(.unavailable, Self.stranded(state)) }
                    guard state.line.count < configuration.queue else { return .refused(.unavailable, "\(configuration.queue) frames wait already") }
                    state.line.append(continuation, ticket: ticket, isBulk: isBulk)
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            state.withLock { $0.line.remove(ticket) }?.resume(returning: .refused(.cancelled, "nobody waits for it any more"))
        }
        switch lease {
        case .worker(let worker): return worker
        case .refused(let code, let words): throw job.refusal(code, words)
        }
    }

    static func stranded(_ state: borrowing State) -> String { "no worker can be started: \(state.startFailure ?? "")" }

    private func handBack(_ worker: Worker) {
        // A large frame's memory is not kept.
        _ = worker.share(0, kept: configuration.kept)
        state.withLock { $0.handBack(worker) }?.resume(returning: .worker(worker))
    }

    private func exchange(_ request: WorkerRequest, with worker: Worker, seconds: Int) async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
                let immediate: Answer? = state.withLock { state in
                    if Task.isCancelled { return .abandoned(.cancelled) }
                    let deadline = Alarm.now + UInt64(seconds) * 1_000_000_000
                    guard state.begin(.init(ticket: request.ticket, deadline: deadline, caller: continuation), with: worker) else { return .gone }
                    alarm.set(deadline)
                    return nil
                }
                if let immediate {
                    continuation.resume(returning: immediate)
                } else if !worker.send(request.bytes) {
                    // Its end is near, and answers.
                    state.withLock { state in state.worker(worker.id)?.kill() }
                }
            }
        } onCancel: {
            state.withLock { state in state.abandon(ticket: request.ticket)?.kill() }
        }
    }

    func condemn(_ worker: Worker, _ fate: State.Fate) { state.withLock { state in state.condemn(worker.id, fate)?.kill() } }

    // MARK: The end

    func close() {
        let waiting = state.withLock { state in
            for worker in state.close() { worker.kill() }
            return state.line.removeAll()
        }
        for waiter in waiting { waiter.resume(returning: .refused(.unavailable, "the workers are being ended")) }
        watch.wake()
    }

    func shutdown() async {
        close()
        await watch.finished()
    }

    var status: WorkerPool.Status {
        state.withLock { state in
            var running = 0, busy = 0
            for place in state.places {
                switch place {
                case .idle: running += 1
                case .leased, .working: (running, busy) = (running + 1, busy + 1)
                case .empty, .starting, .ending: break
                }
            }
            return .init(running: running, busy: busy, waiting: state.line.count, restarts: state.restarts, startFailure: state.startFailure)
        }
    }
}
