import Archive
import Audit
import DICOM
import DICOMNetwork
import Workflow

/// The SOP classes of query/retrieve that retrieve (PS3.4 §C.6, §Y.5, §Z.5).
enum RetrieveSOPClass {
    static let move: [String: Retrieval.Model] = [
        "1.2.840.10008.5.1.4.1.2.1.2": .patientRoot, "1.2.840.10008.5.1.4.1.2.2.2": .studyRoot,
        "1.2.840.10008.5.1.4.1.2.3.2": .patientStudyOnly, "1.2.840.10008.5.1.4.1.2.4.2": .compositeInstanceRoot,
    ]
    static let get: [String: Retrieval.Model] = [
        "1.2.840.10008.5.1.4.1.2.1.3": .patientRoot, "1.2.840.10008.5.1.4.1.2.2.3": .studyRoot,
        "1.2.840.10008.5.1.4.1.2.3.3": .patientStudyOnly, "1.2.840.10008.5.1.4.1.2.4.3": .compositeInstanceRoot,
        withoutBulkData: .compositeInstanceRoot,
    ]
    static let withoutBulkData = "1.2.840.10008.5.1.4.1.2.5.3"
}

/// A C-MOVE-RQ or C-GET-RQ as it is understood, or the response that refuses it.
struct RetrieveRequest {
    let command: CommandSet
    let retrieval: Retrieval
    let access: Access

    /// Why a request is refused: what its response says.
    struct Refusal: Error {
        var status: DIMSEStatus
        var words: String
        var offending: Tag?

        /// For the audit trail: nothing was sent.
        func event(by caller: Caller, _ message: IncomingMessage) -> AuditEvent {
            let kind: AuditKind = status == .notAuthorized || status == .moveDestinationUnknown ? .notAllowed : .sent
            let title = message.command[text: .moveDestination].flatMap { AETitle($0) }?.text ?? ""
            return AuditEvent(
                kind, by: caller.actor, outcome: .minorFailure, words: words, other: title, instances: ["": 0], subject: message.context.abstractSyntax.text)
        }

        func response(to command: CommandSet) -> CommandSet? {
            var response = command.response(status, comment: words)
            if let offending { response?[tags: .offendingElement] = [offending] }
            return response
        }
    }

    private static let longestIdentifier = 16 << 20

    /// - Throws: `Refusal`; `NetworkError` where the association ended.
    init(_ message: IncomingMessage, _ models: [String: Retrieval.Model], for caller: Caller) async throws {
        command = message.command
        // Read whatever the answer: what follows in the stream is the next message.
        let bytes = try await message.dataSet?.collect(upTo: Self.longestIdentifier)
        guard let access = caller.access(for: .retrieve) else {
            throw Refusal(status: .notAuthorized, words: "\(caller.principal.name) may not retrieve")
        }
        self.access = access
        guard let model = models[message.context.abstractSyntax.text], let bytes else {
            throw Refusal(status: .identifierDoesNotMatch, words: "a retrieve needs an identifier")
        }
        let identifier: DataSet
        do throws(ReadError) {
            var reader = EncodedDataSetReader(transferSyntax: TransferSyntax(message.context.transferSyntax), length: UInt64(bytes.readableBytes))
            try reader.feed(Array(buffer: bytes))
            try reader.finish()
            identifier = reader.reader.dataSet
        } catch {
            throw Refusal(status: .unableToProcess, words: "the identifier cannot be read: \(error)", offending: error.path.last)
        }
        do throws(Retrieval.Invalid) {
            retrieval = try Retrieval(identifier, model: model)
        } catch {
            let status: DIMSEStatus = switch error.problem {
            case .doesNotMatchSOPClass: .identifierDoesNotMatch
            case .notUnderstood: .unableToProcess
            case .framesNotExtracted: .framesNotExtracted
            }
            throw Refusal(status: status, words: error.description, offending: error.tag)
        }
    }
}

extension Association {
    /// A response, and its data set where it has one.
    func send(_ response: CommandSet, in context: PresentationContext, _ dataSet: DataSet?) async throws {
        if let dataSet { try await send(response, in: context, dataSet: dataSet) } else { try await send(response, in: context) }
    }
}
