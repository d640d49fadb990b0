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
            return message.command.response(.notAuthorized, comment: "\(principal.name) may not store")
        }
        guard let dataSet = message.dataSet, let sopClass = message.command.affectedSOPClassUID,
            let sopInstance = message.command.affectedSOPInstanceUID
        else {
            return message.command.response(.missingAttribute, comment: "C-STORE needs SOP class, SOP instance and a data set")
        }
        guard sopClass == message.context.abstractSyntax else {
            return message.command.response(.dataSetDoesNotMatchSOPClass, comment: "SOP class differs from the presentation context")
        }
        do {
            let outcome = try await store(dataSet, TransferSyntax(message.context.transferSyntax), expecting: (sopClass, sopInstance))
            return response(to: message.command, outcome)
        } catch let error as ArchiveError {
            logger.warning("C-STORE of \(sopInstance) from \(principal.name)@\(address) refused: \(error.message)")
            return message.command.response(error.status, comment: error.message)
        }
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
            logger.warning("C-STORE of \(outcome.sopInstance) from \(principal.name)@\(address): another object with this UID is kept")
            return command.response(.duplicateSOPInstance, comment: "another object has this SOP Instance UID and is kept")
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
