import Archive
import DICOM
import DICOMNetwork
import Logging
import Workflow

/// Storage commitment as this server provides and uses it: its services for the DICOM port and the handlers of its jobs.
struct Commitments: Sendable {
    let table: CommitmentTable
    private let open = OpenRequests()
    private let user: CommitmentUser
    private let archive: Archive
    private let peers: PeerTable
    private let settings: Settings
    private let logger: Logger

    init(archive: Archive, peers: PeerTable, jobs: JobTable, settings: Settings, logger: Logger) async throws {
        table = try await CommitmentTable(archive.database, jobs: jobs)
        user = CommitmentUser(table, logger: logger)
        self.archive = archive
        self.peers = peers
        self.settings = settings
        self.logger = logger
    }

    /// Asking needs a right; whoever was asked by us may report.
    var entries: [ServiceEntry] {
        [
            ServiceEntry(
                sopClasses: { $0 == StorageCommitment.sopClass }, commands: [.nActionRequest], needs: .commit, transferSyntaxes: .littleEndian, use: .withAnyone,
                service: CommitmentSCP(provider: CommitmentProvider(table), open: open, logger: logger)),
            ServiceEntry(
                sopClasses: { $0 == StorageCommitment.sopClass }, commands: [.nEventReportRequest], needs: nil, transferSyntaxes: .littleEndian, use: .withAnyone,
                service: CommitmentSCU(user: user)),
        ]
    }

    func handlers(call: @escaping PeerCall) -> [any JobHandler] {
        let policy = JobPolicy(patience: .seconds(settings[Settings.commitmentPatience] * 86_400))
        let check = CommitmentCheck(archive: archive, table: table, policy: .init(hashAge: .seconds(settings[Settings.commitmentHashAge] * 3600)))
        var reporting = CommitmentReporter.Settings()
        reporting.usesOpenAssociation = settings[Settings.commitsOnOpenAssociation]
        reporting.keep = .seconds(settings[Settings.commitmentKept] * 86_400)
        return [
            CommitmentReporter(table, check: check, peers: peers, open: open, policy: policy, settings: reporting, logger: logger, call: call),
            CommitmentRequester(
                table, user: user, peers: peers, policy: policy, wait: .seconds(settings[Settings.commitmentWait]), logger: logger, call: call),
        ]
    }
}
