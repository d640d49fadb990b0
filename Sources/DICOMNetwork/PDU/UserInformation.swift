import DICOM

/// User information item (PS3.8 §9.3.2.3, Annex D; PS3.7 §D.3.3).
public struct UserInformation: Equatable, Sendable {
    /// Largest P-DATA-TF variable field that the sender of this item receives; 0 is no limit. nil where the item is absent.
    public var maximumLength: UInt32?
    public var implementationClassUID: String?
    public var implementationVersionName: String?
    public var asynchronousOperationsWindow: AsynchronousOperationsWindow?
    public var roleSelections: [RoleSelection] = []
    public var extendedNegotiations: [ExtendedNegotiation] = []
    public var commonExtendedNegotiations: [CommonExtendedNegotiation] = []
    public var userIdentity: UserIdentity?
    /// Answer to a user identity that asked for one; in an AC only.
    public var userIdentityResponse: [UInt8]?
    /// Sub-items of other types, kept and ignored.
    public var others: [UnknownItem] = []

    public init() {}
}

/// PS3.7 §D.3.3.3: how many operations may be outstanding; 0 is no limit.
public struct AsynchronousOperationsWindow: Equatable, Sendable {
    public var invoked: UInt16
    public var performed: UInt16

    public init(invoked: UInt16, performed: UInt16) {
        self.invoked = invoked
        self.performed = performed
    }

    /// An answer never exceeds the proposal, where 0 is more than any number (PS3.7 §D.3.3.3).
    func limited(to other: AsynchronousOperationsWindow) -> AsynchronousOperationsWindow {
        func least(_ a: UInt16, _ b: UInt16) -> UInt16 { a == 0 ? b : b == 0 ? a : min(a, b) }
        return .init(invoked: least(invoked, other.invoked), performed: least(performed, other.performed))
    }
}

/// SCP/SCU role selection (PS3.7 §D.3.3.4). Roles are those of the association-requestor.
public struct RoleSelection: Equatable, Sendable {
    public var sopClass: UID
    public var scu: Bool
    public var scp: Bool

    public init(sopClass: UID, scu: Bool, scp: Bool) {
        self.sopClass = sopClass
        self.scu = scu
        self.scp = scp
    }
}

/// SOP class extended negotiation (PS3.7 §D.3.3.5); the bytes are defined by each service class in PS3.4.
public struct ExtendedNegotiation: Equatable, Sendable {
    public var sopClass: UID
    public var applicationInformation: [UInt8]

    public init(sopClass: UID, applicationInformation: [UInt8]) {
        self.sopClass = sopClass
        self.applicationInformation = applicationInformation
    }
}

/// SOP class common extended negotiation (PS3.7 §D.3.3.6), in a request only.
public struct CommonExtendedNegotiation: Equatable, Sendable {
    public var sopClass: UID
    public var serviceClass: UID
    public var relatedGeneralSOPClasses: [UID]

    /// Storage Service Class (PS3.6 Table A-1).
    public static let storageServiceClass = UID.storageServiceClass

    public init(sopClass: UID, serviceClass: UID, relatedGeneralSOPClasses: [UID] = []) {
        self.sopClass = sopClass
        self.serviceClass = serviceClass
        self.relatedGeneralSOPClasses = relatedGeneralSOPClasses
    }
}

/// User identity (PS3.7 §D.3.3.7), in a request only. Secrets: never logged, so it has no description of its bytes.
public struct UserIdentity: Equatable, Sendable, CustomStringConvertible {
    public var type: UInt8
    public var wantsResponse: Bool
    public var primaryField: [UInt8]
    public var secondaryField: [UInt8]

    public init(type: UInt8, wantsResponse: Bool, primaryField: [UInt8], secondaryField: [UInt8] = []) {
        self.type = type
        self.wantsResponse = wantsResponse
        self.primaryField = primaryField
        self.secondaryField = secondaryField
    }

    /// PS3.7 Table D.3-14.
    public static let username: UInt8 = 1
    public static let usernameAndPasscode: UInt8 = 2
    public static let kerberos: UInt8 = 3
    public static let saml: UInt8 = 4
    public static let jsonWebToken: UInt8 = 5

    public var description: String { "user identity of type \(type)" }
}

public struct UnknownItem: Equatable, Sendable {
    public var type: UInt8
    public var content: [UInt8]

    public init(type: UInt8, content: [UInt8]) {
        self.type = type
        self.content = content
    }
}
