import NIOCore
import Synchronization

/// A writer that pushes, read by someone who pulls: at most one piece waits between them, and the writer waits with it.
///
/// What is pushed is a PS3.10 file, of which the data set is wanted: its head is the first piece (PS3.10 §7.1).
final class TranscodedSource: PieceSource {
    typealias Sink = (_ bytes: [UInt8]) async throws -> Void

    private struct State {
        var task: Task<Void, Never>?
        var piece: ByteBuffer?
        var result: Result<Void, any Error>?
        var reader: CheckedContinuation<Void, Never>?
        var writer: CheckedContinuation<Void, Never>?
        var isAbandoned = false
    }

    /// Shared with the writer's task, so that the source itself can go.
    private final class Slot: Sendable {
        let state = Mutex(State())

        func put(_ bytes: [UInt8]) async throws {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    if state.piece == nil || state.isAbandoned { return continuation }
                    state.writer = continuation
                    return nil
                }
                ready?.resume()
            }
            let reader = try state.withLock { state in
                guard !state.isAbandoned else { throw CancellationError() }
                state.piece = ByteBuffer(bytes: bytes)
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }

        func finish(_ result: Result<Void, any Error>) {
            let reader = state.withLock { state in
                state.result = result
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }

        func next() async throws -> ByteBuffer? {
            while true {
                let (piece, result, writer) = state.withLock { state in
                    defer { (state.piece, state.writer) = (nil, nil) }
                    return (state.piece, state.result, state.writer)
                }
                writer?.resume()
                if let piece { return piece }
                if let result {
                    try result.get()
                    return nil
                }
                await withCheckedContinuation { continuation in
                    let ready = state.withLock { state -> CheckedContinuation<Void, Never>? in
                        if state.piece != nil || state.result != nil { return continuation }
                        state.reader = continuation
                        return nil
                    }
                    ready?.resume()
                }
            }
        }

        func abandon() {
            let (task, writer) = state.withLock { state in
                state.isAbandoned = true
                defer { state.writer = nil }
                return (state.task, state.writer)
            }
            task?.cancel()
            writer?.resume()
        }
    }

    private let slot = Slot()
    private let write: @Sendable (@escaping Sink) async throws -> Void

    init(_ write: @escaping @Sendable (@escaping Sink) async throws -> Void) { self.write = write }

    deinit { slot.abandon() }

    func begin() {
        slot.state.withLock { state in
            guard state.task == nil else { return }
            state.task = Task { [slot, write] in
                var isHead = true
                do {
                    try await write { bytes in
                        if isHead { isHead = false } else { try await slot.put(bytes) }
                    }
                    slot.finish(.success(()))
                } catch {
                    slot.finish(.failure(error))
                }
            }
        }
    }

    func next() async throws -> ByteBuffer? {
        begin()
        return try await slot.next()
    }
}
