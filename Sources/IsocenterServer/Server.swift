import Archive
import Audit
import DICOM
import DICOMImage
import DICOMNetwork
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Workers
import Workflow

/// The composition root: builds the parts from the settings, and runs them until it is told to stop.
public struct Server: Sendable {
    /// Where it listens, once it does.
    public struct Addresses: Sendable {
        public var http: String
        public var dimsePort: Int
        /// nil where there is no certificate for it.
        public var dimseTLSPort: Int?
        /// Makes the first administrator; nil where there is one.
        public var setupLink: String?
    }

    private let archive: Archive
    private let dimse: DIMSEDoor
    let web: WebDoor
    private let associations: AssociationLog
    private let jobs: JobRunner
    private let purger: Purger
    private let workers: WorkerPool
    private let uploads: Uploads
    private let settings: Settings
    private let setupLink: SetupLink
    private let needsSetup: Bool
    private let logger: Logger

    /// Opens the data folder and binds the DICOM port.
    public static func open(_ settings: Settings, version: String, logger: Logger) async throws -> Server {
        var configuration = ArchiveConfiguration(settings)
        configuration.reserve = reserve(settings)
        configuration.recheck = .seconds(60 * settings[Settings.recheck])
        let archive = try await Archive.open(configuration, logger: logger)
        let accounts = try await Accounts(archive.database, settings: settings)
        let authenticator = Authenticator(accounts: accounts, settings: settings, box: try SecretBox(folder: configuration.folder.keys))
        let peers = try await PeerTable(archive.database)
        let jobs = try await JobTable(archive.database)
        let associations = try await AssociationLog(
            AssociationTable(archive.database), keeping: .init(days: settings[Settings.associationDays], number: settings[Settings.associationNumber]), logger: logger)
        let workers = try WorkerPool(WorkerPool.Configuration(settings)) { logger.warning("\($0)") }
        guard let title = AETitle(settings[Settings.aeTitle]) else { throw ServerError("'\(settings[Settings.aeTitle])' is no AE title") }
        let tls = try PeerTLS(settings, logger: logger)
        var calling = Dialer.Configuration(callingAETitle: title, tls: tls)
        calling.onEnd = { associations.note($0) }
        let dialer = Dialer(calling)
        let sender = Sender(dialer: dialer)
        let commitments = try await Commitments(archive: archive, peers: peers, jobs: jobs, settings: settings, logger: logger)
        let dimse = try await DIMSEDoor.open(
            ServiceTable(archive: archive, peers: peers, sender: sender, commitments: commitments, coding: workers, settings: settings, logger: logger),
            archive: archive, peers: peers, authenticator: authenticator, log: associations, settings: settings, logger: logger)
        let setupLink = SetupLink()
        let purger = Purger(archive: archive, logger: logger)
        let api: [any RouteSet] = [
            StudyRoutes(archive: archive, info: .init(version: version, aeTitle: title.text, dimsePort: dimse.port)),
            PeerRoutes(
                peers: peers, strangers: try await StrangerTable(archive.database), admissions: dimse.policy.admissions, settings: settings,
                tls: tls, ports: (dimse.port, dimse.tlsPort)),
            AssociationRoutes(table: associations.table, peers: peers, ourTitle: title.text),
            SendRoutes(archive: archive, peers: peers, jobs: jobs),
            CorrectionRoutes(archive: archive),
            DeletionRoutes(archive: archive, purger: purger),
            DraftRoutes(archive: archive, drafts: DraftTable(archive.database)),
            ReportRoutes(archive: archive, logger: logger),
            KeyImageRoutes(archive: archive, keeping: settings[Settings.deletionKept], logger: logger),
            PresentationRoutes(archive: archive, logger: logger),
            FolderRoutes(archive: archive),
            JobRoutes(jobs: jobs),
            CommitmentRoutes(table: commitments.table),
            ChangeRoutes(archive: archive),
            AccountRoutes(authenticator: authenticator),
            SecondFactorRoutes(authenticator: authenticator),
            PasskeyRoutes(authenticator: authenticator),
            UserRoutes(authenticator: authenticator),
            PreferenceRoutes(preferences: Preferences(accounts, archive.database)),
            DictionaryRoutes(),
            AuditRoutes(trail: archive.audit, source: AuditSource(aeTitle: title.text)),
            DescriptionRoutes.API(version: version),
        ]
        let pixels = PixelAccess(archive: archive, coding: workers)
        let onConflict = ConflictPolicy(rawValue: settings[Settings.onConflict]) ?? .keepFirst
        let uploads = try await Uploads(archive: archive, limits: .init(settings), logger: logger)
        let objects = ObjectRoutes(archive: archive, pixels: pixels), rendered = RenderedRoutes(archive: archive, pixels: pixels)
        let dicomWeb: [any RouteSet] = [
            SearchRoutes(archive: archive),
            objects,
            FrameRoutes(archive: archive, pixels: pixels),
            MetadataRoutes(archive: archive),
            BulkDataRoutes(archive: archive, pixels: pixels),
            rendered,
            DeleteRoutes(archive: archive, keeping: settings[Settings.deletionKept]),
            StoreRoutes(archive: archive, onConflict: onConflict, logger: logger),
            UploadRoutes(uploads: uploads, onConflict: onConflict, logger: logger),
            NonPatientRoutes(archive: archive, onConflict: onConflict, logger: logger),
            DescriptionRoutes.Capabilities(version: version),
        ]
        let web = WebDoor(
            archive: archive, workers: workers, authenticator: authenticator, settings: settings, setupLink: setupLink, api: api, dicomWeb: dicomWeb,
            uriService: URIRoutes(archive: archive, objects: objects, rendered: rendered),
            logger: logger)
        let send = try await SendHandler(archive: archive, peers: peers, sender: sender, coding: workers)
        let committing = commitments.handlers { peer, title, proposals, roles in
            try await dialer.associate(peer, proposals, calling: title, roles: roles)
        }
        return Server(
            archive: archive, dimse: dimse, web: web, associations: associations, jobs: runner(of: jobs, handlers: [send, ExtraAttributeFilling(archive), ExtraAttributeDropping(archive)] + committing, settings, logger),
            purger: purger, workers: workers, uploads: uploads, settings: settings, setupLink: setupLink, needsSetup: try await !accounts.hasAdministrator(), logger: logger)
    }

