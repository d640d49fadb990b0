import Foundation

/// Bytes of an upload that may be interrupted and go on, also after a restart. One task at a time writes.
public struct PartialFile: Sendable {
    public let name: String
    private let path: String
    private let volume: Volume
    private let pool: BlockingPool
    private let incoming: String
    private let reserve: ArchiveConfiguration.Reserve

    static let suffix = ".upload"

    fileprivate init(_ name: String, in archive: Archive) {
        self.name = name
        (incoming, reserve) = (archive.configuration.folder.incoming, archive.configuration.reserve)
        path = "\(incoming)/\(name)\(Self.suffix)"
        (volume, pool) = (archive.volume, archive.pool)
    }

    /// The file, empty, and its name are on the disk when this returns.
    fileprivate func make(in folder: String) async throws(ArchiveError) {
        try await pool.run { () throws(ArchiveError) in
            close(try volume.create(path))
            try volume.syncDirectory(folder)
        }
    }

    /// - Parameter durably: the bytes, and all before them, are on the disk when this returns.
    /// - Throws: `.outOfResources` where less space is left than is held in reserve.
    public func write(_ bytes: [UInt8], at offset: UInt64, durably: Bool) async throws(ArchiveError) {
        try await pool.run { () throws(ArchiveError) in
            try reserve.check(incoming)
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Volume.error("opening", path) }
            defer { close(descriptor) }
            try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try volume.write(bytes, to: descriptor, at: offset, path: path) }
            if durably { try volume.sync(descriptor, path: path) }
        }
    }

    /// Up to `count` bytes; fewer only at the end.
    public func read(_ offset: UInt64, _ count: Int) async throws(ArchiveError) -> [UInt8] {
        try await pool.run { () throws(ArchiveError) in
            let descriptor = try Volume.openForReading(path)
            defer { close(descriptor) }
            return try Volume.read(descriptor, at: offset, count: count, path: path)
        }
    }

    public func remove() async throws(ArchiveError) {
        try await pool.run { () throws(ArchiveError) in try volume.remove(path, .removeTemporary) }
    }
}

extension Archive {
    /// - Parameter name: letters, digits, `-` and `_`.
    public func partialFile(_ name: String) -> PartialFile { PartialFile(name, in: self) }

    /// - Parameter space: bytes that are to come, this and others' together.
    /// - Throws: `.outOfResources` where they would leave less than is held in reserve.
    public func makePartialFile(_ name: String, needing space: UInt64) async throws(ArchiveError) -> PartialFile {
        let (incoming, reserve) = (configuration.folder.incoming, configuration.reserve)
        try await pool.run { () throws(ArchiveError) in try reserve.check(incoming, more: space) }
        let file = PartialFile(name, in: self)
        try await file.make(in: incoming)
        return file
    }

    /// Names of all there are.
    public func partialFiles() async throws(ArchiveError) -> [String] {
        let incoming = configuration.folder.incoming
        let names = try await pool.run { () throws(ArchiveError) in try Volume.names(in: incoming) ?? [] }
        return names.filter { $0.hasSuffix(PartialFile.suffix) }.map { String($0.dropLast(PartialFile.suffix.count)) }
    }
}
