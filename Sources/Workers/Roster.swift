import DICOMImage

/// Who works, who waits: the pool's state as a value. Times are nanoseconds of the monotonic clock.
///
/// ```
///  empty ─started→ starting ─ready→ idle ⇄ leased ⇄ working
///    ↑                 │               │        │       │ overdue, cancelled, nonsense
///    └──── ended ──────┴───────────────┴────────┴── ending
/// ```
struct Roster<Waiter, Caller> {
    enum Place {
        case empty
        case starting(Worker, deadline: UInt64)
        case idle(Worker)
        /// A task fills or empties its memory.
        case leased(Worker)
        /// It has the frame, the task waits.
        case working(Worker, Call)
        /// Killed; its end is awaited.
        case ending(Worker, Call?, wasStarting: Bool = false)
    }

    struct Call {
        var ticket: UInt64
        var deadline: UInt64
        var caller: Caller
        /// It closed its socket: its end should follow at once, and tells why.
        var isSilent = false
        var fate: Fate?
    }

    /// Why a worker was killed over a frame.
    enum Fate: Equatable, Sendable { case overdue, cancelled, nonsense(String) }

    private(set) var places: [Place]
    var line = WaitingLine<Waiter>()
    private(set) var isClosed = false
    private(set) var restarts = 0
    private(set) var startFailure: String?
    /// Starts in a row that failed.
    private(set) var failures = 0
    /// No start before.
    private(set) var retryAt: UInt64 = 0
    private var tickets: UInt64 = 0

    init(count: Int) { places = Array(repeating: .empty, count: count) }

    mutating func ticket() -> UInt64 {
        tickets += 1
        return tickets
    }

    // MARK: Leases

    /// Takes the first idle worker; the lowest places are asked first, so that few frames keep few workers warm.
    mutating func lease() -> Worker? {
        for index in places.indices {
            guard case .idle(let worker) = places[index] else { continue }
            places[index] = .leased(worker)
            return worker
        }
        return nil
    }

    /// The frame is done. Whoever comes next in the line has the worker now.
    mutating func handBack(_ worker: Worker) -> Waiter? {
        guard let index = index(of: worker.id), case .leased = places[index] else { return nil }
        return offer(worker, at: index)
    }

    private mutating func offer(_ worker: Worker, at index: Int) -> Waiter? {
        guard !isClosed, let waiter = line.next() else {
            places[index] = .idle(worker)
            return nil
        }
        places[index] = .leased(worker)
        return waiter
    }

    // MARK: Calls

    /// - Returns: false where the worker is gone.
    mutating func begin(_ call: Call, with worker: Worker) -> Bool {
        guard !isClosed, let index = index(of: worker.id), case .leased = places[index] else { return false }
        places[index] = .working(worker, call)
        return true
    }

    /// A reply came: whom it is for; nil where nobody asked that.
    mutating func finish(_ id: UInt64, ticket: UInt64) -> Caller? {
        guard let index = index(of: id), case .working(let worker, let call) = places[index], call.ticket == ticket else { return nil }
        places[index] = .leased(worker)
        return call.caller
    }

    /// The worker to kill, where it still has that frame.
    mutating func abandon(ticket: UInt64) -> Worker? {
        for index in places.indices {
            guard case .working(let worker, let call) = places[index], call.ticket == ticket else { continue }
            return condemn(worker.id, .cancelled)
        }
        return nil
    }

    /// Workers whose frame, or whose start, took too long.
    mutating func overdue(at time: UInt64) -> [Worker] {
        places.compactMap { place in
            switch place {
            case .working(let worker, let call) where call.deadline <= time: (worker.id, call.isSilent ? .nonsense("it closed the connection") : .overdue)
            case .starting(let worker, let deadline) where deadline <= time: (worker.id, .overdue)
            default: nil
            }
        }.compactMap { (id: UInt64, fate: Fate) in condemn(id, fate) }
    }

