import ArgumentParser
import DICOM
import DICOMNetwork

/// What a test receiver does not take.
enum RefusalRule: ExpressibleByArgument, Sendable, Equatable {
    /// Every association.
    case association
    /// Associations of one caller.
    case caller(AETitle)
    case sopClass(UID)
    case transferSyntax(UID)
    /// Every object, with this status.
    case object(DIMSEStatus)

    static let help = "association; caller=AET; class=UID or keyword; syntax=UID or keyword; object=STATUS (A700)"

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : nil
        switch (parts.first, value) {
        case ("association", nil): self = .association
        case ("caller", let value?):
            guard let title = AETitle(value) else { return nil }
            self = .caller(title)
        case ("class", let value?):
            guard let uid = Self.uid(value) else { return nil }
            self = .sopClass(uid)
        case ("syntax", let value?):
            guard let uid = Self.uid(value) else { return nil }
            self = .transferSyntax(uid)
        case ("object", let value):
            guard let status = UInt16(value ?? "A700", radix: 16), status != 0 else { return nil }
            self = .object(DIMSEStatus(rawValue: status))
        default: return nil
        }
    }

    private static func uid(_ text: String) -> UID? { UID(text) ?? UIDTable.uids.first { UIDTable.entry(for: $0)?.keyword == text } }
}

/// How a test receiver answers.
struct ReceiverPolicy: Sendable {
    var rules: [RefusalRule]

    func negotiation(for request: AssociateRequest) -> NegotiationPolicy {
        for rule in rules {
            switch rule {
            case .association: return refusal(.noReason, "told to refuse every association")
            case .caller(let title) where title == request.callingAETitle: return refusal(.callingAETitleNotRecognized, "told to refuse \(title)")
            default: break
            }
        }
        return NegotiationPolicy { [self] in service(for: $0) }
    }

    private func refusal(_ reject: AssociateReject, _ words: String) -> NegotiationPolicy { NegotiationPolicy(refusal: .init(reject, words)) { _ in .notSupported } }

    private func service(for sopClass: UID) -> NegotiationPolicy.Service {
        if sopClass == CommandSet.verification { return .supported(.littleEndian) }
        guard !rules.contains(.sopClass(sopClass)), SOPClassTable.isArchived(sopClass) || UIDTable.entry(for: sopClass) == nil else { return .notSupported }
        let refused = rules.compactMap { if case .transferSyntax(let uid) = $0 { uid } else { nil } }
        guard !refused.isEmpty else { return .supported(.proposersFirst) }
        return .supported(.ours(UIDTable.uids.filter { UIDTable.entry(for: $0)?.type == .transferSyntax && !refused.contains($0) }))
    }

    /// nil: stored.
    var objectStatus: DIMSEStatus? { rules.lazy.compactMap { if case .object(let status) = $0 { status } else { nil } }.first }
}
