import NIOCore
import Synchronization

/// What an association has received and its consumer has not yet taken: the seam between the event loop, which puts
/// synchronously, and one task, which takes.
///
/// It is bounded by the reader: `put` says when reading has to pause, and `resume` is called when it may go on.
final class Inbox: Sendable {
    enum Element: Sendable {
        case request(AssociateRequest)
        case accepted(AssociateAccept)
        case command(CommandSet, contextID: UInt8)
        case data(ByteBuffer)
        case endOfDataSet
        case release
    }

    /// What a consumer waits for.
    enum Want: Sendable {
        /// The first thing of an association.
        case establishment
        /// The next command; what is left of the current data set is thrown away.
        case command
        /// More of the data set of the command with this number.
        case data(of: Int)
        /// Nothing but the end; all else is thrown away.
        case end
    }

    enum Taken: Sendable {
        case element(Element)
        /// A command with its number.
        case command(CommandSet, contextID: UInt8, number: Int)
        case endOfDataSet
        /// The side shuts down and no command is being worked on.
        case closing
    }

    fileprivate typealias Answer = Result<Taken, NetworkError>
    fileprivate struct Waiter {
        let want: Want
        let continuation: CheckedContinuation<Answer, Never>
    }

    fileprivate struct State {
        var queue = CircularBuffer<Element>()
        var bytes = 0
        var isPaused = false
        var isClosing = false
        var end: AssociationEnd?
        var waiter: Waiter?
        /// To be told once the lock is free.
        var answered: [(Waiter, Answer)] = []
        var number = 0
        var isInDataSet = false
        var cancelled: Set<UInt16> = []
        var onCancel: [UInt16: @Sendable () -> Void] = [:]
    }

    /// Responses to our own requests do not wait among the peer's requests.
    let operations: OutstandingOperations
    let tally = Tally()
    private let state = Mutex(State())
    private let limit: Int
    private let resume: @Sendable () -> Void

    /// - Parameters:
    ///   - limit: bytes waiting beyond which reading pauses.
    ///   - resume: called, on whatever thread, when half of them are taken.
    init(limit: Int, resume: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.resume = resume
        operations = OutstandingOperations(limit: limit, resume: resume)
    }

    // MARK: Event loop's side

    /// Returns true where reading has to pause.
    func put(_ element: Element) -> Bool {
        change { state in
            guard state.end == nil else { return false }
            state.append(element)
            state.wake()
            let isFull = state.bytes > limit
            if isFull { state.isPaused = true }
            return isFull
        }
    }

    /// What is queued can still be taken; then every wait fails with the end.
    func finish(_ end: AssociationEnd) {
        change { state in
            if state.end == nil { state.end = end }
            state.wake()
        }
        operations.finish(end)
    }

    /// No more commands are handed out; one being worked on, and its data set, may be finished.
    func close() {
        change { state in
            state.isClosing = true
            state.wake()
        }
    }

    /// C-CANCEL-RQ came for this message (PS3.7 §9.3.2.3).
    func cancel(messageID: UInt16) {
        let call = state.withLock { state in
            // More than this is a peer that cancels what it never asked.
            if state.cancelled.count < 256 { state.cancelled.insert(messageID) }
            return state.onCancel.removeValue(forKey: messageID)
        }
        call?()
    }

    var isAwaited: Bool { state.withLock { $0.waiter != nil } }
    var isPaused: Bool { state.withLock { $0.isPaused } }
    /// What waits, with the overhead of its elements.
    var waitingBytes: Int { state.withLock { $0.bytes } }

    // MARK: Consumer's side

    func isCancelled(messageID: UInt16) -> Bool { state.withLock { $0.cancelled.contains(messageID) } }

