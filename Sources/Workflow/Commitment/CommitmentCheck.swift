import Archive
import DICOM
import Database
import Foundation

/// Whether objects are here as they were stored. The index alone is believed in nothing but failures.
public struct CommitmentCheck: Sendable {
    public struct Policy: Sendable {
        /// Bytes that were read and found right within this time are not read again; zero reads them each time.
        public var hashAge: Duration = .zero
        /// Whole copies that an object must have.
        public var copies = 1

        public init(hashAge: Duration = .zero) { self.hashAge = hashAge }
    }

    let archive: Archive
    let table: CommitmentTable
    let policy: Policy

    public init(archive: Archive, table: CommitmentTable, policy: Policy) {
        self.archive = archive
        self.table = table
        self.policy = policy
    }

    /// - Throws: where the index does not answer: nothing is known then, and it is to be asked again.
    func result(for reference: SOPReference) async throws -> CommitmentResult {
        // It is about our keeping what was stored, whoever may see it.
        guard let location = try await archive.instance(reference.sopInstance, for: .everything) else {
            return .failed(.noSuchObjectInstance, "it is not in the archive")
        }
        guard location.sopClass == reference.sopClass else {
            return .failed(.classInstanceConflict, "it is of SOP class \(location.sopClass)")
        }
        do {
            let copies = try await archive.wholeCopies(of: reference.sopInstance, isFresh: isFresh)
            guard copies.number >= policy.copies else { return .failed(.processingFailure, "\(copies.number) copies where \(policy.copies) are due") }
            for object in copies.read { try await noteHashed(object) }
            return .committed
        } catch let error as ArchiveError where error.code != .cancelled {
            return .failed(.processingFailure, error.message)
        }
    }

    private func isFresh(_ object: ObjectID) async throws(DatabaseError) -> Bool {
        guard policy.hashAge > .zero else { return false }
        let after = (table.jobs.time.now() - policy.hashAge).microseconds
        return try await table.database.first("SELECT 1 FROM object_hashed WHERE object = \(object.bytes) AND time >= \(after)") != nil
    }

    private func noteHashed(_ object: ObjectID) async throws(DatabaseError) {
        guard policy.hashAge > .zero else { return }
        try await table.database.run("""
            INSERT INTO object_hashed (object, time) VALUES (\(object.bytes), \(table.now)) ON CONFLICT (object) DO UPDATE SET time = excluded.time
            """)
    }
}
