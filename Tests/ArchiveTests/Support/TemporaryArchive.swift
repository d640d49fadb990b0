import DICOM
import Database
import DatabaseFixtures
import Foundation
import Logging
import Synchronization
import Testing

@testable import Archive

/// A folder that goes when the tests end: an archive may outlive the value that named its folder.
struct TemporaryFolder: Sendable {
    let path: String

    private static let all: String = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-tests-\(getpid())").path
        atexit { TemporaryFolder.removeAll() }
        return path
    }()

    private static func removeAll() { try? FileManager.default.removeItem(atPath: all) }

    init() throws {
        path = "\(Self.all)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
}

extension TemporaryFolder {
    private static let databases = Mutex<[String: String]>([:])

    /// With the tables of the index, made once: on PostgreSQL they take longer than most tests.
    private static let template = Task { () async throws -> String in
        let cluster = try PostgreSQLCluster.running()
        let name = try cluster.makeDatabase()
        let database = try PostgreSQL(url: cluster.url(of: name), options: Engine.options)
        try await database.migrate(.archive)
        try database.close()
        return name
    }

    /// Of the engine under test: the same one whenever the folder is opened.
    func database() async throws -> String {
        let template: String? = Engine.current == .postgreSQL ? try await Self.template.value : nil
        return try Self.databases.withLock { databases in
            if let known = databases[path] { return known }
            let made = try Engine.current.makeURL(template: template)
            databases[path] = made
            return made
        }
    }

    /// As if its index had been lost.
    func loseDatabase() {
        _ = Self.databases.withLock { $0.removeValue(forKey: path) }
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + "/data/index.sqlite\(suffix)") }
    }
}

extension Archive {
    static func open(_ folder: TemporaryFolder, role: ArchiveConfiguration.Role = .serving, faults: FaultHook? = nil) async throws -> Archive {
        var configuration = ArchiveConfiguration(folder: folder.path + "/data", role: role, reserve: .none)
        configuration.diskThreads = 6
        configuration.database = try await folder.database()
        configuration.postgreSQL = Engine.options
        if Engine.current == .contended { configuration.wrapping = { Contended($0) } }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return try await open(configuration, logger: logger, faults: faults)
    }

    /// Takes a data set in, in pieces.
    func store(
        _ dataSet: [UInt8], as transferSyntax: TransferSyntax = .explicitVRLittleEndian, from source: Source = .test,
        expecting: (sopClass: UID, sopInstance: UID)? = nil, piece: Int = 16 << 10
    ) async throws(ArchiveError) -> StoreOutcome {
        try await withTaskExecutorPreference(executor) { () async throws(ArchiveError) -> StoreOutcome in
            var ingest = try await begin(source: source, transferSyntax: transferSyntax, expecting: expecting)
            var start = 0
            while start < dataSet.count {
                let end = min(start + piece, dataSet.count)
                try ingest.write(dataSet[start..<end])
                start = end
            }
            return try await ingest.finish()
        }
    }

    func bytes(_ location: InstanceLocation) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in read(location) { bytes += piece }
        return bytes
    }
}

extension Ingest {
    mutating func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try write(bytes) }
    }

    mutating func write(_ bytes: [UInt8]) throws(ArchiveError) { try write(bytes[...]) }
}

extension Source {
    static let test = Source(kind: .dimse, aeTitle: "CT1", host: "127.0.0.1")
}

extension UID {
    init(test text: String) {
        guard let uid = UID(text) else { preconditionFailure("\(text) is no UID") }
        self = uid
    }
}

/// A small image with what an archive needs to know.
struct TestInstance {
    var study = "1.2.3"
    var series = "1.2.3.4"
    var instance = "1.2.3.4.5"
    var patientID = "P1"
    var name = "Doe^Jane"
    var modality = "CT"
    var extra: [DataElement] = []
    /// Size of the pixel data.
    var pixelBytes = 128
    var fill: UInt8 = 7

    var dataSet: DataSet {
        var dataSet = DataSet([
            DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2"),
            DataElement(.sopInstanceUID, .UI, instance),
            DataElement(.studyInstanceUID, .UI, study),
            DataElement(.seriesInstanceUID, .UI, series),
            DataElement(.patientID, .LO, patientID),
            DataElement(.patientName, .PN, name),
            DataElement(.modality, .CS, modality),
            DataElement(.rows, .US, integers: [1]),
            DataElement(.columns, .US, integers: [pixelBytes / 2]),
            DataElement(.bitsAllocated, .US, integers: [16]),
            DataElement(.samplesPerPixel, .US, integers: [1]),
            DataElement(.pixelData, .OW, bytes: [UInt8](repeating: fill, count: pixelBytes)),
        ])
        for element in extra { dataSet.set(element) }
        return dataSet
    }

    func encoded(as transferSyntax: TransferSyntax = .explicitVRLittleEndian) throws -> [UInt8] {
        try DataSetWriter.encode(dataSet, as: transferSyntax)
    }
}

extension TemporaryFolder {
    /// What lies in `incoming/` beside the lock and the empty files that are held ready for the next objects.
    func incoming() throws -> [String] {
        let folder = path + "/data/incoming"
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "lock" && size("\(folder)/\($0)") > 0 }
    }

    /// 0 where the file has just gone.
    private func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}

extension Archive {
    func report() async throws -> Verification.Report {
        for try await event in verify() {
            if case .finished(let report) = event { return report }
        }
        return Verification.Report()
    }
}

/// Turns one bit near the end of a file round.
func flip(_ path: String) throws {
    let url = URL(fileURLWithPath: path)
    var bytes = [UInt8](try Data(contentsOf: url))
    bytes[bytes.count - 10] ^= 1
    try Data(bytes).write(to: url)
}

/// Memory of this process (/proc/self/statm).
func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
}

/// Testing has a Tag of its own.
typealias Tag = DICOM.Tag
