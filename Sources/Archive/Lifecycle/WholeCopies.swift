import DICOM
import Database

extension Archive {
    public struct WholeCopies: Sendable {
        /// Of the object that has the fewest.
        public var number: Int
        /// Objects whose bytes were read for this answer.
        public var read: [ObjectID]
    }

    /// Reads every object that is kept under a SOP Instance UID, those put aside too, and compares it with its size and hash.
    ///
    /// - Parameter isFresh: whether the bytes of an object have been read lately; then only its size is looked at.
    /// - Throws: `.damaged` where one is missing or not as it was stored, `.notFound` where there is none; what `isFresh` throws.
    public func wholeCopies(of sopInstance: UID, isFresh: (ObjectID) async throws -> Bool = { _ in false }) async throws -> WholeCopies {
        let rows = try await all("""
            SELECT object, size FROM instance WHERE sop_uid = \(sopInstance.text)
            UNION ALL SELECT object, size FROM instance_version WHERE sop_uid = \(sopInstance.text)
            UNION ALL SELECT object, size FROM non_patient_instance WHERE sop_uid = \(sopInstance.text)
            """)
        guard !rows.isEmpty else { throw ArchiveError(.notFound, "there is no instance \(sopInstance)") }
        var read: [ObjectID] = []
        for row in rows {
            guard let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1) else {
                throw ArchiveError(.damaged, "the index row of instance \(sopInstance) is damaged: rebuild the index")
            }
            // A file in somebody else's folder is found, but not kept here.
            guard let actual = try await disk.size(of: object) else { throw ArchiveError(.damaged, "object \(object) is missing from the store") }
            guard actual == size else { throw ArchiveError(.damaged, "object \(object) has \(actual) bytes, not \(size)") }
            if try await isFresh(object) { continue }
            var bytes = ObjectBytes(store: store, object: object, size: size).makeAsyncIterator()
            while try await bytes.next() != nil { try Task.checkCancellation() }
            read.append(object)
        }
        // One store, one copy of each.
        return WholeCopies(number: 1, read: read)
    }
}
