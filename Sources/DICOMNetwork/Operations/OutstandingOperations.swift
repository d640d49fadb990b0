import NIOCore
import Synchronization

/// The operations that this side has invoked and whose final response has not come (PS3.7 §7.1): what the event loop receives
/// as response finds its way by message ID to the task that awaits it, whatever else is under way on the association.
///
/// Responses wait in bounded memory: `put` says when reading has to pause.
final class OutstandingOperations: Sendable {
    struct Response: Sendable {
        let command: CommandSet
        let contextID: UInt8
        var dataSet: ByteBuffer?
    }

    typealias Answer = Result<Response, NetworkError>

    /// Where the responses to an operation go.
    enum Delivery: Sendable {
        /// To `next(of:)`.
        case queue
        /// Among the messages, in their order: C-GET's, between the C-STOREs that it causes.
        case messages
        /// To a function, on the event loop; it must not block. One response ends the operation.
        case call(@Sendable (Answer) -> Void)
    }

    /// What is to be done with a response that begins.
    enum Route: Equatable {
        case collect, messages
        case unexpected(String)
    }

    fileprivate struct Operation {
        let request: CommandField
        let delivery: Delivery
        var queue = CircularBuffer<Response>()
        var waiter: CheckedContinuation<Answer, Never>?
    }

    fileprivate struct State {
        var lastMessageID: UInt16 = 0
        var operations: [UInt16: Operation] = [:]
        var bytes = 0
        var isPaused = false
        var end: AssociationEnd?
    }

    private let state = Mutex(State())
    private let limit: Int
    private let resume: @Sendable () -> Void

    /// As for `Inbox`.
    init(limit: Int, resume: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.resume = resume
    }

    /// What a waiting response costs beside its bytes.
    private static let overhead = 512
    private static func cost(_ response: Response) -> Int { overhead + (response.dataSet?.readableBytes ?? 0) }

    // MARK: Event loop's side

    func route(_ response: CommandSet) -> Route {
        let id = response.messageIDBeingRespondedTo ?? 0
        return state.withLock { state in
            guard let operation = state.operations[id] else { return .unexpected("\(response.field) to message \(id), which awaits none") }
            guard operation.request.response == response.field else {
                return .unexpected("\(response.field) to message \(id), a \(operation.request)")
            }
            guard response.status != nil else { return .unexpected("\(response.field) without a status") }
            if case .messages = operation.delivery { return .messages }
            return .collect
        }
    }

    /// Returns true where reading has to pause.
    func put(_ response: Response) -> Bool {
        let id = response.command.messageIDBeingRespondedTo ?? 0
        let (told, isFull) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
            guard state.end == nil, var operation = state.operations[id] else { return (nil, state.isPaused) }
            if case .call(let call) = operation.delivery {
                state.operations[id] = nil
                return ({ call(.success(response)) }, state.isPaused)
            }
            if let waiter = operation.waiter {
                operation.waiter = nil
                state.operations[id] = operation
                return ({ waiter.resume(returning: .success(response)) }, state.isPaused)
            }
            operation.queue.append(response)
            state.operations[id] = operation
            state.bytes += Self.cost(response)
            if state.bytes > limit { state.isPaused = true }
            return (nil, state.isPaused)
        }
        told?()
        return isFull
    }

    /// What is queued can still be taken; then every wait fails with the end.
    func finish(_ end: AssociationEnd) {
        let told = state.withLock { state -> [@Sendable () -> Void] in
            guard state.end == nil else { return [] }
            state.end = end
            var told: [@Sendable () -> Void] = []
            for (id, operation) in state.operations {
                if case .call(let call) = operation.delivery {
                    state.operations[id] = nil
                    told.append { call(.failure(.ended(end))) }
                } else if let waiter = operation.waiter {
                    state.operations[id]?.waiter = nil
                    told.append { waiter.resume(returning: .failure(.ended(end))) }
                }
            }
            return told
        }
        for tell in told { tell() }
    }

    var isPaused: Bool { state.withLock { $0.isPaused } }

    /// The peer owes a response that somebody waits for.
    var isAwaited: Bool {
        state.withLock { state in
            state.operations.values.contains { operation in
                if case .call = operation.delivery { true } else { operation.waiter != nil }
            }
        }
    }

    var isEmpty: Bool { state.withLock { $0.operations.isEmpty } }

    // MARK: Invoker's side

    /// - Parameter window: how many may be outstanding, this one included.
    /// - Returns: the operation's message ID: never 0, and not used again soon.
    /// - Throws: `operationInProgress` where the window is full, `ended`.
    func begin(_ request: CommandField, _ delivery: Delivery = .queue, window: Int) throws(NetworkError) -> UInt16 {
        let result = state.withLock { state -> Result<UInt16, NetworkError> in
            if let end = state.end { return .failure(.ended(end)) }
            guard state.operations.count < window else { return .failure(.operationInProgress) }
            repeat {
                state.lastMessageID = state.lastMessageID == .max ? 1 : state.lastMessageID + 1
            } while state.operations[state.lastMessageID] != nil
            state.operations[state.lastMessageID] = Operation(request: request, delivery: delivery)
            return .success(state.lastMessageID)
        }
        return try result.get()
    }

    /// The final response was taken, or nobody asks any longer.
    func end(_ id: UInt16) {
        let mayResume = state.withLock { state in
            if let operation = state.operations.removeValue(forKey: id) {
                state.bytes -= operation.queue.reduce(0) { $0 + Self.cost($1) }
            }
            return state.unpause(below: limit / 2)
        }
        if mayResume { resume() }
    }

    /// The next response to an operation.
    ///
    /// - Throws: `ended`, `cancelled` with the task.
    func next(of id: UInt16) async throws(NetworkError) -> Response {
        if let ready = take(id) { return try ready.get() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let ready = take(id, or: continuation) { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.operations[id]?.waiter
                state.operations[id]?.waiter = nil
                return waiter
            }
            waiter?.resume(returning: .failure(.cancelled))
        }
        return try answer.get()
    }

    /// nil where it has to be waited for; `continuation` is then kept.
    private func take(_ id: UInt16, or continuation: CheckedContinuation<Answer, Never>? = nil) -> Answer? {
        let (answer, mayResume) = state.withLock { state -> (Answer?, Bool) in
            guard let response = state.operations[id]?.queue.popFirst() else {
                if let end = state.end { return (.failure(.ended(end)), false) }
                guard state.operations[id] != nil, state.operations[id]?.waiter == nil else { return (.failure(.operationInProgress), false) }
                if Task.isCancelled { return (.failure(.cancelled), false) }
                state.operations[id]?.waiter = continuation
                return (nil, false)
            }
            state.bytes -= Self.cost(response)
            return (.success(response), state.unpause(below: limit / 2))
        }
        if mayResume { resume() }
        return answer
    }
}

extension OutstandingOperations.State {
    fileprivate mutating func unpause(below low: Int) -> Bool {
        guard isPaused, bytes <= low else { return false }
        isPaused = false
        return true
    }
}
