import Foundation
import Synchronization

/// Bytes that are needed again before the request they came with is answered: on the volume of the objects, never in memory.
///
/// The file has no name, so nothing is left of it when the process ends, however it ends. One task writes, then reads.
public final class Spool: Sendable {
    private let descriptor: Int32
    private let folder: String
    private let volume: Volume
    private let reserve: ArchiveConfiguration.Reserve
    private let pool: BlockingPool
    private let state = Mutex<(length: UInt64, checked: UInt64)>((0, 0))

    /// Free space is asked for once in so many bytes.
    private static let checkedEvery: UInt64 = 64 << 20

    fileprivate init(folder: String, volume: Volume, reserve: ArchiveConfiguration.Reserve, pool: BlockingPool) throws(ArchiveError) {
        (self.folder, self.volume, self.reserve, self.pool) = (folder, volume, reserve, pool)
        try reserve.check(folder)
        let path = "\(folder)/\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        descriptor = try volume.create(path)
        try? volume.remove(path, .removeTemporary)  // A name that stays is removed by the next start.
    }

    deinit { close(descriptor) }

    public var length: UInt64 { state.withLock { $0.length } }

    /// - Throws: `.outOfResources` where less space is left than is held in reserve.
    public func append(_ bytes: ArraySlice<UInt8>) async throws(ArchiveError) {
        try await pool.run { () throws(ArchiveError) in
            let (length, checked) = state.withLock { $0 }
            if length - checked >= Self.checkedEvery {
                try reserve.check(folder)
                state.withLock { $0.checked = length }
            }
            try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try volume.write(bytes, to: descriptor, at: length, path: folder) }
            state.withLock { $0.length += UInt64(bytes.count) }
        }
    }

    /// Bytes of a range that lies in what was appended.
    public func read(_ offset: UInt64, _ count: Int) async throws(ArchiveError) -> [UInt8] {
        try await pool.run { () throws(ArchiveError) in try readNow(offset, count) }
    }

    /// As `read`, on the calling thread. Blocks.
    public func readNow(_ offset: UInt64, _ count: Int) throws(ArchiveError) -> [UInt8] {
        let bytes = try Volume.read(descriptor, at: offset, count: count, path: folder)
        guard bytes.count == count else { throw ArchiveError(.storageFailed, "spooled bytes are gone") }
        return bytes
    }
}

extension Archive {
    /// - Throws: `.outOfResources` where less space is left than is held in reserve.
    public func spool() async throws(ArchiveError) -> Spool {
        let (incoming, volume, reserve, pool) = (configuration.folder.incoming, volume, configuration.reserve, pool)
        return try await pool.run { () throws(ArchiveError) in try Spool(folder: incoming, volume: volume, reserve: reserve, pool: pool) }
    }
}

extension ArchiveConfiguration.Reserve {
    /// - Parameter more: bytes that are to be written.
    /// - Throws: `.outOfResources` where less than this would be left. Blocks.
    func check(_ folder: String, more: UInt64 = 0) throws(ArchiveError) {
        let space = try Volume.space(at: folder)
        let needed = needed(of: space.total)
        guard space.free >= needed, space.free - needed >= more else {
            throw ArchiveError(.outOfResources, "only \(space.free >> 20) MiB are free where \(needed >> 20) are held in reserve: nothing is taken in")
        }
    }
}
