import DICOM
import DICOMNetwork
import DICOMweb
import Synchronization

/// Storage service class, user (PS3.4 §B): sends objects to a peer over as many associations as their contexts need, each in the best
/// transfer syntax that the peer takes. One that cannot be sent does not hold up the others.
public struct Sender: Sendable {
    public struct Options: Sendable {
        public var priority: CommandSet.Priority = .medium
        /// Who asked for it by C-MOVE, and with which message.
        public var moveOriginator: (title: AETitle, messageID: UInt16)?
        /// Our title, where it is not the dialer's.
        public var calling: AETitle?
        /// Where no association can be had, every object that is left is told as failed; else that is thrown.
        public var tellsUnreached = false
        /// Asked before each object; true ends the sending in good order.
        public var isStopped: @Sendable () -> Bool = { false }

        public init() {}
    }

    public typealias Told = @Sendable (Outgoing, SendResult) async -> Void

    public let dialer: Dialer

    public init(dialer: Dialer) { self.dialer = dialer }

    /// So many objects are looked at before an association is opened, for the contexts they need.
    private static let lookAhead = 200

    /// Sends objects in their order and tells each one's result.
    ///
    /// - Throws: `SendError` where no association can be had; `CancellationError` with the task, when the association under way has
    ///   been aborted; what `objects` throws.
    public func send<Objects: AsyncSequence>(
        _ objects: Objects, to peer: Peer, options: Options = Options(), told: Told
    ) async throws where Objects.Element == Outgoing {
        if let web = peer.web { return try await send(objects, to: peer, at: web, options: options, told: told) }
        var queue = Queue(objects.makeAsyncIterator())
        var line: Line?
        do {
            while !options.isStopped() {
                try Task.checkCancellation()
                if try await settle(&line, &queue, peer, told) { continue }
                guard let object = try await queue.first(lookAhead: Self.lookAhead) else { break }
                let reached: Line
                do {
                    reached = try await self.line(line, for: object, among: queue.waiting, to: peer, options)
                } catch let error as SendError where options.tellsUnreached {
                    line = nil
                    while let object = try await queue.first(lookAhead: Self.lookAhead), !options.isStopped() {
                        await told(object, .failed(error.description))
                        queue.removeFirst()
                    }
                    return
                }
                line = reached
                let preparation = queue.preparation ?? reached.preparation(of: object, peer)
                queue.removeFirst()
                if let next = queue.waiting.first, reached.fits(next, peer) { queue.preparation = reached.preparation(of: next, peer) }
                let outcome = try await send(object, preparation, reached, peer, options)
                if reached.association.end != nil || outcome.endsLine { (line, queue.preparation) = (nil, nil) }
                switch outcome {
                case .result(let result), .lastResult(let result):
                    line?.isProven = true
                    await told(object, result)
                case .again(let counts): queue.putBack(object, counts: counts)
                case .underWay: break
                }
            }
        } catch {
            if let line { await leave(line, peer, options, isClean: !(error is CancellationError)) }
            throw error
        }
        if let line {
            for (object, result) in await line.finish() { await told(object, Self.result(result, object, peer) ?? .failed("the association ended")) }
            await leave(line, peer, options, isClean: true)
        }
    }

    private func send<Objects: AsyncSequence>(
        _ objects: Objects, to peer: Peer, at web: WebAddress, options: Options, told: Told
    ) async throws where Objects.Element == Outgoing {
        let service: RemoteService
        do { service = try web.service() } catch {
            if options.tellsUnreached { return try await Self.fail(objects, options, told, "\(error)") }
            throw SendError("\(peer.name): \(error)")
        }
        try await send(objects, to: peer, service: service, options: options, told: told)
    }

    /// Sends to the DICOMweb of a peer, with credentials that the table of peers does not know.
    public func send<Objects: AsyncSequence>(
        _ objects: Objects, to peer: Peer, service: RemoteService, options: Options = Options(), told: Told
    ) async throws where Objects.Element == Outgoing {
        let bandwidth = try dialer.bandwidth(to: peer, calling: options.calling)
        do {
            try await Client.with(service) { client in
                try await WebSender(client: client, peer: peer, bandwidth: bandwidth).send(objects, options: options, told: told)
            }
        } catch let error as RemoteError {
            throw SendError("\(peer.name): \(error)")
        }
    }

    /// The same with a list.
    public func send(_ objects: [Outgoing], to peer: Peer, service: RemoteService, options: Options = Options(), told: Told) async throws {
        try await send(Listed(objects: objects), to: peer, service: service, options: options, told: told)
    }

    private static func fail<Objects: AsyncSequence>(_ objects: Objects, _ options: Options, _ told: Told, _ words: String) async throws where Objects.Element == Outgoing {
        for try await object in objects where !options.isStopped() { await told(object, .failed(words)) }
    }

