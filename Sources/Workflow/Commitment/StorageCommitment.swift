import DICOM
import DICOMNetwork

/// Storage Commitment Push Model (PS3.4 Annex J): who keeps objects promises, when asked, to keep them.
public enum StorageCommitment {
    /// PS3.4 §J.3.5. Well-formed by inspection; a test asserts both against the table.
    public static let sopClass = UID("1.2.840.10008.1.20.1")!
    /// The one instance that everybody speaks of (PS3.4 §J.3.6).
    public static let sopInstance = UID("1.2.840.10008.1.20.1.1")!

    /// Request Storage Commitment (PS3.4 §J.3.2.1).
    static let requestAction: UInt16 = 1
    /// PS3.4 §J.3.3.1.
    static let successEvent: UInt16 = 1
    static let failuresExistEvent: UInt16 = 2

    public static let proposal = Requestor.Proposal(sopClass, [TransferSyntax.explicitVRLittleEndian.uid, TransferSyntax.implicitVRLittleEndian.uid])

    /// In one request; a data set of so many stays within what is read into memory.
    static let mostReferences = 100_000
}

/// An object of which a commitment speaks.
public struct SOPReference: Sendable, Hashable {
    public var sopClass: UID
    public var sopInstance: UID

    public init(sopClass: UID, sopInstance: UID) {
        self.sopClass = sopClass
        self.sopInstance = sopInstance
    }
}

/// Failure Reason (0008,1197) of an object that is not committed (PS3.4 Table J.3-4, PS3.3 §C.14).
public struct FailureReason: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let processingFailure = FailureReason(rawValue: 0x0110)
    public static let noSuchObjectInstance = FailureReason(rawValue: 0x0112)
    public static let classInstanceConflict = FailureReason(rawValue: 0x0119)
    public static let sopClassNotSupported = FailureReason(rawValue: 0x0122)
    public static let duplicateTransactionUID = FailureReason(rawValue: 0x0131)
    public static let resourceLimitation = FailureReason(rawValue: 0x0213)

    public var words: String {
        switch self {
        case .processingFailure: "processing failure"
        case .noSuchObjectInstance: "no such object"
        case .classInstanceConflict: "the object is of another SOP class"
        case .sopClassNotSupported: "the SOP class is not supported"
        case .duplicateTransactionUID: "the transaction UID is in use"
        case .resourceLimitation: "not enough resources"
        default: "failure reason \(String(rawValue, radix: 16, uppercase: true))H"
        }
    }
}

/// What is known of one object of a commitment.
public enum CommitmentResult: Sendable, Hashable {
    case pending
    case committed
    /// - Parameter words: for people; the reason's own where nothing more is known.
    case failed(FailureReason, String)
}

/// A request or report that is not as PS3.4 Annex J wants it: the status to answer with, and why.
public struct CommitmentFault: Error, Sendable, Equatable, CustomStringConvertible {
    public var status: DIMSEStatus
    public var description: String

    public init(_ status: DIMSEStatus, _ words: String) {
        self.status = status
        description = words
    }
}

extension DIMSEStatus {
    // PS3.7 §C.4, §C.5.
    public static let noSuchSOPInstance = DIMSEStatus(rawValue: 0x0112)
    public static let noSuchEventType = DIMSEStatus(rawValue: 0x0113)
    public static let invalidArgumentValue = DIMSEStatus(rawValue: 0x0115)
    public static let noSuchAction = DIMSEStatus(rawValue: 0x0123)
    /// PS3.4 Table J.3-4 as a reason, used as the status of the request too.
    static let duplicateTransactionUID = DIMSEStatus(rawValue: 0x0131)
}
