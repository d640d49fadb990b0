import Audit
import DICOM
import DICOMNetwork
import Workflow

/// Which associations are accepted, and with which presentation contexts.
struct AssociationPolicy: Sendable {
    var callers: KnownCallers
    var services: ServiceTable
    /// Where a title does not say otherwise.
    var acceptsUnknownSOPClasses: Bool
    var identities: IdentityCheck
    var admissions = Admissions()
    var strangers: StrangerLog
    /// Hears of a refusal; nil: nobody is told.
    var tell: (@Sendable (AuditEvent) async -> Void)?

    /// Who is accepted is found in `admissions` from then on.
    func negotiation(for request: AssociateRequest, from connection: ConnectionInfo) async -> NegotiationPolicy {
        let policy = await decision(for: request, from: connection)
        guard let refusal = policy.refusal, let tell else { return policy }
        let actor = AuditActor(aeTitle: request.callingAETitle?.text ?? "", address: connection.address.host, door: .dimse)
        await tell(AuditEvent(
            .nodeRefused, by: actor, outcome: .minorFailure, words: refusal.words, subject: request.callingAETitle?.text ?? connection.address.host))
        return policy
    }

    private func decision(for request: AssociateRequest, from connection: ConnectionInfo) async -> NegotiationPolicy {
        // It would be refused anyway: nobody is to be counted for it.
        guard request.applicationContext == ApplicationContext.dicom else { return refused(.applicationContextNotSupported, "not DICOM's application context") }
        do {
            switch try await callers.recognize(request, from: connection) {
            case .unknown(let words):
                strangers.add(request, from: connection.address)
                return refused(.callingAETitleNotRecognized, words)
            case .refused(let reject, let words):
                return refused(reject, words)
            case .known(var caller):
                let user = try await identities.outcome(of: request.userInformation.userIdentity, from: connection.address, isSecure: connection.tls != nil)
                if case .refused(let words) = user { return refused(.noReason, words) }
                if case .user(var user) = user {
                    // What was granted to the user's token stays; the node bounds it.
                    user.node = caller.principal.node
                    caller.principal = user
                }
                guard admissions.enter(caller, on: connection) else {
                    return refused(.localLimitExceeded, "the peer '\(caller.peer.name)' has \(caller.peer.maxInbound ?? 0) associations open, which is its limit")
                }
                return granted(request, caller)
            }
        } catch {
            return refused(.temporaryCongestion, "the list of peers cannot be read: \(error)")
        }
    }

    private func refused(_ reject: AssociateReject, _ words: String) -> NegotiationPolicy {
        NegotiationPolicy(refusal: .init(reject, words)) { _ in .notSupported }
    }

    /// Operations that a peer may have outstanding, and we at it (PS3.7 §D.3.3.3). Taken in one after the other, as they come.
    static let window = AsynchronousOperationsWindow(invoked: 16, performed: 16)

    private func granted(_ request: AssociateRequest, _ caller: Caller) -> NegotiationPolicy {
        var policy = NegotiationPolicy { service(for: $0, caller, request) }
        policy.extendedNegotiation = { sopClass, information in services.entry(for: sopClass)?.extendedNegotiation(sopClass, information) }
        policy.window = Self.window
        // Nothing more than that the user was accepted (PS3.7 Table D.3-15).
        if caller.principal.kind == .user { policy.userIdentityResponse = [] }
        return policy
    }

    /// The requestor says that a class unknown to us is one of storage (PS3.7 §D.3.3.6).
    private func isSaidToBeStored(_ sopClass: UID, _ request: AssociateRequest) -> Bool {
        guard let said = request.commonExtendedNegotiation(of: sopClass) else { return false }
        return said.serviceClass == CommonExtendedNegotiation.storageServiceClass || said.relatedGeneralSOPClasses.contains(where: SOPClassTable.isArchived)
    }

    private func service(for abstractSyntax: UID, _ caller: Caller, _ request: AssociateRequest) -> NegotiationPolicy.Service {
        guard let entry = services.entry(for: abstractSyntax) else { return .notSupported }
        if UIDTable.entry(for: abstractSyntax) == nil, !isSaidToBeStored(abstractSyntax, request),
            !(caller.called.acceptsUnknownSOPClasses ?? acceptsUnknownSOPClasses)
        { return .notSupported }
        let isProvided = entry.needs.map(caller.may) ?? true
        let isUsed = isOffered(abstractSyntax, request) && mayBeUsed(entry, caller)
        guard isProvided || isUsed else { return .notAllowed }
        return .supported(entry.transferSyntaxes, scp: isProvided, scu: isUsed)
    }

    /// The caller would be the provider of this class, and we its user.
    private func isOffered(_ sopClass: UID, _ request: AssociateRequest) -> Bool {
        request.userInformation.roleSelections.contains { $0.sopClass == sopClass && $0.scp }
    }

    private func mayBeUsed(_ entry: ServiceEntry, _ caller: Caller) -> Bool {
        switch entry.use {
        case .never: false
        case .withWhoMay(let service): caller.may(service)
        case .withAnyone: true
        }
    }
}