    func onCancel(messageID: UInt16, _ call: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            if state.cancelled.contains(messageID) { return true }
            state.onCancel[messageID] = call
            return false
        }
        if isCancelled { call() }
    }

    func forgetCancellation(messageID: UInt16) {
        state.withLock { state in
            if !state.onCancel.isEmpty { state.onCancel[messageID] = nil }
        }
    }

    var end: AssociationEnd? { state.withLock { $0.end } }

    /// - Throws: `ended` once nothing that is wanted is left, `cancelled` with the task, `operationInProgress` where another
    ///   task waits already.
    func take(_ want: Want) async throws(NetworkError) -> Taken {
        if let ready = change({ $0.waiter == nil ? $0.take(want) : .failure(.operationInProgress) }) { return try ready.get() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { state in
                    let waiter = Waiter(want: want, continuation: continuation)
                    if Task.isCancelled {
                        state.answered.append((waiter, .failure(.cancelled)))
                    } else if state.waiter != nil {
                        state.answered.append((waiter, .failure(.operationInProgress)))
                    } else {
                        state.waiter = waiter
                        state.wake()
                    }
                }
            }
        } onCancel: {
            change { state in
                if let waiter = state.waiter { state.answered.append((waiter, .failure(.cancelled))) }
                state.waiter = nil
            }
        }
        return try answer.get()
    }

    /// Every change goes through here: what it caused is done when the lock is free again.
    private func change<T: Sendable>(_ body: (inout State) -> sending T) -> T {
        let (result, answered, mayResume) = state.withLock { state in
            let result = body(&state)
            defer { state.answered = [] }
            return (result, state.answered, state.unpause(below: limit / 2))
        }
        for (waiter, answer) in answered { waiter.continuation.resume(returning: answer) }
        if mayResume { resume() }
        return result
    }
}

extension Inbox.State {
    /// What an element costs beside its bytes, so that small ones are bounded in number too.
    private static let overhead = 1024
    /// Smaller fragments are joined: a view of few bytes would keep the whole read alive.
    private static let joined = 4096

    fileprivate mutating func append(_ element: Inbox.Element) {
        if case .data(let more) = element, more.readableBytes < Self.joined,
           case .data(var last)? = queue.last, last.readableBytes < 16 * Self.joined {
            queue.removeLast()
            last.writeImmutableBuffer(more)
            queue.append(.data(last))
            bytes += more.readableBytes
            return
        }
        if case .data(let chunk) = element, chunk.readableBytes < Self.joined {
            queue.append(.data(ByteBuffer(bytes: chunk.readableBytesView)))
        } else {
            queue.append(element)
        }
        if case .command(let command, _) = element { cancelled.remove(command.messageID) }
        bytes += Self.cost(element)
    }

    private static func cost(_ element: Inbox.Element) -> Int {
        if case .data(let chunk) = element { overhead + chunk.readableBytes } else { overhead }
    }

    fileprivate mutating func wake() {
        guard let waiter, let answer = take(waiter.want) else { return }
        self.waiter = nil
        answered.append((waiter, answer))
    }

    fileprivate mutating func unpause(below low: Int) -> Bool {
        guard isPaused, bytes <= low else { return false }
        isPaused = false
        return true
    }

    private mutating func pop() -> Inbox.Element? {
        guard let element = queue.popFirst() else { return nil }
        bytes -= Self.cost(element)
        return element
    }

    /// nil where it has to be waited for.
    fileprivate mutating func take(_ want: Inbox.Want) -> Inbox.Answer? {
        switch want {
        case .establishment:
            if let element = pop() { return .success(.element(element)) }
        case .command:
            if isClosing { return .success(.closing) }
            while let element = pop() {
                switch element {
                case .command(let command, let contextID):
                    number += 1
                    isInDataSet = command.hasDataSet
                    return .success(.command(command, contextID: contextID, number: number))
                case .data: continue
                case .endOfDataSet: isInDataSet = false
                case .request, .accepted, .release: return .success(.element(element))
                }
            }
        case .data(of: let wanted):
            guard wanted == number, isInDataSet else { return .success(.endOfDataSet) }
            if let element = pop() {
                if case .data = element { return .success(.element(element)) }
                isInDataSet = false
                return .success(.endOfDataSet)
            }
        case .end:
            queue.removeAll()
            bytes = 0
        }
        return end.map { .failure(.ended($0)) }
    }
}
