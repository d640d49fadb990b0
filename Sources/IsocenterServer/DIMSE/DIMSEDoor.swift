import Archive
import DICOM
import DICOMNetwork
import Logging
import NIOCore
import ServiceLifecycle

/// The DICOM port: who may open an association, for what, and which service answers a message.
struct DIMSEDoor: Service {
    let listener: Listener
    let archive: Archive
    let onConflict: ConflictPolicy
    let logger: Logger

    /// Binds the port.
    static func open(archive: Archive, settings: Settings, logger: Logger) async throws -> DIMSEDoor {
        var limits = NetworkLimits()
        limits.maximumLength = UInt32(settings[Settings.maxPDULength])
        limits.associations = settings[Settings.maxAssociations]
        limits.associationsPerPeer = settings[Settings.maxAssociationsPerPeer]
        limits.artim = .seconds(Int64(settings[Settings.artimTimeout]))
        limits.idleTimeout = .seconds(Int64(settings[Settings.idleTimeout]))
        limits.dimseTimeout = .seconds(Int64(settings[Settings.dimseTimeout]))
        let peers = KnownPeers(
            peers: settings[Settings.peers].compactMap { KnownPeers.Peer(text: $0) }, includesLoopback: settings[Settings.loopbackPeers])
        let policy = AssociationPolicy(
            peers: peers, aeTitle: AETitle(settings[Settings.aeTitle]), checksCalledAETitle: settings[Settings.checksCalledAETitle],
            acceptsUnknownSOPClasses: settings[Settings.acceptsUnknownSOPClasses])
        let listener = try await Listener.bind(
            host: settings[Settings.dimseHost], port: settings[Settings.dimsePort], limits: limits, logger: logger,
            policy: { request, address in policy.negotiation(for: request, from: address) })
        return DIMSEDoor(
            listener: listener, archive: archive,
            onConflict: ConflictPolicy(rawValue: settings[Settings.onConflict]) ?? .keepFirst, logger: logger)
    }

    var port: Int { listener.address.port }

    func run() async throws {
        await withGracefulShutdownHandler {
            await listener.run { association in try await serve(association) }
        } onGracefulShutdown: {
            Task { await listener.shutDown() }
        }
    }

    /// One association to its end; whatever goes wrong in it ends it alone.
    private func serve(_ association: Association) async throws {
        let principal = Principal(kind: .peer, name: association.callingAETitle?.text ?? "", role: .node)
        let store = StoreSCP(archive: archive, principal: principal, address: association.address.host, onConflict: onConflict, logger: logger)
        for try await message in association.messages {
            let response: CommandSet? = switch message.command.field {
            case .cEchoRequest where Policy.access(of: principal, for: .verify) != nil: message.command.response(.success)
            case .cStoreRequest: try await store.answer(message)
            default: message.command.response(.unrecognizedOperation, comment: "this service is not provided here")
            }
            if let response { try await association.send(response, in: message.context) }
        }
    }
}

/// Which associations are accepted, and with which presentation contexts.
struct AssociationPolicy: Sendable {
    var peers: KnownPeers
    var aeTitle: AETitle?
    var checksCalledAETitle: Bool
    var acceptsUnknownSOPClasses: Bool

    func negotiation(for request: AssociateRequest, from address: PeerAddress) -> NegotiationPolicy {
        let isKnown = request.callingAETitle.map { peers.contains(aeTitle: $0, address: address) } ?? false
        let refusal = isKnown ? nil : NegotiationPolicy.Refusal(
            .callingAETitleNotRecognized,
            "unknown caller \(request.callingAETitle?.text ?? "without a title") at \(address.host): add it to the setting \(Settings.peers.key)")
        return NegotiationPolicy(refusal: refusal, calledAETitles: checksCalledAETitle ? aeTitle.map { [$0] } : nil) { abstractSyntax in
            service(for: abstractSyntax)
        }
    }

    /// Storage keeps every transfer syntax as it comes.
    private func service(for abstractSyntax: UID) -> NegotiationPolicy.Service {
        if abstractSyntax == CommandSet.verification { return .supported(.littleEndian) }
        if SOPClassTable.entry(for: abstractSyntax)?.isStorage == true { return .supported(.proposersFirst) }
        // What the standard knows as something else than storage is no object to keep.
        let isOther = UIDTable.entry(for: abstractSyntax) != nil
        return acceptsUnknownSOPClasses && !isOther ? .supported(.proposersFirst) : .notSupported
    }
}
