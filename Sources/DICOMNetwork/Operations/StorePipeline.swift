import DICOM
import NIOCore
import Synchronization

/// C-STOREs of one association, as many outstanding as the peer grants (PS3.7 §D.3.3.3): with a window of 1 it stores one after
/// the other.
///
/// One task calls `store` and `finish`.
public final class StorePipeline: Sendable {
    private struct State {
        var outstanding = 0
        var waiter: (CheckedContinuation<Void, Never>, until: Int)?

        mutating func takeWaiterIfDue() -> CheckedContinuation<Void, Never>? {
            guard let (continuation, until) = waiter, outstanding <= until else { return nil }
            waiter = nil
            return continuation
        }
    }

    private let association: Association
    private let state = Mutex(State())

    public init(_ association: Association) {
        self.association = association
    }

    /// Sends one object; returns when it has been sent and the window has room for another.
    ///
    /// - Parameters:
    ///   - dataSet: encoded in the context's transfer syntax; pieces of any size.
    ///   - told: called once, on the event loop, so it must not block: with the response, or with how the association ended,
    ///     also where this throws because of that. Not called where nothing was begun.
    /// - Throws: `NetworkError`, or what `dataSet` throws; the association is then aborted.
    public func store<Bytes: AsyncSequence>(
        sopClass: UID, sopInstance: UID, in context: PresentationContext, priority: CommandSet.Priority = .medium,
        moveOriginator: (title: AETitle, messageID: UInt16)? = nil, dataSet: Bytes,
        told: @escaping @Sendable (Result<CommandSet, NetworkError>) -> Void
    ) async throws where Bytes.Element == ByteBuffer {
        let id = try await association.beginOperation(.cStoreRequest, .call { [self] answer in
            told(answer.map(\.command))
            change { $0.outstanding -= 1 }
        })
        change { $0.outstanding += 1 }
        let command = CommandSet.storeRequest(
            messageID: id, sopClass: sopClass, sopInstance: sopInstance, priority: priority, moveOriginator: moveOriginator
        )
        try await association.send(command, in: context, dataSet: dataSet)
        await wait(until: association.operationsAtOnce - 1)
    }

    /// Returns when every object has been answered.
    ///
    /// - Throws: how the association ended, where it has.
    public func finish() async throws(NetworkError) {
        await wait(until: 0)
        if let end = association.end { throw .ended(end) }
    }

    private func wait(until count: Int) async {
        await withCheckedContinuation { continuation in
            change { $0.waiter = (continuation, max(0, count)) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state in
            body(&state)
            return state.takeWaiterIfDue()
        }
        waiter?.resume()
    }
}
