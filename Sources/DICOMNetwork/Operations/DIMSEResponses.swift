import DICOM
import NIOCore
import Synchronization

/// One response to a request of ours.
public struct DIMSEResponse: Sendable {
    public var command: CommandSet
    /// Decoded; nil where the response has none.
    public var dataSet: DataSet?

    public init(command: CommandSet, dataSet: DataSet? = nil) {
        self.command = command
        self.dataSet = dataSet
    }

    public var status: DIMSEStatus { command.status ?? .processingFailure }
    public var isFinal: Bool { status.category != .pending }
}

/// The responses to C-FIND, C-MOVE or C-GET as they come: pending ones, and the final one last.
///
/// The request is sent when the first response is asked for. The sequence can be gone through once. Whoever stops early has the
/// operation cancelled and what still comes thrown away; the association's next operation waits for that.
public struct DIMSEResponses: AsyncSequence, Sendable {
    public typealias Element = DIMSEResponse
    let operation: RespondingOperation

    public func makeAsyncIterator() -> Iterator { Iterator(operation: operation) }

    public struct Iterator: AsyncIteratorProtocol {
        let operation: RespondingOperation

        /// - Throws: `NetworkError`; `WriteError` where the identifier and `ReadError` where a response's data set is none.
        public mutating func next() async throws -> DIMSEResponse? { try await operation.next() }
    }

    /// Asks the peer to stop (C-CANCEL-RQ, PS3.7 §9.3.2.3). Its final response is still to come: usually with the status Cancel,
    /// or as if nothing had been asked where it was done already. Does nothing before the request and after the final response.
    public func cancel() async throws(NetworkError) { try await operation.cancel() }

    /// The last response, where the pending ones are of no interest.
    public func final() async throws -> DIMSEResponse {
        while let response = try await operation.next() {
            if response.isFinal { return response }
        }
        throw NetworkError.unexpectedResponse("the responses have been taken already")
    }
}

/// An operation with any number of responses.
final class RespondingOperation: Sendable {
    typealias Store = @Sendable (IncomingMessage) async throws -> DIMSEStatus

    private enum Stage { case new, underWay(UInt16), over }

    private let association: Association
    private let context: PresentationContext
    private let identifier: DataSet
    private let request: @Sendable (_ messageID: UInt16) -> CommandSet
    /// Answers the C-STOREs of a C-GET; nil for other operations.
    private let store: Store?
    private let stage = Mutex(Stage.new)

    init(
        _ association: Association, _ context: PresentationContext, _ identifier: DataSet, store: Store? = nil,
        request: @escaping @Sendable (_ messageID: UInt16) -> CommandSet
    ) {
        self.association = association
        self.context = context
        self.identifier = identifier
        self.store = store
        self.request = request
    }

    deinit {
        guard case .underWay(let id) = stage.withLock({ $0 }) else { return }
        association.drain(id, in: context, answersStores: store != nil)
    }

    func cancel() async throws(NetworkError) {
        guard case .underWay(let id) = stage.withLock({ $0 }) else { return }
        try await association.send(.cancelRequest(of: id), in: context)
    }

    func next() async throws -> DIMSEResponse? {
        let id: UInt16
        switch stage.withLock({ $0 }) {
        case .over: return nil
        case .underWay(let messageID): id = messageID
        case .new: id = try await begin()
        }
        let response = try await nextResponse(id)
        if response.isFinal { end(id) }
        return response
    }

    private func begin() async throws -> UInt16 {
        let bytes = ByteBuffer(bytes: try DataSetWriter.encode(identifier, as: TransferSyntax(context.transferSyntax)))
        let id = try await association.beginOperation(request(0).field, store == nil ? .queue : .messages)
        stage.withLock { $0 = .underWay(id) }
        try await association.send(request(id), in: context, dataSet: bytes)
        return id
    }

    private func end(_ id: UInt16) {
        stage.withLock { $0 = .over }
        association.operations.end(id)
    }

    private func nextResponse(_ id: UInt16) async throws -> DIMSEResponse {
        guard let store else { return try association.decoded(try await association.operations.next(of: id)) }
        while let message = try await association.nextMessage() {
            if message.command.field.isRequest {
                try await association.answer(message, store)
            } else if message.command.messageIDBeingRespondedTo == id {
                return DIMSEResponse(command: message.command, dataSet: message.dataSet == nil ? nil : try await message.identifier())
            }
        }
        throw NetworkError.ended(association.end ?? .released)
    }
}

extension Association {
    /// A data set of a response stays within this.
    static let responseLength = 16 << 20

    func decoded(_ response: OutstandingOperations.Response) throws -> DIMSEResponse {
        guard let bytes = response.dataSet else { return DIMSEResponse(command: response.command) }
        guard let context = presentationContexts.first(where: { $0.id == response.contextID }) else {
            throw NetworkError.malformedMessage("presentation context \(response.contextID) was not accepted")
        }
        let dataSet = try DataSet(encoded: bytes, TransferSyntax(context.transferSyntax), limit: Self.responseLength)
        return DIMSEResponse(command: response.command, dataSet: dataSet)
    }

    /// A request that comes while a C-GET of ours is under way.
    fileprivate func answer(_ message: IncomingMessage, _ store: RespondingOperation.Store) async throws {
        var status = DIMSEStatus.unrecognizedOperation
        var failure: (any Error)?
        if message.command.field == .cStoreRequest {
            do { status = try await store(message) } catch { (status, failure) = (.processingFailure, error) }
        }
        if let response = message.command.response(status) { try await send(response, in: message.context) }
        // The provider is answered first: it waits for nothing else.
        if let failure { throw failure }
    }

    /// Cancels an operation that nobody follows any longer, and throws away what still comes of it.
    fileprivate func drain(_ id: UInt16, in context: PresentationContext, answersStores: Bool) {
        drains.withLock { drains in
            drains.append(Task { [self] in
                // Where the association has ended there is nothing left to be thrown away.
                try? await send(.cancelRequest(of: id), in: context)
                if answersStores { try? await drainMessages(id) } else { try? await drainResponses(id) }
                operations.end(id)
            })
        }
    }

    private func drainResponses(_ id: UInt16) async throws {
        while try await operations.next(of: id).command.status?.category == .pending {}
    }

    private func drainMessages(_ id: UInt16) async throws {
        while let message = try await nextMessage() {
            let command = message.command
            if !command.field.isRequest, command.messageIDBeingRespondedTo == id, command.status?.category != .pending { return }
            if let refusal = command.response(.processingFailure, comment: "the retrieve was cancelled") {
                try await send(refusal, in: message.context)
            }
        }
    }

    /// Returns when what was left of operations nobody follows has come.
    func drained() async {
        while let drain = drains.withLock({ $0.popLast() }) { await drain.value }
    }
}
