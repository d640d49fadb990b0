import Archive
import Audit
import DICOM
import DICOMNetwork
import Logging
import NIOCore
import ServiceLifecycle
import Workflow

/// The DICOM port: who may open an association, for what, and which service answers a message.
struct DIMSEDoor: Service {
    let listener: Listener
    /// The port for TLS; nil where there is no certificate.
    let secured: Listener?
    let policy: AssociationPolicy
    /// Serves the associations: the archive's, so that an object goes from its inbox to the disk on one thread.
    let executor: any TaskExecutor
    let audit: AuditTrail
    let logger: Logger

    /// Binds the port.
    static func open(
        _ services: ServiceTable, archive: Archive, peers: PeerTable, authenticator: Authenticator, log: AssociationLog, settings: Settings,
        logger: Logger
    ) async throws -> DIMSEDoor {
        var limits = NetworkLimits()
        limits.maximumLength = UInt32(settings[Settings.maxPDULength])
        limits.associations = settings[Settings.maxAssociations]
        limits.associationsPerPeer = settings[Settings.maxAssociationsPerPeer]
        limits.artim = .seconds(Int64(settings[Settings.artimTimeout]))
        limits.idleTimeout = .seconds(Int64(settings[Settings.idleTimeout]))
        limits.dimseTimeout = .seconds(Int64(settings[Settings.dimseTimeout]))
        let policy = AssociationPolicy(
            callers: KnownCallers(peers: peers, settings: settings), services: services,
            acceptsUnknownSOPClasses: settings[Settings.acceptsUnknownSOPClasses], identities: IdentityCheck(authenticator: authenticator),
            strangers: StrangerLog(try await StrangerTable(archive.database), logger: logger),
            // It is refused whether or not that can be written.
            tell: { [audit = archive.audit] event in await audit.recordSoon(event) { logger.untold($1, $0) } })
        func listener(_ port: Int, _ tls: TLSServer? = nil) async throws -> Listener {
            try await Listener.bind(
                host: settings[Settings.dimseHost], port: port, tls: tls, limits: limits, logger: logger, onEnd: { log.note($0) },
                policy: { request, connection in await policy.negotiation(for: request, from: connection) })
        }
        let tls = try TLSServer(settings, logger)
        let plain = try await listener(settings[Settings.dimsePort])
        let secured = tls == nil ? nil : try await listener(settings[Settings.dimseTLSPort], tls)
        return DIMSEDoor(listener: plain, secured: secured, policy: policy, executor: archive.executor, audit: archive.audit, logger: logger)
    }

    var port: Int { listener.address.port }
    var tlsPort: Int? { secured?.address.port }

    func run() async throws {
        await withGracefulShutdownHandler {
            async let remembering: Void = policy.strangers.run()
            async let alsoSecured: Void? = secured?.run(on: executor) { association in try await serve(association) }
            await listener.run(on: executor) { association in try await serve(association) }
            _ = await alsoSecured
            policy.strangers.finish()
            await remembering
        } onGracefulShutdown: {
            Task { await listener.shutDown() }
            if let secured { Task { await secured.shutDown() } }
        }
    }

    /// One association to its end; whatever goes wrong in it ends it alone.
    private func serve(_ association: Association) async throws {
        let isSecure = association.tls != nil
        defer { policy.admissions.leave(association.address, isSecure: isSecure) }
        guard let caller = policy.admissions.caller(at: association.address, isSecure: isSecure) else {
            throw NetworkError.malformedMessage("nobody was admitted on this connection")
        }
        // What peers that need not wait for answers have outstanding.
        let served = await Self.result { try await serve(association, caller) }
        try await caller.tally.finish(audit, caller.actor)
        try served.get()
    }

    private static func result(_ work: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            try await work()
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func serve(_ association: Association, _ caller: Caller) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var unanswered = 0
            for try await message in association.messages {
                guard let rest = try await receive(message, on: association, for: caller) else { continue }
                guard association.window.performed != 1 else {
                    try await rest()
                    continue
                }
                if unanswered == AssociationPolicy.window.performed, try await group.next() != nil { unanswered -= 1 }
                group.addTask(executorPreference: executor) { try await rest() }
                unanswered += 1
            }
            try await group.waitForAll()
        }
    }

    /// What is left to be done until the message is answered; nil: nothing.
    private func receive(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws -> (@Sendable () async throws -> Void)? {
        var refusal = message.command.response(.unrecognizedOperation, comment: "this service is not provided here")
        if let entry = policy.services.entry(for: message) {
            if entry.needs.map(caller.may) ?? true { return try await entry.service.receive(message, on: association, for: caller) }
            // Of storage, a caller that may only retrieve has the contexts for C-GET.
            try await audit.recordOnce(AuditEvent(
                .notAllowed, by: caller.actor, outcome: .minorFailure, words: "\(caller.principal.name) may not use this service",
                subject: message.context.abstractSyntax.text))
            refusal = message.command.response(.notAuthorized, comment: "\(caller.principal.name) may not use this service")
        }
        if let refusal { try await association.send(refusal, in: message.context) }
        return nil
    }
}
