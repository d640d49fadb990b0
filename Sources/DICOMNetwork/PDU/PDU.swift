import DICOM
import NIOCore

/// Protocol data unit of the DICOM upper layer (PS3.8 §9.3).
public enum PDU: Equatable, Sendable {
    case associateRequest(AssociateRequest)
    case associateAccept(AssociateAccept)
    case associateReject(AssociateReject)
    case data([PresentationDataValue])
    case releaseRequest
    case releaseResponse
    case abort(Abort)

    /// First byte of a PDU.
    public enum Kind: UInt8, Sendable, CaseIterable, CustomStringConvertible {
        case associateRequest = 0x01
        case associateAccept = 0x02
        case associateReject = 0x03
        case data = 0x04
        case releaseRequest = 0x05
        case releaseResponse = 0x06
        case abort = 0x07

        public var description: String {
            switch self {
            case .associateRequest: "A-ASSOCIATE-RQ"
            case .associateAccept: "A-ASSOCIATE-AC"
            case .associateReject: "A-ASSOCIATE-RJ"
            case .data: "P-DATA-TF"
            case .releaseRequest: "A-RELEASE-RQ"
            case .releaseResponse: "A-RELEASE-RP"
            case .abort: "A-ABORT"
            }
        }
    }

    public var kind: Kind {
        switch self {
        case .associateRequest: .associateRequest
        case .associateAccept: .associateAccept
        case .associateReject: .associateReject
        case .data: .data
        case .releaseRequest: .releaseRequest
        case .releaseResponse: .releaseResponse
        case .abort: .abort
        }
    }
}

/// Presentation data value: a fragment of a command or data set (PS3.8 §9.3.5.1, §E.2).
///
/// What the decoder hands on may be a piece of a fragment: `isLast` is set on the final piece of a last fragment only.
public struct PresentationDataValue: Equatable, Sendable {
    public var contextID: UInt8
    public var isCommand: Bool
    public var isLast: Bool
    public var bytes: ByteBuffer

    public init(contextID: UInt8, isCommand: Bool, isLast: Bool, bytes: ByteBuffer) {
        self.contextID = contextID
        self.isCommand = isCommand
        self.isLast = isLast
        self.bytes = bytes
    }
}
