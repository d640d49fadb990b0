import DICOM
import DICOMNetwork
import Workflow

/// Which associations are accepted, and with which presentation contexts.
struct AssociationPolicy: Sendable {
    var callers: KnownCallers
    var services: ServiceTable
    var checksCalledAETitle: Bool

    func negotiation(for request: AssociateRequest, from address: PeerAddress) async -> NegotiationPolicy {
        let titles = checksCalledAETitle ? callers.titles : nil
        do {
            guard let caller = try await callers.caller(of: request, from: address) else {
                return refused(.callingAETitleNotRecognized, titles, """
                    unknown caller \(request.callingAETitle?.text ?? "without a title") at \(address.host): \
                    make it known with 'isocenter peers add'
                    """)
            }
            return NegotiationPolicy(calledAETitles: titles) { service(for: $0, caller) }
        } catch {
            return refused(.temporaryCongestion, titles, "the list of peers cannot be read: \(error)")
        }
    }

    private func refused(_ reject: AssociateReject, _ titles: Set<AETitle>?, _ words: String) -> NegotiationPolicy {
        NegotiationPolicy(refusal: .init(reject, words), calledAETitles: titles) { _ in .notSupported }
    }

    private func service(for abstractSyntax: UID, _ caller: Caller) -> NegotiationPolicy.Service {
        guard let entry = services.entry(for: abstractSyntax) else { return .notSupported }
        let isProvided = entry.needs.map(caller.may) ?? true
        // What is sent by C-GET goes out in contexts of storage, whose user we are then.
        let isUsed = entry.scu && caller.may(.retrieve)
        guard isProvided || isUsed else { return .notAllowed }
        return .supported(entry.transferSyntaxes, scp: isProvided, scu: isUsed)
    }
}
