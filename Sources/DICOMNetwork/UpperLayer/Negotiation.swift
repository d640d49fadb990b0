import DICOM

/// Who we are in an association (PS3.7 §D.3.3.2).
public enum Implementation {
    public static let classUID = FileMetaInformation.implementationClassUID.text
    public static let versionName = "ISOCENTER_0_1"
}

/// What an acceptor grants one caller.
public struct NegotiationPolicy: Sendable {
    /// Answered at once, with these words in our log; nil lets the request be looked at.
    public var refusal: Refusal?
    /// nil takes any called AE title.
    public var calledAETitles: Set<AETitle>?
    public var services: @Sendable (_ abstractSyntax: UID) -> Service
    /// Answer to a user identity whose sender wants one.
    public var userIdentityResponse: [UInt8]?
    /// Answer to a SOP Class Extended Negotiation (PS3.7 §D.3.3.5); nil is none. Asked for accepted classes only.
    public var extendedNegotiation: @Sendable (_ sopClass: UID, _ information: [UInt8]) -> [UInt8]? = { _, _ in nil }
    /// Granted at most, as the requestor sees it: operations that it may have outstanding, and that it may be asked to perform
    /// at once; 0 is no limit (PS3.7 §D.3.3.3).
    public var window = AsynchronousOperationsWindow(invoked: 1, performed: 1)

    public struct Refusal: Sendable, Equatable {
        public var reject: AssociateReject
        public var words: String

        public init(_ reject: AssociateReject, _ words: String) {
            self.reject = reject
            self.words = words
        }
    }

    /// How an abstract syntax is served.
    public enum Service: Sendable {
        case notSupported
        /// Known, but this caller may not use it.
        case notAllowed
        case supported(TransferSyntaxChoice, scp: Bool = true, scu: Bool = false)
    }

    /// Which of the proposed transfer syntaxes is taken.
    public enum TransferSyntaxChoice: Sendable {
        /// Whatever comes first, known or not: an archive keeps what it gets.
        case proposersFirst
        /// The first of these that is proposed.
        case ours([UID])

        /// For messages whose data set we write or read ourselves.
        public static let littleEndian = ours([
            TransferSyntax.explicitVRLittleEndian.uid, TransferSyntax.implicitVRLittleEndian.uid,
        ])
    }

    public init(
        refusal: Refusal? = nil, calledAETitles: Set<AETitle>? = nil,
        services: @escaping @Sendable (_ abstractSyntax: UID) -> Service
    ) {
        self.refusal = refusal
        self.calledAETitles = calledAETitles
        self.services = services
    }
}

/// What came of a request.
public enum NegotiationResult: Equatable, Sendable {
    case accept(AssociateAccept)
    case reject(AssociateReject, words: String)
}

/// The acceptor's answer to a request (PS3.8 §7.1.1, PS3.7 §D.3).
///
/// - Parameter maximumLength: what we announce as the largest P-DATA-TF variable field, in bytes.
public func negotiate(_ request: AssociateRequest, _ policy: NegotiationPolicy, maximumLength: UInt32) -> NegotiationResult {
    guard request.applicationContext == ApplicationContext.dicom else {
        return .reject(.applicationContextNotSupported, words: "application context \"\(request.applicationContext.prefix(64))\" is not DICOM's")
    }
    guard request.callingAETitle != nil else {
        return .reject(.callingAETitleNotRecognized, words: "the calling AE title is empty or malformed")
    }
    guard let called = request.calledAETitle, policy.calledAETitles?.contains(called) ?? true else {
        let named = request.calledAETitle?.text ?? ""
        return .reject(.calledAETitleNotRecognized, words: "called as \"\(named)\", which is not an AE title of ours")
    }
    if let refusal = policy.refusal { return .reject(refusal.reject, words: refusal.words) }

    let contexts = request.presentationContexts.map { answer($0, policy) }
    let accepted = Set(contexts.filter { $0.result == .acceptance }.map(\.id))
    let classes = Set(request.presentationContexts.filter { accepted.contains($0.id) }.compactMap(\.abstractSyntax))
    var information = UserInformation()
    information.maximumLength = maximumLength
    information.implementationClassUID = Implementation.classUID
    information.implementationVersionName = Implementation.versionName
    // Said only where asked; without it one operation at a time is agreed.
    information.asynchronousOperationsWindow = request.userInformation.asynchronousOperationsWindow?.limited(to: policy.window)
    information.roleSelections = request.userInformation.roleSelections.compactMap { answer($0, policy) }
    // Of two about one class the first counts.
    var answered = Set<UID>()
    information.extendedNegotiations = request.userInformation.extendedNegotiations.compactMap { proposed in
        guard classes.contains(proposed.sopClass), answered.insert(proposed.sopClass).inserted else { return nil }
        return policy.extendedNegotiation(proposed.sopClass, proposed.applicationInformation)
            .map { ExtendedNegotiation(sopClass: proposed.sopClass, applicationInformation: $0) }
    }
    if request.userInformation.userIdentity?.wantsResponse == true {
        information.userIdentityResponse = policy.userIdentityResponse
    }
    return .accept(AssociateAccept(
        calledAETitle: request.calledAETitle, callingAETitle: request.callingAETitle,
        presentationContexts: contexts,
        userInformation: information
    ))
}

