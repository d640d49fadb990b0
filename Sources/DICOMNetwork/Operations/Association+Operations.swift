import DICOM
import NIOCore

/// Verification and storage as service class user (PS3.7 §9.1).
extension Association {
    /// The accepted context for a SOP class, and for a transfer syntax where one is asked for.
    ///
    /// - Throws: `noContextAccepted` with what was proposed and what the peer answered.
    public func context(for sopClass: UID, transferSyntax: UID? = nil) throws(NetworkError) -> PresentationContext {
        let accepted = presentationContexts.filter { $0.abstractSyntax == sopClass }
        if let context = accepted.first(where: { transferSyntax == nil || $0.transferSyntax == transferSyntax }) { return context }
        if let transferSyntax, !accepted.isEmpty {
            let others = accepted.map(\.transferSyntax.text).joined(separator: ", ")
            throw .noContextAccepted(sopClass: sopClass.text, "transfer syntax \(transferSyntax) was not accepted, but \(others)")
        }
        let proposed = request.presentationContexts.filter { $0.abstractSyntax == sopClass }.map(\.id)
        guard !proposed.isEmpty else { throw .noContextAccepted(sopClass: sopClass.text, "none was proposed") }
        let result = answer.presentationContexts.first { proposed.contains($0.id) }?.result
        throw .noContextAccepted(sopClass: sopClass.text, result?.description ?? "the peer did not answer the proposal")
    }

    /// C-ECHO (PS3.7 §9.1.5).
    public func echo() async throws(NetworkError) -> DIMSEStatus {
        let context = try context(for: CommandSet.verification)
        let command = CommandSet.echoRequest(messageID: try await beginOperation(.cEchoRequest))
        defer { operations.end(command.messageID) }
        try await send(command, in: context)
        return try await operations.next(of: command.messageID).command.status ?? .processingFailure
    }

    /// C-STORE (PS3.7 §9.1.1) of a data set that is encoded in the context's transfer syntax already.
    ///
    /// - Parameter dataSet: pieces of any size; read at the pace at which the peer takes them.
    /// - Returns: the response: `status`, and `errorComment` where the peer gives one.
    /// - Throws: `NetworkError`, or what `dataSet` throws; the association is then aborted.
    public func store<Bytes: AsyncSequence>(
        sopClass: UID, sopInstance: UID, in context: PresentationContext, priority: CommandSet.Priority = .medium,
        moveOriginator: (title: AETitle, messageID: UInt16)? = nil, dataSet: Bytes
    ) async throws -> CommandSet where Bytes.Element == ByteBuffer {
        let command = CommandSet.storeRequest(
            messageID: try await beginOperation(.cStoreRequest), sopClass: sopClass, sopInstance: sopInstance, priority: priority,
            moveOriginator: moveOriginator
        )
        defer { operations.end(command.messageID) }
        try await send(command, in: context, dataSet: dataSet)
        return try await operations.next(of: command.messageID).command
    }

    /// The same with the whole data set in memory.
    public func store(
        sopClass: UID, sopInstance: UID, in context: PresentationContext, priority: CommandSet.Priority = .medium,
        moveOriginator: (title: AETitle, messageID: UInt16)? = nil, dataSet: ByteBuffer
    ) async throws(NetworkError) -> CommandSet {
        let command = CommandSet.storeRequest(
            messageID: try await beginOperation(.cStoreRequest), sopClass: sopClass, sopInstance: sopInstance, priority: priority,
            moveOriginator: moveOriginator
        )
        defer { operations.end(command.messageID) }
        try await send(command, in: context, dataSet: dataSet)
        return try await operations.next(of: command.messageID).command
    }

    // MARK: Beginning one

    /// How many operations of ours may be outstanding: what was agreed, and no more than our own limit.
    public var operationsAtOnce: Int {
        window.invoked == 0 ? limits.operationsAtOnce : min(Int(window.invoked), limits.operationsAtOnce)
    }

    /// - Returns: the operation's message ID, to be given back by `operations.end`.
    /// - Throws: `operationInProgress` where as many are outstanding as may be.
    func beginOperation(
        _ request: CommandField, _ delivery: OutstandingOperations.Delivery = .queue
    ) async throws(NetworkError) -> UInt16 {
        await drained()
        return try operations.begin(request, delivery, window: operationsAtOnce)
    }
}
