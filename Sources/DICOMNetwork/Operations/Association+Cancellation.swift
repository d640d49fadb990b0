/// C-CANCEL (PS3.7 §9.3.2.3): as provider.
extension Association {
    /// Whether the peer has asked to stop answering this request.
    public func isCancelled(_ request: CommandSet) -> Bool { inbox.isCancelled(messageID: request.messageID) }

    /// Calls when the peer asks to stop answering this request: once, on whatever thread, so it must not block; at once where
    /// it has asked already. Forgotten when the final response is sent.
    public func onCancel(of request: CommandSet, _ call: @escaping @Sendable () -> Void) {
        inbox.onCancel(messageID: request.messageID, call)
    }

    /// Runs `body` in a task that is cancelled when the peer asks to stop answering this request, or with the caller's task.
    public func withCancellation<T: Sendable>(
        of request: CommandSet, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let task = Task(operation: body)
        onCancel(of: request) { task.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
