import DICOM

extension Archive {
    /// The whole file as it is stored, in pieces of the caller's kind; checked against its hash as ``ObjectPieces`` says.
    ///
    /// - Parameters:
    ///   - piece: bytes of each but the last.
    ///   - whole: an object up to this size is one piece.
    public func file<Buffer: Sendable>(
        of location: InstanceLocation, piece: UInt64, whole: UInt64, make: @escaping ObjectPieces<Buffer>.Make
    ) -> ObjectPieces<Buffer> {
        ObjectPieces(store, location, recheck, from: 0, wholeSize: whole, pieceSize: piece, make: make)
    }

    /// Bytes of the file as it is stored, read straight into the memory they are sent from.
    ///
    /// - Throws: `.damaged` where the file is missing or too short.
    public func read<Buffer: Sendable>(
        _ location: InstanceLocation, _ range: ByteRange, make: @escaping ObjectPieces<Buffer>.Make
    ) async throws(ArchiveError) -> Buffer {
        guard range.offset <= location.size, range.length <= location.size - range.offset, let count = Int(exactly: range.length) else {
            throw ArchiveError(.damaged, "bytes \(range.offset) to \(range.offset &+ range.length) do not lie in the \(location.size) of instance \(location.sopInstance)")
        }
        return try await store.reading(location.object, from: range.offset) { (_, read) throws(ArchiveError) in
            try make(count) { (memory) throws(ArchiveError) in try read(memory) }
        }
    }
}
