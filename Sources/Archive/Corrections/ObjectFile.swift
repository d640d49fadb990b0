import DICOM

/// An instance's file as it is shown, to be read by ranges.
public struct ObjectFile: Sendable {
    public let size: UInt64
    private let parts: [Part]
    private let readStored: @Sendable (ByteRange) async throws(ArchiveError) -> [UInt8]

    private struct Part: Sendable {
        var offset: UInt64
        var piece: RewrittenHead.Piece
    }

    init(_ pieces: [RewrittenHead.Piece], readStored: @escaping @Sendable (ByteRange) async throws(ArchiveError) -> [UInt8]) {
        var offset: UInt64 = 0
        var parts: [Part] = []
        for piece in pieces where piece.count > 0 {
            parts.append(Part(offset: offset, piece: piece))
            offset += piece.count
        }
        (self.parts, size, self.readStored) = (parts, offset, readStored)
    }

    /// A range ends at the file's end at the latest.
    public func read(_ range: ByteRange) async throws(ArchiveError) -> [UInt8] {
        let end = min(range.offset &+ range.length, size)
        guard range.offset < end else { return [] }
        var bytes: [UInt8] = []
        for part in parts where part.offset < end && part.offset + part.piece.count > range.offset {
            let first = max(range.offset, part.offset) - part.offset, count = min(end - part.offset, part.piece.count) - first
            switch part.piece {
            case .bytes(let held): bytes += held[Int(first)..<Int(first + count)]
            case .stored(let place): bytes += try await readStored(ByteRange(offset: place.offset + first, length: count))
            }
        }
        return bytes
    }
}

extension Archive {
    /// - Parameter change: what is to be different from what is shown, before the pixel data.
    /// - Throws: `.outOfResources` for a deflated object of more than 1 GiB that is not shown as it came: it is held in memory.
    public func file(of location: InstanceLocation, changing wanted: (@Sendable (DataSet) -> DataSet)? = nil) async throws(ArchiveError) -> ObjectFile {
        let readStored = { @Sendable [self] (range: ByteRange) async throws(ArchiveError) in try await read(location, range) }
        guard let change = try await change(of: location, wanted) else {
            return ObjectFile([.stored(ByteRange(offset: 0, length: location.size))], readStored: readStored)
        }
        let head = try await rewrittenHead(of: location, change)
        guard location.transferSyntax.isDeflated else {
            let rest = ByteRange(offset: location.headerEnd, length: location.size - location.headerEnd)
            return ObjectFile(head.pieces + [.stored(rest)], readStored: readStored)
        }
        var bytes = RewrittenBytes(head, location, store: store, recheck: recheck), whole: [UInt8] = []
        while let piece = try await bytes.next() {
            guard whole.count + piece.count <= 1 << 30 else {
                throw ArchiveError(.outOfResources, "instance \(location.sopInstance) is deflated and too large to be changed on its way")
            }
            whole += piece
        }
        return ObjectFile([.bytes(whole)], readStored: readStored)
    }
}