    /// Tells what came of objects that were sent and not awaited; those under which the association ended come back into the queue. At the
    /// queue's end, and where the association is of no further use, all of them are awaited.
    ///
    /// - Returns: whether to look again.
    private func settle<Iterator: AsyncIteratorProtocol>(
        _ line: inout Line?, _ queue: inout Queue<Iterator>, _ peer: Peer, _ told: Told
    ) async throws -> Bool where Iterator.Element == Outgoing {
        guard let current = line, current.pipeline != nil else { return false }
        let next = try await queue.first(lookAhead: Self.lookAhead)
        let isLast = next.map { !current.fits($0, peer) } ?? true
        let results = isLast ? await current.finish() : current.takeResults()
        for (object, result) in results {
            guard let result = Self.result(result, object, peer) else {
                queue.putBack(object, counts: true)
                continue
            }
            await told(object, result)
        }
        if current.association.end != nil { (line, queue.preparation) = (nil, nil) }
        return isLast && !results.isEmpty
    }

    /// nil: it is tried once more.
    private static func result(_ result: Result<CommandSet, NetworkError>, _ object: Outgoing, _ peer: Peer) -> SendResult? {
        switch result {
        case .success(let response): SendResult(response)
        case .failure(let error): object.attempts > 0 ? .failed("\(peer.words): \(error)") : nil
        }
    }

    /// The same with a list.
    public func send(_ objects: [Outgoing], to peer: Peer, options: Options = Options(), told: Told) async throws {
        try await send(Listed(objects: objects), to: peer, options: options, told: told)
    }

    private struct Listed: AsyncSequence, AsyncIteratorProtocol {
        var objects: [Outgoing]
        var index = 0

        func makeAsyncIterator() -> Listed { self }

        mutating func next() async -> Outgoing? {
            defer { index += 1 }
            return index < objects.count ? objects[index] : nil
        }
    }

    // MARK: One object

    private enum Outcome {
        case result(SendResult)
        /// The association has ended with it.
        case lastResult(SendResult)
        /// The association ended and a new one shall be tried, once for an object.
        case again(counts: Bool)

        /// It has been sent within the window; its result comes later.
        case underWay

        var endsLine: Bool {
            switch self {
            case .result, .underWay: false
            case .lastResult, .again: true
            }
        }
    }

    private func send(
        _ object: Outgoing, _ preparation: Preparation, _ line: Line, _ peer: Peer, _ options: Options
    ) async throws -> Outcome {
        let prepared: Prepared
        do {
            prepared = try await preparation.value
        } catch {
            try Task.checkCancellation()
            return .result(.failed("\(error)"))
        }
        do {
            let pieces = PacedPieces(pieces: prepared.dataSet, bandwidth: line.bandwidth, bytesPerSecond: peer.bandwidth)
            if let pipeline = line.pipeline {
                return try await send(object, prepared.context, pieces, over: pipeline, line, options)
            }
            let response = try await line.association.store(
                sopClass: object.sopClass, sopInstance: object.sopInstance, in: prepared.context, priority: options.priority,
                moveOriginator: options.moveOriginator, dataSet: pieces)
            return .result(SendResult(response))
        } catch {
            line.association.abort("\(error)")
            try Task.checkCancellation()
            guard let error = error as? NetworkError else { return .lastResult(.failed("\(error)")) }
            // It may have been this object that ended it. One that was idle may have ended before.
            if line.isReused, !line.isProven { return .again(counts: false) }
            return object.attempts > 0 ? .lastResult(.failed("\(peer.words): \(error)")) : .again(counts: true)
        }
    }

    private func send(
        _ object: Outgoing, _ context: PresentationContext, _ pieces: PacedPieces, over pipeline: StorePipeline, _ line: Line, _ options: Options
    ) async throws -> Outcome {
        do {
            try await pipeline.store(
                sopClass: object.sopClass, sopInstance: object.sopInstance, in: context, priority: options.priority,
                moveOriginator: options.moveOriginator, dataSet: pieces
            ) { [results = line.results] result in results.add(object, result) }
            return .underWay
        } catch let error as NetworkError {
            // With the association all that were under way have ended, this one among them where it had begun.
            line.association.abort("\(error)")
            _ = try? await pipeline.finish()
            return line.results.contains(object.sopInstance) ? .underWay : .again(counts: true)
        } catch {
            line.association.abort("\(error)")
            _ = try? await pipeline.finish()
            line.results.remove(object.sopInstance)
            try Task.checkCancellation()
            return .result(.failed("\(error)"))
        }
    }

