import Archive
import DICOM
import DICOMNetwork
import Logging
import NIOCore
import ServiceLifecycle
import Workflow

/// The DICOM port: who may open an association, for what, and which service answers a message.
struct DIMSEDoor: Service {
    let listener: Listener
    let policy: AssociationPolicy
    /// Serves the associations: the archive's, so that an object goes from its inbox to the disk on one thread.
    let executor: any TaskExecutor
    let logger: Logger

    /// Binds the port.
    static func open(archive: Archive, peers: PeerTable, settings: Settings, logger: Logger) async throws -> DIMSEDoor {
        var limits = NetworkLimits()
        limits.maximumLength = UInt32(settings[Settings.maxPDULength])
        limits.associations = settings[Settings.maxAssociations]
        limits.associationsPerPeer = settings[Settings.maxAssociationsPerPeer]
        limits.artim = .seconds(Int64(settings[Settings.artimTimeout]))
        limits.idleTimeout = .seconds(Int64(settings[Settings.idleTimeout]))
        limits.dimseTimeout = .seconds(Int64(settings[Settings.dimseTimeout]))
        let policy = AssociationPolicy(
            callers: KnownCallers(peers: peers, settings: settings), services: services(archive: archive, settings: settings, logger: logger),
            checksCalledAETitle: settings[Settings.checksCalledAETitle])
        let listener = try await Listener.bind(
            host: settings[Settings.dimseHost], port: settings[Settings.dimsePort], limits: limits, logger: logger,
            policy: { request, address in await policy.negotiation(for: request, from: address) })
        return DIMSEDoor(listener: listener, policy: policy, executor: archive.executor, logger: logger)
    }

    private static func services(archive: Archive, settings: Settings, logger: Logger) -> ServiceTable {
        let unknownClasses = settings[Settings.acceptsUnknownSOPClasses]
        let store = StoreSCP(archive: archive, onConflict: ConflictPolicy(rawValue: settings[Settings.onConflict]) ?? .keepFirst, logger: logger)
        return ServiceTable(entries: [
            ServiceEntry(
                sopClasses: { $0 == CommandSet.verification }, commands: [.cEchoRequest], needs: nil, transferSyntaxes: .littleEndian,
                service: VerificationSCP()),
            // Every transfer syntax is kept as it comes. What the standard knows as something else than storage is no object to keep.
            ServiceEntry(
                sopClasses: { SOPClassTable.isArchived($0) || unknownClasses && UIDTable.entry(for: $0) == nil }, commands: [.cStoreRequest],
                needs: .store, transferSyntaxes: .proposersFirst, service: store),
        ])
    }

    var port: Int { listener.address.port }

    func run() async throws {
        await withGracefulShutdownHandler {
            await listener.run(on: executor) { association in try await serve(association) }
        } onGracefulShutdown: {
            Task { await listener.shutDown() }
        }
    }

    /// One association to its end; whatever goes wrong in it ends it alone.
    private func serve(_ association: Association) async throws {
        guard let caller = try await policy.callers.caller(of: association.request, from: association.address) else {
            throw NetworkError.malformedMessage("the caller is not known any longer")
        }
        for try await message in association.messages {
            if let entry = policy.services.entry(for: message) {
                try await entry.service.answer(message, on: association, for: caller)
            } else if let response = message.command.response(.unrecognizedOperation, comment: "this service is not provided here") {
                try await association.send(response, in: message.context)
            }
        }
    }
}
