import Archive
import Database
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Takes uploads in piece by piece (after the IETF's resumable uploads). An offset that is told is on the disk.
final class Uploads: Sendable {
    struct Limits: Sendable {
        /// Unfinished ones of one user.
        var mostOfOwner = 16
        /// An upload of which nothing is heard for this time is given up; so is a store answer that nobody fetches.
        var lifetime: Duration = .seconds(48 * 3600)
        /// Bytes that are held before they are written.
        var piece = 1 << 20
        /// Bytes that are written before they are made durable and counted.
        var step: UInt64 = 16 << 20
    }

    let archive: Archive
    let table: UploadTable
    let limits: Limits
    private let logger: Logger
    /// Who appends to which upload at present: the next who does so takes over.
    private let appending = Mutex<[String: (number: UInt64, task: Task<Upload, any Error>)]>([:])
    private let number = Atomic<UInt64>(0)
    /// Whole uploads that are being stored.
    private let storing = Mutex<Set<String>>([])

    init(archive: Archive, limits: Limits, logger: Logger) async throws(DatabaseError) {
        (self.archive, self.limits, self.logger) = (archive, limits, logger)
        table = try await UploadTable(archive.database)
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// - Throws: 503 where there is no space for it, 429 where the owner has too many.
    func begin(owner: String, type: String, target: String, length: UInt64) async throws -> Upload {
        let upload = Upload(
            id: Secret.make(), owner: owner, type: type, target: target, length: length, received: 0, touched: Self.now, status: nil, answer: [])
        // An object is written a second time when it is whole, and then the upload goes.
        let others = try await table.outstanding()
        let (both, isTooMuch) = length.multipliedReportingOverflow(by: 2)
        let (needed, isMore) = both.addingReportingOverflow(others)
        guard !isTooMuch, !isMore, length <= UInt64(Int64.max) else { throw HTTPFailure(.badRequest, "no disk holds \(length) bytes") }
        let file = try await archive.makePartialFile(upload.id, needing: needed)
        guard try await table.add(upload, most: limits.mostOfOwner) else {
            try await file.remove()
            throw HTTPFailure(.tooManyRequests, "\(owner) has \(limits.mostOfOwner) unfinished uploads: finish or delete one", headers: [.retryAfter: "60"])
        }
        return upload
    }

    /// Appends what comes. Who was still appending, on a connection that is gone perhaps, is stopped first.
    ///
    /// - Throws: 409 where the upload is not at `offset`, 400 where more comes than was announced; what came before stays.
    func append(_ chunks: some AsyncSequence<ByteBuffer, any Error> & Sendable, at offset: UInt64, to id: String, of owner: String) async throws -> Upload {
        let own = number.add(1, ordering: .relaxed).newValue
        let task = appending.withLock { appending in
            let before = appending[id]?.task
            let task = Task {
                before?.cancel()
                _ = await before?.result
                return try await self.take(chunks, at: offset, to: id, of: owner)
            }
            appending[id] = (own, task)
            return task
        }
        defer { appending.withLock { if $0[id]?.number == own { $0[id] = nil } } }
        return try await withTaskCancellationHandler { try await task.value } onCancel: { task.cancel() }
    }

    private func take(_ chunks: some AsyncSequence<ByteBuffer, any Error>, at offset: UInt64, to id: String, of owner: String) async throws -> Upload {
        let known = try await table.upload(id, of: owner)
        guard var upload = known else { throw HTTPFailure(.notFound, "there is no such upload") }
        guard upload.status == nil else { throw UploadConflict(upload, "the upload is finished") }
        guard upload.received == offset else { throw UploadConflict(upload, "the upload is at \(upload.received), not at \(offset)") }
        let file = archive.partialFile(id)
        var piece: [UInt8] = [], written = offset
        do {
            for try await chunk in chunks {
                guard UInt64(chunk.readableBytes) + UInt64(piece.count) <= upload.length - written else {
                    throw HTTPFailure(.badRequest, "more bytes came than the \(upload.length) that were announced")
                }
                piece += chunk.readableBytesView
                guard piece.count >= limits.piece else { continue }
                try await file.write(piece, at: written, durably: false)
                written += UInt64(piece.count)
                piece = []
                guard written - upload.received >= limits.step else { continue }
                try await keep(piece, at: written, &upload, file)
                try Task.checkCancellation()
            }
        } catch {
            // What came before the connection broke is kept: that is what this is for. It must not be cancelled itself.
            let (rest, end, reached) = (piece, written, upload)
            try await Task {
                var upload = reached
                try await self.keep(rest, at: end, &upload, file)
            }.value
            throw error
        }
        try await keep(piece, at: written, &upload, file)
        return upload
    }

    /// The last bytes, and all before them, become durable and count.
    private func keep(_ piece: [UInt8], at offset: UInt64, _ upload: inout Upload, _ file: PartialFile) async throws {
        let end = offset + UInt64(piece.count)
        guard end > upload.received else { return }
        try await file.write(piece, at: offset, durably: true)
        try await table.set(received: end, of: upload.id, at: Self.now)
        upload.received = end
    }

    /// The bytes of a whole upload, piece by piece.
    func bytes(of upload: Upload) -> AsyncThrowingStream<ByteBuffer, any Error> {
        let file = archive.partialFile(upload.id)
        let offset = Mutex<UInt64>(0)
        return AsyncThrowingStream {
            let at = offset.withLock { $0 }
            guard at < upload.length else { return nil }
            let bytes = try await file.read(at, Int(min(1 << 20, upload.length - at)))
            guard !bytes.isEmpty else { throw ArchiveError(.storageFailed, "bytes of an upload are gone") }
            offset.withLock { $0 += UInt64(bytes.count) }
            return ByteBuffer(bytes: bytes)
        }
    }

    /// Stores a whole upload, unless somebody does so already.
    ///
    /// - Throws: 409 where it is being stored.
    func storing<Answer>(_ upload: Upload, _ work: () async throws -> Answer) async throws -> Answer {
        guard storing.withLock({ $0.insert(upload.id).inserted }) else { throw Self.isBeingStored(upload) }
        defer { storing.withLock { _ = $0.remove(upload.id) } }
        return try await work()
    }

    private static func isBeingStored(_ upload: Upload) -> UploadConflict {
        UploadConflict(upload, "all is here and being stored: GET gives the answer once there is one")
    }

    /// The answer stays for a while; the bytes go.
    func finish(_ upload: Upload, status: Int, answer: [UInt8]) async throws {
        try await table.finish(upload.id, status: status, answer: answer, at: Self.now)
        try await archive.partialFile(upload.id).remove()
    }

    /// - Throws: 409 where it is being stored.
    func giveUp(_ upload: Upload) async throws {
        try await storing(upload) { try await remove(upload) }
    }

    func remove(_ upload: Upload) async throws {
        let before = appending.withLock { $0[upload.id]?.task }
        before?.cancel()
        _ = await before?.result
        try await table.remove(upload.id)
        try await archive.partialFile(upload.id).remove()
    }

    /// Takes away what was abandoned, and bytes that no upload has.
    func sweep() async {
        do {
            for upload in try await table.abandoned(before: Self.now - limits.lifetime.components.seconds) {
                logger.notice("an upload of \(upload.owner) was abandoned at \(upload.received) of \(upload.length) bytes")
                do { try await giveUp(upload) } catch is UploadConflict { continue }
            }
            // Asked for first: an upload that begins meanwhile has its row later than its file.
            let files = try await archive.partialFiles()
            let open = try await table.open()
            for name in files where !open.contains(name) && isOld(name) { try await archive.partialFile(name).remove() }
        } catch {
            logger.warning("removing abandoned uploads: \(error)")
        }
    }

    /// Seen without a row in the sweep before as well.
    private func isOld(_ name: String) -> Bool {
        seen.withLock { !$0.insert(name).inserted }
    }

    private let seen = Mutex<Set<String>>([])
}

/// The upload is elsewhere than the client thinks.
struct UploadConflict: Error {
    let upload: Upload
    let words: String

    init(_ upload: Upload, _ words: String) { (self.upload, self.words) = (upload, words) }
}

/// Removes abandoned uploads while the server runs.
struct UploadSweep: Service {
    let uploads: Uploads

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await uploads.sweep()
                try? await Task.sleep(for: .seconds(600))  // Ends early with the server.
            }
        }
    }
}