    /// Results that came while others were sent.
    final class Results: Sendable {
        typealias Element = (Outgoing, Result<CommandSet, NetworkError>)
        private let all = Mutex<[Element]>([])

        func add(_ object: Outgoing, _ result: Result<CommandSet, NetworkError>) { all.withLock { $0.append((object, result)) } }
        func contains(_ instance: UID) -> Bool { all.withLock { $0.contains { $0.0.sopInstance == instance } } }
        func remove(_ instance: UID) { all.withLock { $0.removeAll { $0.0.sopInstance == instance } } }

        func take() -> [Element] {
            all.withLock { all in
                defer { all = [] }
                return all
            }
        }
    }

    // MARK: Associations

    struct Line: Sendable {
        var association: Association
        var bandwidth: Bandwidth
        var isReused: Bool
        /// An object has gone over it.
        var isProven = false
        /// Where the peer grants that several are outstanding.
        var pipeline: StorePipeline?
        let results = Results()

        init(_ association: Association, _ bandwidth: Bandwidth, isReused: Bool, window: Int) {
            self.association = association
            self.bandwidth = bandwidth
            self.isReused = isReused
            if window > 1, association.operationsAtOnce > 1 { pipeline = StorePipeline(association) }
        }

        func takeResults() -> [Results.Element] { results.take() }

        /// Awaits all that is outstanding; how the association ended is in the results.
        func finish() async -> [Results.Element] {
            try? await pipeline?.finish()
            return results.take()
        }

        /// Whether what an object needs has been proposed.
        func fits(_ object: Outgoing, _ peer: Peer) -> Bool {
            let proposed = association.proposed
            return association.end == nil
                && TransferPlan.syntaxes(for: object, preferred: peer.preferred).allSatisfy { proposed.contains(.init(object.sopClass, $0.uid)) }
        }

        func preparation(of object: Outgoing, _ peer: Peer) -> Preparation { Preparation(object, association, peer.preferred) }
    }

    private func line(_ line: Line?, for object: Outgoing, among waiting: [Outgoing], to peer: Peer, _ options: Options) async throws -> Line {
        if let line, line.fits(object, peer) { return line }
        if let line { await leave(line, peer, options, isClean: true) }
        do {
            let contexts = TransferPlan.contexts(for: waiting, preferred: peer.preferred)
            let (association, isReused) = try await dialer.sending(to: peer, contexts, calling: options.calling)
            return Line(association, try dialer.bandwidth(to: peer, calling: options.calling), isReused: isReused, window: peer.window)
        } catch let error as NetworkError {
            throw SendError(Self.words(error, peer, options.calling ?? dialer.callingAETitle))
        }
    }

    private func leave(_ line: Line, _ peer: Peer, _ options: Options, isClean: Bool) async {
        if isClean { await dialer.keep(line.association, of: peer, calling: options.calling) } else { line.association.abort("cancelled") }
    }

    private static func words(_ error: NetworkError, _ peer: Peer, _ calling: AETitle) -> String {
        if case .rejected(let reject) = error { return "\(peer.words) rejected the association of \(calling): \(reject)" }
        return "\(peer.words): \(error)"
    }
}

extension Peer {
    public var preferred: [UID] { transferSyntaxes.compactMap { UID($0) } }
}

/// An object's way to its first bytes, under way beside the sending of another.
public final class Preparation: Sendable {
    private let task: Task<Prepared, any Error>

    public init(_ object: Outgoing, _ association: Association, _ preferred: [UID], asSCP: Bool = false) {
        task = Task { try await Prepared(object, over: association, preferred: preferred, asSCP: asSCP) }
    }

    deinit { task.cancel() }

    public var value: Prepared {
        get async throws {
            try await withTaskCancellationHandler { try await task.value } onCancel: { task.cancel() }
        }
    }
}

/// Objects that were looked at and wait for their turn.
private struct Queue<Iterator: AsyncIteratorProtocol> where Iterator.Element == Outgoing {
    private var iterator: Iterator
    private(set) var waiting: [Outgoing] = []
    private var isAtEnd = false
    /// Of the first that waits.
    var preparation: Preparation?

    init(_ iterator: Iterator) { self.iterator = iterator }

    mutating func first(lookAhead: Int) async throws -> Outgoing? {
        if waiting.count < 2 {
            while !isAtEnd, waiting.count < lookAhead {
                guard let next = try await iterator.next() else {
                    isAtEnd = true
                    break
                }
                waiting.append(next)
            }
        }
        return waiting.first
    }

    mutating func removeFirst() {
        waiting.removeFirst()
        preparation = nil
    }

    mutating func putBack(_ object: Outgoing, counts: Bool) {
        var object = object
        if counts { object.attempts += 1 }
        waiting.insert(object, at: 0)
        preparation = nil
    }
}
