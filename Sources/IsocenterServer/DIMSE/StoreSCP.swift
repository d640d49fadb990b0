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
        try await receive(message, on: association, for: caller)?()
    }

    func receive(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws -> Rest? {
        let command = message.command
        func refuse(_ status: DIMSEStatus, _ words: String) async throws -> Rest? {
            if let response = refusal(of: command, from: caller, status, words) { try await association.send(response, in: message.context) }
            return nil
        }
        guard caller.access(for: .store) != nil else {
            return try await refuse(.notAuthorized, "\(caller.principal.name) may not store")
        }
        guard let dataSet = message.dataSet, let sopClass = command.affectedSOPClassUID, let sopInstance = command.affectedSOPInstanceUID else {
            return try await refuse(.missingAttribute, "C-STORE needs SOP class, SOP instance and a data set")
        }
        guard sopClass == message.context.abstractSyntax else {
            return try await refuse(.dataSetDoesNotMatchSOPClass, "SOP class differs from the presentation context")
        }
        do {
            let ingest = try await take(dataSet, TransferSyntax(message.context.transferSyntax), expecting: (sopClass, sopInstance), from: caller)
            return {
                guard let response = await finish(ingest, command, from: caller) else { return }
                try await association.send(response, in: message.context)
            }
        } catch let error as ArchiveError {
            return try await refuse(error.status, error.message)
        }
    }

    /// What the sender hears, the administrator reads.
    private func refusal(of command: CommandSet, from caller: Caller, _ status: DIMSEStatus, _ words: String) -> CommandSet? {
        caller.tally.refuse(words)
        logger.warning("C-STORE of \(command.affectedSOPInstanceUID?.text ?? "an object") from \(caller.principal.name)@\(caller.address.host) refused: \(words)", metadata: ["association": "\(caller.act)"])
        return command.response(status, comment: words)
    }

    /// All bytes of an object, not yet durable.
    private func take(_ dataSet: IncomingDataSet, _ transferSyntax: TransferSyntax, expecting: (UID, UID), from caller: Caller) async throws -> Ingest {
        let policy = (caller.peer.onConflict ?? caller.called.onConflict).flatMap { ConflictPolicy(rawValue: $0) } ?? onConflict
        let source = Source(kind: .dimse, aeTitle: caller.peer.aeTitle, host: caller.address.host, onConflict: policy, act: caller.act)
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
        return ingest
    }

    private func finish(_ ingest: Ingest, _ command: CommandSet, from caller: Caller) async -> CommandSet? {
        var ingest = ingest
        do {
            return response(to: command, from: caller, try await ingest.finish())
        } catch {
            return refusal(of: command, from: caller, error.status, error.message)
        }
    }

    private func response(to command: CommandSet, from caller: Caller, _ outcome: StoreOutcome) -> CommandSet? {
        switch outcome.result {
        case .stored, .alreadyStored, .storedAsNewVersion, .quarantined:
            caller.tally.add(outcome)
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
        case .outOfResources, .storageFailed, .unavailable, .notWritable, .locked, .notServing: .outOfResources
        case .dataSetDoesNotMatchSOPClass: .dataSetDoesNotMatchSOPClass
        case .cannotUnderstand: .cannotUnderstand
        case .away, .cancelled, .damaged, .invalidQuery, .newerSchema, .notFound: .processingFailure
        }
    }
}
