import DICOMNetwork

/// Verification service class, provider (PS3.4 §A).
struct VerificationSCP: DIMSEService {
    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        guard let response = message.command.response(.success) else { return }
        try await association.send(response, in: message.context)
    }
}