private func answer(_ context: ProposedContext, _ policy: NegotiationPolicy) -> AnsweredContext {
    func refuse(_ result: AnsweredContext.Result) -> AnsweredContext {
        // Not significant (PS3.8 §9.3.3.2), but peers expect the sub-item.
        AnsweredContext(id: context.id, result: result, transferSyntax: context.transferSyntaxes.first ?? TransferSyntax.implicitVRLittleEndian.uid)
    }
    guard let abstractSyntax = context.abstractSyntax else { return refuse(.abstractSyntaxNotSupported) }
    switch policy.services(abstractSyntax) {
    case .notSupported: return refuse(.abstractSyntaxNotSupported)
    case .notAllowed: return refuse(.userRejection)
    case .supported(let choice, _, _):
        let chosen = switch choice {
        case .proposersFirst: context.transferSyntaxes.first
        case .ours(let syntaxes): syntaxes.first(where: context.transferSyntaxes.contains)
        }
        guard let chosen else { return refuse(.transferSyntaxesNotSupported) }
        return AnsweredContext(id: context.id, result: .acceptance, transferSyntax: chosen)
    }
}

/// Roles are the requestor's: it may be SCU where we are SCP, and the reverse. A proposal of a class that we do not
/// serve goes unanswered, and the default roles hold (PS3.7 §D.3.3.4).
private func answer(_ role: RoleSelection, _ policy: NegotiationPolicy) -> RoleSelection? {
    guard case .supported(_, let scp, let scu) = policy.services(role.sopClass) else { return nil }
    return RoleSelection(sopClass: role.sopClass, scu: role.scu && scp, scp: role.scp && scu)
}

/// A presentation context that both sides agreed on.
public struct PresentationContext: Equatable, Sendable {
    public let id: UInt8
    public let abstractSyntax: UID
    public let transferSyntax: UID
    /// Roles of the association-requestor: by default it is SCU only.
    public let requestorIsSCU: Bool
    public let requestorIsSCP: Bool

    /// The contexts of a request that its answer accepts, in the request's order.
    static func agreed(_ request: AssociateRequest, _ accept: AssociateAccept) -> [PresentationContext] {
        request.presentationContexts.compactMap { proposed in
            guard let abstractSyntax = proposed.abstractSyntax,
                  let answer = accept.presentationContexts.first(where: { $0.id == proposed.id }),
                  answer.result == .acceptance, let transferSyntax = answer.transferSyntax,
                  proposed.transferSyntaxes.contains(transferSyntax)
            else { return nil }
            // An answer grants no more than was asked; without either the default roles hold (PS3.7 §D.3.3.4).
            let asked = request.userInformation.roleSelections.first { $0.sopClass == abstractSyntax }
            let granted = accept.userInformation.roleSelections.first { $0.sopClass == abstractSyntax }
            let isNegotiated = asked != nil && granted != nil
            return PresentationContext(
                id: proposed.id, abstractSyntax: abstractSyntax, transferSyntax: transferSyntax,
                requestorIsSCU: isNegotiated ? asked?.scu == true && granted?.scu == true : true,
                requestorIsSCP: isNegotiated && asked?.scp == true && granted?.scp == true
            )
        }
    }
}
