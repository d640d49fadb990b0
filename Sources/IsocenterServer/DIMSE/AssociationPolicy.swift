import DICOM
import DICOMNetwork
import Workflow

/// Which associations are accepted, and with which presentation contexts.
struct AssociationPolicy: Sendable {
    var callers: KnownCallers
    var services: ServiceTable
    /// Where a title does not say otherwise.
    var acceptsUnknownSOPClasses: Bool
    var admissions = Admissions()
    var strangers: StrangerLog

    /// Who is accepted is found in `admissions` from then on.
    func negotiation(for request: AssociateRequest, from address: PeerAddress) async -> NegotiationPolicy {
        // It would be refused anyway: nobody is to be counted for it.
        guard request.applicationContext == ApplicationContext.dicom else { return refused(.applicationContextNotSupported, "not DICOM's application context") }
        do {
            switch try await callers.recognize(request, from: address) {
            case .unknown(let words):
                strangers.add(request, from: address)
                return refused(.callingAETitleNotRecognized, words)
            case .refused(let reject, let words):
                return refused(reject, words)
            case .known(let caller):
                guard admissions.enter(caller) else {
                    return refused(.localLimitExceeded, "the peer '\(caller.peer.name)' has \(caller.peer.maxInbound ?? 0) associations open, which is its limit")
                }
                return NegotiationPolicy { service(for: $0, caller) }
            }
        } catch {
            return refused(.temporaryCongestion, "the list of peers cannot be read: \(error)")
        }
    }

    private func refused(_ reject: AssociateReject, _ words: String) -> NegotiationPolicy {
        NegotiationPolicy(refusal: .init(reject, words)) { _ in .notSupported }
    }

    private func service(for abstractSyntax: UID, _ caller: Caller) -> NegotiationPolicy.Service {
        guard let entry = services.entry(for: abstractSyntax) else { return .notSupported }
        if UIDTable.entry(for: abstractSyntax) == nil, !(caller.called.acceptsUnknownSOPClasses ?? acceptsUnknownSOPClasses) { return .notSupported }
        guard entry.needs.map(caller.may) ?? true else { return .notAllowed }
        return .supported(entry.transferSyntaxes, scu: entry.scu)
    }
}