    /// Serves until SIGTERM or SIGINT; returns when everything is closed.
    ///
    /// - Parameter ready: called once, when all ports listen.
    public func run(ready: @escaping @Sendable (Addresses) -> Void) async throws {
        let serving = ServingRecord(archive.database)
        try await serving.prepare()
        let metadata = MetadataPreparation(archive, after: try await archive.changeRange().newest, logger: logger)
        let service = try web.service { port in
            let addresses = addresses(httpPort: port)
            metadata.isServed(at: (PublicURL(settings[Settings.httpPublicURL])?.text ?? addresses.http) + "/dicom-web")
            do {
                try await serving.set(dimsePort: dimse.port, aeTitle: settings[Settings.aeTitle])
            } catch {
                logger.warning("commands beside this server will not find its port: \(error)")
            }
            ready(addresses)
        }
        let keeping = AuditKeeping(archive, logger: logger)
        let feeds = try await SyslogFeed.feeds(archive.audit, settings, logger: logger)
        try await keeping.begin(words: "DICOM port \(dimse.port)")
        let group = ServiceGroup(configuration: .init(
            services: [
                .init(service: keeping),
                .init(service: associations), .init(service: dimse), .init(service: service), .init(service: jobs), .init(service: purger),
                .init(service: UploadSweep(uploads: uploads)),
                .init(service: FolderFollowing(archive, FolderPolicy(settings), logger: logger)),
                .init(service: StableStudies(archive, after: .seconds(settings[Settings.stableAfter]), logger: logger, announced: metadata.wake)),
                .init(service: metadata),
                .init(service: ChangePruning(archive, days: settings[Settings.changeDays], number: settings[Settings.changeNumber], logger: logger)),
            ] + feeds.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES || error.errnoCode == EADDRNOTAVAIL {
            throw ServerError("the web page cannot listen on \(settings[Settings.httpHost]) port \(settings[Settings.httpPort]): \(String(cString: strerror(error.errnoCode)))")
        }
        await associations.flush()
        try await keeping.end()
        await workers.shutdown()
        archive.close()
    }

    private func addresses(httpPort: Int) -> Addresses {
        let host = settings[Settings.httpHost]
        let shown = host == "0.0.0.0" || host == "::" ? ProcessInfo.processInfo.hostName : host.contains(":") ? "[\(host)]" : host
        let http = "http://\(shown):\(httpPort)"
        return Addresses(http: http, dimsePort: dimse.port, dimseTLSPort: dimse.tlsPort, setupLink: needsSetup ? "\(PublicURL(settings[Settings.httpPublicURL])?.text ?? http)/#/setup/\(setupLink.secret)" : nil)
    }

    private static func runner(of jobs: JobTable, handlers: [any JobHandler], _ settings: Settings, _ logger: Logger) -> JobRunner {
        var limits = JobRunner.Limits()
        limits.keepsFinished = .seconds(settings[Settings.jobsKept] * 86_400)
        // The archive's folder is locked by this process: no other serves it, so none runs its jobs.
        return JobRunner(jobs, handlers: handlers, limits: limits, isOnlyRunner: true, logger: logger)
    }

    private static func reserve(_ settings: Settings) -> ArchiveConfiguration.Reserve {
        let bytes = UInt64(settings[Settings.reserve]) << 20
        return bytes == 0 ? .none : .init(bytes: bytes, share: ArchiveConfiguration.Reserve.standard.share)
    }
}

/// Why the server cannot start.
public struct ServerError: Error, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}
