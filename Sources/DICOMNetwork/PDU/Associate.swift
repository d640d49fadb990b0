import DICOM

/// A-ASSOCIATE-RQ (PS3.8 §9.3.2).
public struct AssociateRequest: Equatable, Sendable {
    /// Bit 0 is version 1, the only one.
    public var protocolVersion: UInt16 = 1
    /// nil where the field holds no AE title.
    public var calledAETitle: AETitle?
    public var callingAETitle: AETitle?
    /// 1.2.840.10008.3.1.1.1 for DICOM (PS3.7 §A.2.1).
    public var applicationContext: String = ApplicationContext.dicom
    public var presentationContexts: [ProposedContext]
    public var userInformation: UserInformation

    public init(
        calledAETitle: AETitle?, callingAETitle: AETitle?,
        presentationContexts: [ProposedContext], userInformation: UserInformation
    ) {
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.presentationContexts = presentationContexts
        self.userInformation = userInformation
    }
}

extension AssociateRequest {
    /// What the requestor says of a SOP class that we may not know (PS3.7 §D.3.3.6): the service class it belongs to, and more
    /// general classes that its instances can be taken for.
    public func commonExtendedNegotiation(of sopClass: UID) -> CommonExtendedNegotiation? {
        userInformation.commonExtendedNegotiations.first { $0.sopClass == sopClass }
    }
}

/// A-ASSOCIATE-AC (PS3.8 §9.3.3).
public struct AssociateAccept: Equatable, Sendable {
    public var protocolVersion: UInt16 = 1
    /// Echo of the request's titles; a receiver does not test them.
    public var calledAETitle: AETitle?
    public var callingAETitle: AETitle?
    public var applicationContext: String = ApplicationContext.dicom
    public var presentationContexts: [AnsweredContext]
    public var userInformation: UserInformation

    public init(
        calledAETitle: AETitle?, callingAETitle: AETitle?,
        presentationContexts: [AnsweredContext], userInformation: UserInformation
    ) {
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.presentationContexts = presentationContexts
        self.userInformation = userInformation
    }
}

public enum ApplicationContext {
    /// PS3.7 §A.2.1.
    public static let dicom = "1.2.840.10008.3.1.1.1"
}

/// Presentation context of a request (PS3.8 §9.3.2.2).
public struct ProposedContext: Equatable, Sendable {
    /// Odd, 1 to 255.
    public var id: UInt8
    /// nil where the peer sent something that is no UID: such a context is answered, not accepted.
    public var abstractSyntax: UID?
    /// In the proposer's order, which is not a preference by the standard but is one in practice.
    public var transferSyntaxes: [UID]

    public init(id: UInt8, abstractSyntax: UID?, transferSyntaxes: [UID]) {
        self.id = id
        self.abstractSyntax = abstractSyntax
        self.transferSyntaxes = transferSyntaxes
    }
}

/// Presentation context of an acceptance (PS3.8 §9.3.3.2).
public struct AnsweredContext: Equatable, Sendable {
    public var id: UInt8
    public var result: Result
    /// Significant where the result is acceptance.
    public var transferSyntax: UID?

    public init(id: UInt8, result: Result, transferSyntax: UID?) {
        self.id = id
        self.result = result
        self.transferSyntax = transferSyntax
    }

    /// Result/reason (PS3.8 Table 9-18).
    public enum Result: UInt8, Sendable, CustomStringConvertible {
        case acceptance = 0
        case userRejection = 1
        case noReason = 2
        case abstractSyntaxNotSupported = 3
        case transferSyntaxesNotSupported = 4

        public var description: String {
            switch self {
            case .acceptance: "accepted"
            case .userRejection: "rejected by the peer's application"
            case .noReason: "rejected by the peer without a reason"
            case .abstractSyntaxNotSupported: "the peer does not support this SOP class"
            case .transferSyntaxesNotSupported: "the peer supports none of the proposed transfer syntaxes"
            }
        }
    }
}
