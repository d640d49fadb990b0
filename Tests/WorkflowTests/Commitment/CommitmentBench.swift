import Archive
import DICOM
import DICOMNetwork
import Database
import DatabaseFixtures
import Foundation
import Logging
@testable import Workflow

/// An archive with its jobs and commitments, on a clock of its own.
struct CommitmentBench {
    let time = ManualTime()
    let folder: String
    let archive: Archive
    let jobs: JobTable
    let table: CommitmentTable

    static let sopClass = UID("1.2.840.10008.5.1.4.1.1.7")!

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "commitment-\(UUID().uuidString)").path
        var logger = Logger(label: "commitment")
        logger.logLevel = .critical
        var configuration = ArchiveConfiguration(folder: folder, reserve: .none)
        configuration.database = try Engine.current.makeURL()
        configuration.postgreSQL = Engine.options
        if Engine.current == .contended { configuration.wrapping = { Contended($0) } }
        archive = try await Archive.open(configuration, logger: logger)
        jobs = try await JobTable(archive.database, time: time.time)
        table = try await CommitmentTable(archive.database, jobs: jobs)
    }

    func remove() {
        archive.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Stores an object of 4 KiB.
    ///
    /// - Returns: what a request would say of it, and where its bytes lie.
    func store(_ fill: UInt8 = 7) async throws -> (reference: SOPReference, path: String) {
        let instance = UID.random()
        let dataSet = DataSet([
            DataElement(.sopClassUID, uid: Self.sopClass), DataElement(.sopInstanceUID, uid: instance),
            DataElement(.studyInstanceUID, uid: .random()), DataElement(.seriesInstanceUID, uid: .random()),
            DataElement(.modality, .CS, "OT"), DataElement(Tag(0x0009, 0x0010), .LO, "TEST"),
            DataElement(Tag(0x0009, 0x1001), .OB, bytes: [UInt8](repeating: fill, count: 4096)),
        ])
        var ingest = try await archive.begin(source: Source(kind: .dimse, aeTitle: "CT2"), transferSyntax: .explicitVRLittleEndian)
        let bytes = try DataSetWriter.encode(dataSet, as: .explicitVRLittleEndian)
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try ingest.write(bytes) }
        let name = try await ingest.finish().object.hex
        return (SOPReference(sopClass: Self.sopClass, sopInstance: instance), "\(folder)/objects/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)")
    }

    func check(_ policy: CommitmentCheck.Policy = .init()) -> CommitmentCheck { CommitmentCheck(archive: archive, table: table, policy: policy) }

    /// Changes a stored file behind the archive's back.
    static func damage(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        change(&bytes)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
