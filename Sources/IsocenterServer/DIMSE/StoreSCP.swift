import Archive
import DICOM
import DICOMNetwork
import Logging
import NIOCore

/// Storage service class, provider (PS3.4 §B): C-STORE to the archive, the archive's answer to a status.
struct StoreSCP: DIMSEService {
    let archive: Archive
    let onConflict: ConflictPolicy
    let logger: Logger

    /// - Throws: `NetworkError` where the association ended in mid-object: nothing was stored then.
    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        guard let response = try await response(to: message, from: caller) else { return }
        try await association.send(response, in: message.context)
    }

    private func response(to message: IncomingMessage, from caller: Caller) async throws -> CommandSet? {
        guard caller.access(for: .store) != nil else {
            return refusal(of: message.command, from: caller, .notAuthorized, "\(caller.principal.name) may not store")
        }
        guard let dataSet = message.dataSet, let sopClass = message.command.affectedSOPClassUID,
            let sopInstance = message.command.affectedSOPInstanceUID
        else {
            return refusal(of: message.command, from: caller, .missingAttribute, "C-STORE needs SOP class, SOP instance and a data set")
        }
        guard sopClass == message.context.abstractSyntax else {
            return refusal(of: message.command, from: caller, .dataSetDoesNotMatchSOPClass, "SOP class differs from the presentation context")
        }
        do {
            let outcome = try await store(dataSet, TransferSyntax(message.context.transferSyntax), expecting: (sopClass, sopInstance), from: caller)
            return response(to: message.command, from: caller, outcome)
        } catch let error as ArchiveError {
            return refusal(of: message.command, from: caller, error.status, error.message)
        }
    }

    /// What the sender hears, the administrator reads.
    private func refusal(of command: CommandSet, from caller: Caller, _ status: DIMSEStatus, _ words: String) -> CommandSet? {
        logger.warning("C-STORE of \(command.affectedSOPInstanceUID?.text ?? "an object") from \(caller.principal.name)@\(caller.address.host) refused: \(words)")
        return command.response(status, comment: words)
    }

    private func store(_ dataSet: IncomingDataSet, _ transferSyntax: TransferSyntax, expecting: (UID, UID), from caller: Caller) async throws -> StoreOutcome {
        let policy = (caller.peer.onConflict ?? caller.called.onConflict).flatMap { ConflictPolicy(rawValue: $0) } ?? onConflict
        let source = Source(kind: .dimse, aeTitle: caller.peer.aeTitle, host: caller.address.host, onConflict: policy)
        var ingest = try await archive.begin(
            source: source, transferSyntax: transferSyntax, expecting: expecting, corrector: caller.corrector(logger))
        do {
            for try await chunk in dataSet {
                try chunk.withUnsafeReadableBytes { (bytes) throws(ArchiveError) in try ingest.write(bytes) }
            }
        } catch {
            ingest.cancel()
            throw error
        }
        return try await ingest.finish()
    }

    private func response(to command: CommandSet, from caller: Caller, _ outcome: StoreOutcome) -> CommandSet? {
        switch outcome.result {
        case .stored, .alreadyStored, .storedAsNewVersion, .quarantined:
            return command.response(.success)
        case .conflict:
            return refusal(of: command, from: caller, .duplicateSOPInstance, "another object has this SOP Instance UID and is kept")
        }
    }
}

extension ArchiveError {
    /// PS3.4 Table B.2-1.
    var status: DIMSEStatus {
        switch code {
        case .refused: DIMSEStatus(rawValue: refusal ?? DIMSEStatus.processingFailure.rawValue)
        case .outOfResources, .storageFailed, .notWritable, .locked, .notServing: .outOfResources
        case .dataSetDoesNotMatchSOPClass: .dataSetDoesNotMatchSOPClass
        case .cannotUnderstand: .cannotUnderstand
        case .cancelled, .damaged, .invalidQuery, .newerSchema, .notFound: .processingFailure
        }
    }
}
