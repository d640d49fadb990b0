import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What goes wrong between the socket and the DIMSE message. Descriptions are for people: log, peer's administrator, command line.
public enum NetworkError: Error, Equatable, Sendable {
    // What the peer sent
    case malformedPDU(PDU.Kind, offset: Int, String)
    case unknownPDU(type: UInt8)
    case pduTooLong(PDU.Kind, length: UInt32, limit: UInt32)
    case foreignProtocol(ForeignProtocol)
    case malformedCommand(String)
    case malformedMessage(String)

    // What we were asked to send
    case itemTooLong(type: UInt8, length: Int)
    case noContextAccepted(sopClass: String, String)
    case notEstablished
    case operationInProgress

    // What became of the connection
    /// A certificate or key cannot be used.
    case tls(String)
    case cannotListen(host: String, port: Int, String)
    case cannotConnect(host: String, port: Int, String)
    case rejected(AssociateReject)
    case ended(AssociationEnd)
    case unexpectedResponse(String)
    case cancelled
}

extension NetworkError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedPDU(let kind, let offset, let message): "\(kind) at byte \(offset): \(message)"
        case .unknownPDU(let type): "unknown PDU type \(hex(type))"
        case .pduTooLong(let kind, let length, let limit): "\(kind) claims \(length) bytes; the limit is \(limit)"
        case .foreignProtocol(let peer): "this port speaks DICOM; the peer sent \(peer.words)"
        case .malformedCommand(let message): "DIMSE command: \(message)"
        case .malformedMessage(let message): "DIMSE message: \(message)"
        case .itemTooLong(let type, let length): "item \(hex(type)) of \(length) bytes does not fit its 16-bit length"
        case .noContextAccepted(let sopClass, let why): "no presentation context for SOP class \(sopClass): \(why)"
        case .notEstablished: "the association is not established"
        case .operationInProgress: "as many operations of this association are under way as the peer allows"
        case .tls(let why): "TLS: \(why)"
        case .cannotListen(let host, let port, let why): "cannot listen on \(host) port \(port): \(why)"
        case .cannotConnect(let host, let port, let why): "cannot connect to \(host) port \(port): \(why)"
        case .rejected(let reject): "the peer rejected the association (\(reject))"
        case .ended(let end): end.description
        case .unexpectedResponse(let message): "unexpected response: \(message)"
        case .cancelled: "cancelled"
        }
    }
}

/// What the system says of a failed call, without the call.
func words(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    let text = String(cString: strerror(error.errnoCode))
    return error.errnoCode == EACCES ? "\(text) (ports below 1024 need the right to bind them)" : text
}

/// `0AH`, as the standard writes numbers.
func hex(_ number: some FixedWidthInteger) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    let width = number.bitWidth / 4
    return String(repeating: "0", count: max(0, width - digits.count)) + digits + "H"
}
