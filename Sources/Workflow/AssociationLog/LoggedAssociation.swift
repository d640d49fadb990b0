import DICOM
import DICOMNetwork
import Foundation

/// An association as the log keeps it, and as `/api/associations` tells it. Holds no secret: of a user identity nothing.
public struct LoggedAssociation: Sendable, Codable, Equatable, Identifiable {
    /// Given by the log.
    public var id: Int64 = 0
    public var ended: Date
    /// Seconds.
    public var lasted: Double = 0
    /// How often the same was attempted since `firstEnded`; more than one only where no association came about.
    public var times = 1
    public var firstEnded: Date?

    /// We asked for it.
    public var isOutgoing: Bool
    /// The other side: numeric where it called us.
    public var host: String
    public var port: Int
    public var callingAETitle: String?
    public var calledAETitle: String?
    /// What the other side says of itself.
    public var implementationClassUID: String?
    public var implementationVersionName: String?
    public var maximumLength: UInt32?
    /// `TLSv1.3`; nil on a plain connection.
    public var tls: String?

    /// As proposed, each with what became of it; empty where nothing was asked for.
    public var contexts: [Context] = []
    /// Responses by command and status, in the order of the standard's numbers.
    public var messages: [Messages] = []
    public var messagesReceived: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0

    public var end: End
    /// More words where there are: why the caller is not known.
    public var detail: String?

    public init(ended: Date, isOutgoing: Bool, host: String, port: Int, end: End) {
        self.ended = ended
        self.isOutgoing = isOutgoing
        self.host = host
        self.port = port
        self.end = end
    }

    /// A presentation context.
    public struct Context: Sendable, Codable, Equatable {
        public var abstractSyntax: String
        /// In the proposer's order.
        public var transferSyntaxes: [String]
        public var result: Result
        /// Where accepted.
        public var transferSyntax: String?

        public init(_ abstractSyntax: String, _ transferSyntaxes: [String], _ result: Result, _ transferSyntax: String? = nil) {
            self.abstractSyntax = abstractSyntax
            self.transferSyntaxes = transferSyntaxes
            self.result = result
            self.transferSyntax = transferSyntax
        }

        /// PS3.8 Table 9-18; `unanswered` where no answer came.
        public enum Result: String, Sendable, Codable {
            case accepted, userRejection, noReason, abstractSyntaxNotSupported, transferSyntaxesNotSupported, unanswered
        }
    }

    /// So many responses of one kind.
    public struct Messages: Sendable, Codable, Equatable {
        /// `C-STORE`
        public var command: String
        public var status: UInt16
        public var count: Int

        public init(_ command: String, _ status: UInt16, _ count: Int) {
            self.command = command
            self.status = status
            self.count = count
        }
    }

    /// Why it ended: the case, and what the case says.
    public struct End: Sendable, Codable, Equatable {
        public enum Kind: String, Sendable, Codable {
            case released, rejected, abortedByPeer, connectionLost, protocolError, foreignProtocol, noAssociation, idle, stalled, noResponse
            case abortedByUs, shutDown
        }

        public var kind: Kind
        /// In the network's words.
        public var words: String
        /// Result, source and reason of a rejection (PS3.8 Table 9-21), source and reason of an abort.
        public var numbers: [UInt8]?

        public init(_ kind: Kind, _ words: String = "", numbers: [UInt8]? = nil) {
            self.kind = kind
            self.words = words
            self.numbers = numbers
        }
    }

    public var wasAccepted: Bool { contexts.contains { $0.result != .unanswered } }
    public var failures: [Messages] { messages.filter { DIMSEStatus(rawValue: $0.status).category == .failure } }

    /// Something for an administrator to look at: no orderly end, nothing agreed upon, or an operation that failed.
    public var isFailure: Bool {
        // Ours to end; what did not speak at all is a port check.
        if end.kind == .shutDown || (end.kind == .connectionLost && contexts.isEmpty && bytesReceived == 0 && !isOutgoing) { return false }
        return end.kind != .released || !failures.isEmpty || !contexts.contains { $0.result == .accepted }
    }
}

extension LoggedAssociation.End {
    public init(_ end: AssociationEnd) {
        let kind: Kind
        var numbers: [UInt8]?
        switch end {
        case .released: kind = .released
        case .rejected(let reject):
            kind = .rejected
            numbers = [reject.result, reject.source, reject.reason]
        case .abortedByPeer(let abort):
            kind = .abortedByPeer
            numbers = [abort.source, abort.reason.rawValue]
        case .connectionLost: kind = .connectionLost
        case .protocolError: kind = .protocolError
        case .foreignProtocol, .tls: kind = .foreignProtocol
        case .noAssociation: kind = .noAssociation
        case .idle: kind = .idle
        case .stalled: kind = .stalled
        case .noResponse: kind = .noResponse
        case .abortedByUs: kind = .abortedByUs
        case .shutDown: kind = .shutDown
        }
        self.init(kind, String(end.description.prefix(500)), numbers: numbers)
    }
}

extension LoggedAssociation {
    /// Transfer syntaxes of one context that are kept: more than any device proposes in earnest.
    private static let syntaxesKept = 40

    public init(_ record: AssociationRecord, ended: Date) {
        self.init(ended: ended, isOutgoing: record.isRequestor, host: record.address.host, port: record.address.port, end: End(record.end))
        lasted = Double(record.lasted.components.seconds) + Double(record.lasted.components.attoseconds) / 1e18
        callingAETitle = record.request?.callingAETitle?.text
        calledAETitle = record.request?.calledAETitle?.text
        let peer = record.isRequestor ? record.answer?.userInformation : record.request?.userInformation
        implementationClassUID = peer?.implementationClassUID.map { String($0.prefix(64)) }
        implementationVersionName = peer?.implementationVersionName.map { String($0.prefix(64)) }
        maximumLength = peer?.maximumLength
        contexts = record.request?.presentationContexts.map { Self.context($0, record.answer) } ?? []
        messagesReceived = record.messagesReceived
        bytesReceived = record.bytesReceived
        bytesSent = record.bytesSent
        detail = record.detail.map { String($0.prefix(500)) }
    }

    private static func context(_ proposed: ProposedContext, _ answer: AssociateAccept?) -> Context {
        let answered = answer?.presentationContexts.first { $0.id == proposed.id }
        let result: Context.Result = switch answered?.result {
        case .acceptance: .accepted
        case .userRejection: .userRejection
        case .noReason: .noReason
        case .abstractSyntaxNotSupported: .abstractSyntaxNotSupported
        case .transferSyntaxesNotSupported: .transferSyntaxesNotSupported
        case nil: .unanswered
        }
        return Context(
            proposed.abstractSyntax?.text ?? "", proposed.transferSyntaxes.prefix(syntaxesKept).map(\.text), result,
            result == .accepted ? answered?.transferSyntax?.text : nil)
    }
}