    /// A worker says nothing any more. One with a frame is given until `deadline` to end by itself.
    ///
    /// - Returns: the worker to kill now.
    mutating func fallSilent(_ id: UInt64, deadline: UInt64) -> Worker? {
        guard let index = index(of: id) else { return nil }
        switch places[index] {
        case .working(let worker, var call):
            call.isSilent = true
            call.deadline = min(call.deadline, deadline)
            places[index] = .working(worker, call)
            return nil
        case .starting(let worker, let end):
            places[index] = .starting(worker, deadline: min(deadline, end))
            return nil
        default: return condemn(id, .cancelled)
        }
    }

    /// A worker is going to be killed; nil where it already is.
    mutating func condemn(_ id: UInt64, _ fate: Fate) -> Worker? {
        guard let index = index(of: id) else { return nil }
        switch places[index] {
        case .working(let worker, var call):
            call.fate = fate
            places[index] = .ending(worker, call)
            return worker
        case .starting(let worker, _):
            places[index] = .ending(worker, nil, wasStarting: true)
            return worker
        case .idle(let worker), .leased(let worker):
            places[index] = .ending(worker, nil)
            return worker
        case .ending, .empty: return nil
        }
    }

    /// When the first frame at work is overdue.
    var nextDeadline: UInt64? {
        places.compactMap { place in
            if case .working(_, let call) = place { return call.deadline }
            return nil
        }.min()
    }

    // MARK: Coming and going

    /// A place without a worker, where one may be started now.
    func vacancy(at time: UInt64) -> Int? {
        guard !isClosed, retryAt <= time else { return nil }
        return places.firstIndex { if case .empty = $0 { true } else { false } }
    }

    /// When to look again after starts that failed and those under way.
    var nextStartEvent: UInt64? {
        guard !isClosed else { return nil }
        return places.compactMap { place in
            switch place {
            case .empty: retryAt
            case .starting(_, let deadline): deadline
            default: nil
            }
        }.min()
    }

    mutating func started(_ worker: Worker, at index: Int, deadline: UInt64) { places[index] = .starting(worker, deadline: deadline) }

    /// - Returns: whom the worker is for; `isNew` is false where it was ready before.
    mutating func ready(_ id: UInt64) -> (isNew: Bool, waiter: Waiter?) {
        guard let index = index(of: id), case .starting(let worker, _) = places[index] else { return (false, nil) }
        failures = 0
        startFailure = nil
        return (true, offer(worker, at: index))
    }

    mutating func failed(_ words: String, at time: UInt64) {
        failures += 1
        startFailure = words
        retryAt = time + Self.pause(after: failures)
    }

    /// 100 ms, doubled with every failure up to 30 s.
    static func pause(after failures: Int) -> UInt64 { min(100_000_000 << UInt64(min(max(failures - 1, 0), 10)), 30_000_000_000) }

    /// A process ended.
    ///
    /// - Returns: the call that it had.
    mutating func ended(_ id: UInt64, _ words: String, at time: UInt64) -> Call? {
        guard let index = index(of: id) else { return nil }
        defer { places[index] = .empty }
        if !isClosed { restarts += 1 }
        switch places[index] {
        // One that ends without a frame may end so again.
        case .starting, .idle:
            failed(words, at: time)
            return nil
        case .ending(_, nil, wasStarting: true):
            failed("it did not get ready", at: time)
            return nil
        case .working(_, let call), .ending(_, let call?, _): return call
        case .leased, .ending, .empty: return nil
        }
    }

    /// Nobody works, and the last attempts to change that failed.
    var isStranded: Bool { failures >= 3 && !places.contains { if case .idle = $0 { true } else if case .leased = $0 { true } else if case .working = $0 { true } else { false } } }

    /// No more frames.
    /// - Returns: all workers.
    mutating func close() -> [Worker] {
        isClosed = true
        return places.compactMap(\.worker).compactMap { worker in
            _ = condemn(worker.id, .cancelled)
            return worker
        }
    }

    var isEmpty: Bool { places.allSatisfy { $0.worker == nil } }

    func worker(_ id: UInt64) -> Worker? { index(of: id).flatMap { places[$0].worker } }

    private func index(of id: UInt64) -> Int? { places.firstIndex { $0.worker?.id == id } }
}

extension Roster.Place {
    var worker: Worker? {
        switch self {
        case .empty: nil
        case .starting(let worker, _), .idle(let worker), .leased(let worker), .working(let worker, _), .ending(let worker, _, _): worker
        }
    }
}
