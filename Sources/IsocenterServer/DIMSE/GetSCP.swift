import Archive
import DICOM
import DICOMImage
import DICOMNetwork
import Logging
import Workflow

/// Query/Retrieve service class, provider of C-GET (PS3.4 §C.4.3, Annexes Y and Z): the archive's instances over the association of the
/// request, in the contexts for which the requestor took the role of an SCP.
struct GetSCP: DIMSEService {
    let archive: Archive
    let coding: any FrameCoding
    let fallback: FallbackRetrieval
    let logger: Logger

    var entry: ServiceEntry {
        ServiceEntry(
            sopClasses: { RetrieveSOPClass.get[$0.text] != nil }, commands: [.cGetRequest], needs: .retrieve, transferSyntaxes: .littleEndian, service: self)
    }

    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        do {
            let request = try await RetrieveRequest(message, RetrieveSOPClass.get, for: caller)
            // Where the caller gives up, what is here is counted and nothing is sent.
            try? await association.withCancellation(of: message.command) {
                try await fallback.fetch(request.retrieval, for: caller.peer, as: association.calledAETitle)
            }
            try await get(request, message, association, caller)
        } catch let refusal as RetrieveRequest.Refusal {
            try await archive.audit.recordOnce(refusal.event(by: caller, message))
            logger.notice("C-GET of \(caller.principal.name)@\(caller.address.host) refused: \(refusal.words)", metadata: ["association": "\(caller.act)"])
            guard let response = refusal.response(to: message.command) else { return }
            try await association.send(response, in: message.context)
        }
    }

    private func get(_ request: RetrieveRequest, _ message: IncomingMessage, _ association: Association, _ caller: Caller) async throws {
        var operations: SubOperations
        do throws(ArchiveError) {
            operations = SubOperations(message.command, total: try await archive.count(of: request.retrieval, for: request.access))
        } catch {
            throw RetrieveRequest.Refusal(status: .matchesNotCounted, words: error.message)
        }
        let priority = message.command[number: .priority].flatMap(CommandSet.Priority.init(rawValue:)) ?? .medium
        let isWithoutBulkData = message.context.abstractSyntax.text == RetrieveSOPClass.withoutBulkData
        var instances = archive.instances(of: request.retrieval, for: request.access).makeAsyncIterator()
        let coerce = caller.peer.coercion(from: caller.called.title)
        let record = SendingRecord(archive.audit, by: caller.actor)
        /// The next object, on whose first bytes work has begun.
        func prepare() async throws -> (Outgoing, Preparation)? {
            do throws(ArchiveError) {
                guard let location = try await instances.next() else { return nil }
                try await record.begin(location.study.text)
                let object = isWithoutBulkData
                    ? Outgoing(withoutBulkData: location, in: archive, coerce: coerce) : Outgoing(location, in: archive, coding: coding, coerce: coerce)
                return (object, Preparation(object, association, caller.peer.preferred, asSCP: true))
            } catch {
                throw RetrieveRequest.Refusal(status: .subOperationsNotPerformed, words: error.message)
            }
        }
        var isWhole = false
        do {
            var next = try await prepare()
            while let (object, preparation) = next, !association.isCancelled(message.command) {
                next = try await prepare()
                let result = try await send(object, preparation, association, priority)
                if let words = result.words { logger.notice("C-GET of \(object.sopInstance) by \(caller.principal.name): \(words)", metadata: ["association": "\(caller.act)"]) }
                operations.add(object.sopInstance, result)
                record.add(object, result)
                if let pending = operations.pending() { try await association.send(pending, in: message.context) }
            }
            isWhole = next == nil
        } catch {
            try? await record.finish()  // What went wrong first is told.
            throw error
        }
        try await record.finish()
        let (response, dataSet) = operations.final(isCancelled: !isWhole && association.isCancelled(message.command))
        if let response { try await association.send(response, in: message.context, dataSet) }
    }

    /// - Throws: what ends the association: it is the requestor's too.
    private func send(_ object: Outgoing, _ preparation: Preparation, _ association: Association, _ priority: CommandSet.Priority) async throws -> SendResult {
        let prepared: Prepared
        do { prepared = try await preparation.value } catch {
            try Task.checkCancellation()
            return .failed("\(error)")
        }
        return SendResult(
            try await association.store(
                sopClass: object.sopClass, sopInstance: object.sopInstance, in: prepared.context, priority: priority, dataSet: prepared.dataSet))
    }
}
