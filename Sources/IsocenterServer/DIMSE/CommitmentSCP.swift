import DICOM
import DICOMNetwork
import Database
import Logging
import Workflow

/// Storage commitment, provider (PS3.4 §J.3.2): takes requests; a job checks and reports.
struct CommitmentSCP: DIMSEService {
    let provider: CommitmentProvider
    let open: OpenRequests
    let logger: Logger

    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        let (status, words, commitment) = try await taken(message, from: caller)
        if let words { logger.warning("N-ACTION from \(caller.peer.name)@\(caller.address.host) refused: \(words)") }
        if let response = message.command.response(status, comment: words) { try await association.send(response, in: message.context) }
        if let commitment {
            open.add(commitment, association, message.context)
            provider.begin()
        }
    }

    /// - Throws: `NetworkError` where the association ended in mid-message: nothing was taken then.
    private func taken(_ message: IncomingMessage, from caller: Caller) async throws -> (DIMSEStatus, String?, Int64?) {
        let command = message.command
        guard caller.may(.commit) else { return (.notAuthorized, "\(caller.peer.name) may not ask for storage commitment", nil) }
        guard command.requestedSOPClassUID == StorageCommitment.sopClass else {
            return (.noSuchSOPClass, "the SOP class is not \(StorageCommitment.sopClass)", nil)
        }
        guard command.requestedSOPInstanceUID == StorageCommitment.sopInstance else {
            return (.noSuchSOPInstance, "the instance is not \(StorageCommitment.sopInstance)", nil)
        }
        guard command[number: .actionTypeID] == 1 else {
            return (.noSuchAction, "action type \(command[number: .actionTypeID].map(String.init) ?? "absent"): 1 is the only one", nil)
        }
        guard let title = caller.peer.title else { return (.processingFailure, "the calling title cannot be read", nil) }
        do {
            let request = try CommitmentRequest(try await message.identifier())
            return (.success, nil, try await provider.take(request, peer: caller.peer.name, aeTitle: title, ourTitle: caller.called.title))
        } catch let fault as CommitmentFault {
            return (fault.status, fault.description, nil)
        } catch let error as ReadError {
            return (.invalidArgumentValue, "\(error)", nil)
        } catch let error as DatabaseError {
            return (.processingFailure, error.message, nil)
        }
    }
}

/// Storage commitment, user (PS3.4 §J.3.3): takes the reports that peers make on associations of theirs.
struct CommitmentSCU: DIMSEService {
    let user: CommitmentUser

    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        guard let title = caller.peer.title else { return }
        try await user.answer(message, on: association, from: title)
    }
}
