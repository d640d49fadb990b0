import Archive
import DICOM
import DICOMNetwork
import Logging
import NIOCore

/// Storage service class, provider (PS3.4 §B): C-STORE to the archive, the archive's answer to a status.
struct StoreSCP: Sendable {
    let archive: Archive
    let principal: Principal
    let address: String
    let onConflict: ConflictPolicy
    let logger: Logger

    /// - Throws: `NetworkError` where the association ended in mid-object: nothing was stored then.
    func answer(_ message: IncomingMessage) async throws -> CommandSet? {
        guard Policy.access(of: principal, for: .store) != nil else {
            return refusal(of: message.command, .notAuthorized, "\(principal.name) may not store")
        }
        guard let dataSet = message.dataSet, let sopClass = message.command.affectedSOPClassUID,
            let sopInstance = message.command.affectedSOPInstanceUID
        else {
            return refusal(of: message.command, .missingAttribute, "C-STORE needs SOP class, SOP instance and a data set")
        }
        guard sopClass == message.context.abstractSyntax else {
            return refusal(of: message.command, .dataSetDoesNotMatchSOPClass, "SOP class differs from the presentation context")
        }
        do {
            let outcome = try await store(dataSet, TransferSyntax(message.context.transferSyntax), expecting: (sopClass, sopInstance))
            return response(to: message.command, outcome)
        } catch let error as ArchiveError {
            return refusal(of: message.command, error.status, error.message)
        }
    }

    /// What the sender hears, the administrator reads.
    private func refusal(of command: CommandSet, _ status: DIMSEStatus, _ words: String) -> CommandSet? {
        logger.warning("C-STORE of \(command.affectedSOPInstanceUID?.text ?? "an object") from \(principal.name)@\(address) refused: \(words)")
        return command.response(status, comment: words)
    }

    private func store(_ dataSet: IncomingDataSet, _ transferSyntax: TransferSyntax, expecting: (UID, UID)) async throws -> StoreOutcome {
        let source = Source(kind: .dimse, aeTitle: principal.name, host: address, onConflict: onConflict)
        let ingest = try await archive.begin(source: source, transferSyntax: transferSyntax, expecting: expecting)
        do {
            for try await chunk in dataSet {
                try await ingest.write(Array(buffer: chunk))
            }
        } catch {
            await ingest.cancel()
            throw error
        }
        return try await ingest.finish()
    }

    private func response(to command: CommandSet, _ outcome: StoreOutcome) -> CommandSet? {
        switch outcome.result {
        case .stored, .alreadyStored, .storedAsNewVersion, .quarantined:
            return command.response(.success)
        case .conflict:
            return refusal(of: command, .duplicateSOPInstance, "another object has this SOP Instance UID and is kept")
        }
    }
}

extension ArchiveError {
    /// PS3.4 Table B.2-1.
    var status: DIMSEStatus {
        switch code {
        case .outOfResources, .storageFailed, .notWritable, .locked, .notServing: .outOfResources
        case .dataSetDoesNotMatchSOPClass: .dataSetDoesNotMatchSOPClass
        case .cannotUnderstand: .cannotUnderstand
        case .cancelled, .damaged, .invalidQuery, .newerSchema, .notFound: .processingFailure
        }
    }
}
