import DICOM
import DICOMNetwork
import Workflow

/// What answers the requests of one service class (PS3.4).
protocol DIMSEService: Sendable {
    /// Answers one request to its end; every response is sent here.
    ///
    /// - Throws: what ends the association. Whatever can be said by a status is no error.
    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws

    /// Takes one request in, and returns what is left to be done until it is answered: to a peer that need not wait for answers it is
    /// done while the next request is taken in. nil where all is done.
    func receive(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws -> Rest?
}

extension DIMSEService {
    typealias Rest = @Sendable () async throws -> Void

    func receive(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws -> Rest? {
        try await answer(message, on: association, for: caller)
        return nil
    }
}

/// Which service answers which commands of which SOP classes, to whom, in which transfer syntaxes.
struct ServiceEntry: Sendable {
    var sopClasses: @Sendable (UID) -> Bool
    var commands: Set<CommandField>
    /// What the caller must be allowed; nil: everyone who is known.
    var needs: Peer.Service?
    var transferSyntaxes: NegotiationPolicy.TransferSyntaxChoice
    /// Whether we may also be the user of these SOP classes, where the caller offers to provide them (PS3.7 §D.3.3.4).
    var use = Use.never
    /// Answer to a SOP Class Extended Negotiation (PS3.7 §D.3.3.5); nil is none.
    var extendedNegotiation: @Sendable (_ sopClass: UID, _ information: [UInt8]) -> [UInt8]? = { _, _ in nil }
    var service: any DIMSEService

    enum Use: Sendable {
        case never
        /// What C-GET sends goes out in contexts of storage.
        case withWhoMay(Peer.Service)
        /// Whom we have asked may tell us the outcome.
        case withAnyone
    }
}

/// Every service of the DICOM port. A new one is an entry.
struct ServiceTable: Sendable {
    var entries: [ServiceEntry]

    func entry(for sopClass: UID) -> ServiceEntry? { entries.first { $0.sopClasses(sopClass) } }

    func entry(for message: IncomingMessage) -> ServiceEntry? {
        entries.first { $0.commands.contains(message.command.field) && $0.sopClasses(message.context.abstractSyntax) }
    }
}
