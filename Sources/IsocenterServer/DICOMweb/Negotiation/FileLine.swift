import Archive
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// The way of a file's bytes to the socket by the system alone (`sendfile`): they are never copied into this process.
///
/// They go out behind the encoder of HTTP, which has nothing to add to a body of known length. Without it (another protocol, a test) there is no such way.
struct FileLine: Sendable {
    let channel: any Channel

    /// Bytes that are handed to the system at once.
    static let piece: UInt64 = 2 << 20
    /// For less it is not worth while.
    static let least: UInt64 = 64 << 10

    /// Whether there is such a way.
    var isThere: Bool {
        get async throws {
            try await channel.eventLoop.submit { (try? channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)) != nil }.get()  // Absence is the answer.
        }
    }

    /// Hands a range over, behind everything that was written before.
    /// - Returns: fulfilled when the socket has taken it.
    func send(_ file: OpenObject, _ range: ByteRange) -> EventLoopFuture<Void> {
        let channel = channel, promise = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute {
            do {
                let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.descriptor)
                // The descriptor stays the file's own.
                promise.futureResult.whenComplete { _ in withExtendedLifetime(file) { _ = try? handle.takeDescriptorOwnership() } }
                let region = FileRegion(fileHandle: handle, readerIndex: Int(range.offset), endIndex: Int(range.offset + range.length))
                encoder.writeAndFlush(NIOAny(IOData.fileRegion(region)), promise: promise)
            } catch {
                promise.fail(error)
            }
        }
        return promise.futureResult
    }
}

/// A writer that can let the system send a range of a file.
protocol FileSending: ResponseBodyWriter {
    /// Asked before `send`.
    var sendsFiles: Bool { get async throws }
    func send(_ file: OpenObject, _ range: ByteRange) async throws
}

extension RequestScope {
    var fileLine: FileLine { FileLine(channel: channel) }
}
