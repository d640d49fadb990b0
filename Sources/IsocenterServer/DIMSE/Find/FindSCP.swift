import Archive
import Audit
import DICOM
import DICOMNetwork
import Logging

/// Query service of the query/retrieve service class, provider (PS3.4 §C.4.1): C-FIND in three models.
struct FindSCP: DIMSEService {
    let archive: Archive
    let logger: Logger

    /// Answers are read from the index this many at a time: few at first, so that the first is there at once.
    private static let pages = (first: 100, others: 500)

    static func entry(archive: Archive, logger: Logger) -> ServiceEntry {
        ServiceEntry(
            sopClasses: { QueryModel(findSOPClass: $0) != nil }, commands: [.cFindRequest], needs: .query, transferSyntaxes: .littleEndian,
            extendedNegotiation: { _, proposed in FindOptions.answer(proposed) },
            service: FindSCP(archive: archive, logger: logger))
    }

    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        let request = message.command
        do {
            try await association.withCancellation(of: request) { try await find(message, on: association, for: caller) }
            try await finish(request, .success, message.context, association)
        } catch let refusal as FindIdentifier.Refusal {
            try await archive.audit.recordOnce(AuditEvent(
                .query, by: caller.actor, outcome: .minorFailure, words: refusal.words, subject: message.context.abstractSyntax.text))
            logger.warning("C-FIND from \(caller.principal.name)@\(caller.address.host) refused: \(refusal.element) \(refusal.words)", metadata: ["association": "\(caller.act)"])
            try await finish(request, refusal.status, message.context, association, comment: refusal.words, element: refusal.element)
        } catch where association.isCancelled(request) && association.end == nil {
            try await finish(request, .cancel, message.context, association)
        } catch let error as ArchiveError {
            logger.error("C-FIND from \(caller.principal.name)@\(caller.address.host) failed: \(error.message)", metadata: ["association": "\(caller.act)"])
            let status: DIMSEStatus = error.code == .invalidQuery ? .cannotUnderstand : .outOfResources
            try await finish(request, status, message.context, association, comment: error.message)
        }
    }

    private func find(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        guard let access = caller.access(for: .query) else {
            throw FindIdentifier.Refusal(status: .notAuthorized, element: .queryRetrieveLevel, words: "\(caller.principal.name) may not query")
        }
        guard let model = QueryModel(findSOPClass: message.context.abstractSyntax), message.dataSet != nil else {
            throw FindIdentifier.Refusal(status: .missingAttribute, element: .queryRetrieveLevel, words: "C-FIND needs an identifier")
        }
        let dataSet: DataSet
        do { dataSet = try await message.identifier() } catch let error as ReadError {
            throw FindIdentifier.Refusal(status: .cannotUnderstand, element: .queryRetrieveLevel, words: "\(error)")
        }
        let options = FindOptions(association.extendedNegotiation(of: message.context.abstractSyntax) ?? [])
        let identifier = try FindIdentifier(dataSet, model: model, options: options)
        let asked = AuditEvent(.query, by: caller.actor, query: identifier.words, subject: message.context.abstractSyntax.text)
        await archive.audit.recordSoon(asked) { [logger] in logger.untold($1, $0) }
        try await send(identifier, access, message, on: association, for: caller)
    }

    private func send(
        _ identifier: FindIdentifier, _ access: Access, _ message: IncomingMessage, on association: Association, for caller: Caller
    ) async throws {
        var query = archive.completed(identifier.query)
        let unsupported = query.unsupportedKeys
        if !unsupported.isEmpty {
            let paths = unsupported.map { $0.path.map(\.description).joined(separator: " > ") }.joined(separator: ", ")
            logger.info("C-FIND from \(caller.principal.name)@\(caller.address.host): not matched: \(paths)", metadata: ["association": "\(caller.act)"])
        }
        // Optional keys that were not supported for matching or existence (PS3.4 Table C.4-1).
        let status: DIMSEStatus = unsupported.isEmpty && query.unsupportedAttributes.isEmpty ? .pending : .pendingWithWarning
        guard let response = message.command.response(status, hasDataSet: true) else { return }
        let answer = FindAnswer(identifier, retrieveAETitle: caller.called.title)
        query.limit = Self.pages.first
        repeat {
            let page = try await archive.query(query, for: access)
            for match in page.answers {
                try Task.checkCancellation()
                try await association.send(response, in: message.context, dataSet: answer.dataSet(match))
            }
            query.cursor = page.next
            query.limit = Self.pages.others
        } while query.cursor != nil
    }

    private func finish(
        _ request: CommandSet, _ status: DIMSEStatus, _ context: PresentationContext, _ association: Association, comment: String? = nil, element: Tag? = nil
    ) async throws {
        guard var response = request.response(status, comment: comment) else { return }
        if let element, status == .dataSetDoesNotMatchSOPClass || status == .cannotUnderstand { response.offendingElements = [element] }
        try await association.send(response, in: context)
    }
}

extension DIMSEStatus {
    /// Pending, and one or more optional keys were not supported (PS3.4 Table C.4-1).
    static let pendingWithWarning = DIMSEStatus(rawValue: 0xFF01)
}
