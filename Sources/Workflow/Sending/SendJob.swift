import Archive
import Audit
import DICOM
import DICOMImage
import Database
import Foundation
import Synchronization

/// A send that outlives the request for it, as the parameters of a job of kind `send`.
public struct SendJob: Sendable, Codable, Hashable {
    public static let kind = "send"

    /// Name of a peer; its definition is looked up at each attempt.
    public var peer: String?
    /// A node that no table knows.
    public var address: Peer?
    public var study: String?
    public var series: [String]?
    public var instances: [String]?

    public init(peer: String? = nil, address: Peer? = nil, study: String? = nil, series: [String]? = nil, instances: [String]? = nil) {
        self.peer = peer
        self.address = address
        self.study = study
        self.series = series
        self.instances = instances
    }

    /// - Throws: `SendError` where it names nothing, or what is no UID.
    public func retrieval() throws(SendError) -> Retrieval {
        func uids(_ texts: [String]) throws(SendError) -> [UID] {
            var uids: [UID] = []
            for text in texts {
                guard let uid = UID(text) else { throw SendError("'\(text)' is no UID") }
                uids.append(uid)
            }
            return uids
        }
        let studies = try uids([study].compactMap(\.self)), series = try uids(self.series ?? []), instances = try uids(self.instances ?? [])
        let level: Query.Level = !instances.isEmpty ? .instance : !series.isEmpty ? .series : .study
        guard level != .study || !studies.isEmpty else { throw SendError("name a study, series or instances") }
        return Retrieval(level, studies: studies, series: series, instances: instances)
    }

    /// Queues it.
    ///
    /// - Returns: the job's number.
    public func queue(in jobs: JobTable, _ archive: Archive, for access: Access) async throws -> Int64 {
        let retrieval = try retrieval()
        let total = try await archive.count(of: retrieval, for: access)
        guard total > 0 else { throw SendError("nothing of that is here") }
        let name = peer ?? address?.words ?? ""
        let what = study.map { "study \($0)" } ?? series.map { "\($0.count) series" } ?? "\(instances?.count ?? 0) instances"
        return try await jobs.add(Self.kind, subject: "\(what) to \(name)", group: name, parameters: self, total: total)
    }
}

/// What a job has sent and heard the acknowledgement of, so that no attempt sends it again.
struct Acknowledgements: Sendable {
    let database: any SQLDatabase

    static let schema = Schema(module: "sending", migrations: [
        Migration(1, """
            CREATE TABLE send_acknowledged (
                job      BIGINT NOT NULL,
                sop_uid  {text} NOT NULL,
                PRIMARY KEY (job, sop_uid)
            );
            """),
    ])

    init(_ database: any SQLDatabase) async throws(DatabaseError) {
        self.database = database
        try await database.migrate(Self.schema)
    }

    func add(_ instance: UID, of job: Int64) async throws(DatabaseError) {
        try await database.run("INSERT INTO send_acknowledged (job, sop_uid) VALUES (\(job), \(instance.text)) ON CONFLICT DO NOTHING")
    }

    func contains(_ instance: UID, of job: Int64) async throws(DatabaseError) -> Bool {
        try await database.first("SELECT 1 AS one FROM send_acknowledged WHERE job = \(job) AND sop_uid = \(instance.text)") != nil
    }

    func count(of job: Int64) async throws(DatabaseError) -> Int {
        try await database.first("SELECT count(*) AS count FROM send_acknowledged WHERE job = \(job)")?.int("count") ?? 0
    }

    func forget(_ job: Int64) async throws(DatabaseError) { try await database.run("DELETE FROM send_acknowledged WHERE job = \(job)") }
}

/// Runs jobs of kind `send`.
public struct SendHandler: JobHandler {
    public let kind = SendJob.kind
    let archive: Archive
    let peers: PeerTable
    let sender: Sender
    let coding: any FrameCoding
    let acknowledgements: Acknowledgements

    public init(archive: Archive, peers: PeerTable, sender: Sender, coding: any FrameCoding) async throws(DatabaseError) {
        self.archive = archive
        self.peers = peers
        self.sender = sender
        self.coding = coding
        acknowledgements = try await Acknowledgements(archive.database)
    }

    public func run(_ job: Job, _ progress: JobProgress) async throws {
        let send = try job.parameters(as: SendJob.self)
        let peer = try await peer(of: send)
        let retrieval: Retrieval
        do throws(SendError) { retrieval = try send.retrieval() } catch { throw JobError.failed(error.description) }
        let total = try await archive.count(of: retrieval, for: .everything)
        let state = Mutex(State(done: try await acknowledgements.count(of: job.id)))
        let (archive, coding, acknowledgements) = (archive, coding, acknowledgements)
        let coerce = peer.coercion(from: sender.dialer.callingAETitle.text)
        let record = SendingRecord(
            archive.audit, by: AuditActor(door: .system, act: "job \(job.id)"), to: peer.name, at: peer.host ?? "")
        let objects = archive.instances(of: retrieval, for: .everything)
            .filter { try await !acknowledgements.contains($0.sopInstance, of: job.id) }
            .map { location in
                try await record.begin(location.study.text)
                return Outgoing(location, in: archive, coding: coding, coerce: coerce)
            }
        do {
            try await sender.send(objects, to: peer) { object, result in
                record.add(object, result)
                if result.isStored {
                    // What cannot be noted is sent once more by the next attempt, which the receiver takes as it took the first.
                    try? await acknowledgements.add(object.sopInstance, of: job.id)
                }
                let done = state.withLock { $0.add(object, result) }
                await progress.report(done: done, total: max(total, done))
            }
        } catch let error as SendError {
            try await record.finish()
            throw JobError.unreachable(error.description)
        } catch {
            try? await record.finish()  // What went wrong first is told.
            throw error
        }
        try await record.finish()
        let ended = state.withLock { $0 }
        if let words = ended.passing { throw JobError.retry("\(ended.failed) of \(total) not sent: \(words)") }
        if let words = ended.lasting { throw JobError.failed("\(ended.failed) of \(total) not sent: \(words)") }
        progress.say("\(ended.done) sent")
        try await acknowledgements.forget(job.id)
    }

    private func peer(of send: SendJob) async throws -> Peer {
        if let address = send.address { return address }
        guard let name = send.peer else { throw JobError.failed("no peer is named") }
        guard let peer = try await peers.peer(named: name) else { throw JobError.failed("there is no peer '\(name)' any more") }
        return peer
    }

    private struct State {
        var done: Int
        var failed = 0
        /// Of the first failure that another attempt may not meet, and of the first that it will.
        var passing: String?
        var lasting: String?

        init(done: Int) { self.done = done }

        mutating func add(_ object: Outgoing, _ result: SendResult) -> Int {
            switch result {
            case .stored, .warned: done += 1
            case .refused(let words, let status):
                failed += 1
                // Out of resources passes (PS3.4 Table B.2-1: A7xx); a data set that was not understood stays as it is.
                if (0xA700...0xA7FF).contains(status.rawValue) || status == .resourceLimitation || status == .processingFailure {
                    passing = passing ?? "\(object.sopInstance): \(words)"
                } else {
                    lasting = lasting ?? "\(object.sopInstance): \(words)"
                }
            case .failed(let words):
                failed += 1
                if words.contains("no presentation context") { lasting = lasting ?? words } else { passing = passing ?? "\(object.sopInstance): \(words)" }
            }
            return done
        }
    }
}
