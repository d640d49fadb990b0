import Archive
import DICOM
import DICOMImage
import DICOMNetwork
import Logging
import Synchronization
import Workflow

/// Query/Retrieve service class, provider of C-MOVE (PS3.4 §C.4.2, Annex Y): the archive's instances to a peer of the table.
struct MoveSCP: DIMSEService {
    let archive: Archive
    let peers: PeerTable
    let sender: Sender
    let coding: any FrameCoding
    let fallback: FallbackRetrieval
    let logger: Logger

    var entry: ServiceEntry {
        ServiceEntry(
            sopClasses: { RetrieveSOPClass.move[$0.text] != nil }, commands: [.cMoveRequest], needs: .retrieve, transferSyntaxes: .littleEndian, service: self)
    }

    func answer(_ message: IncomingMessage, on association: Association, for caller: Caller) async throws {
        do {
            let request = try await RetrieveRequest(message, RetrieveSOPClass.move, for: caller)
            let destination = try await destination(of: message.command, for: caller)
            // Where the caller gives up, what is here is counted and nothing is sent.
            try? await association.withCancellation(of: message.command) {
                try await fallback.fetch(request.retrieval, for: caller.peer, as: association.calledAETitle)
            }
            try await move(request, to: destination, message, association, caller)
        } catch let refusal as RetrieveRequest.Refusal {
            try await archive.audit.recordOnce(refusal.event(by: caller, message))
            logger.notice("C-MOVE of \(caller.principal.name)@\(caller.address.host) refused: \(refusal.words)", metadata: ["association": "\(caller.act)"])
            guard let response = refusal.response(to: message.command) else { return }
            try await association.send(response, in: message.context)
        }
    }

    /// - Throws: `Refusal` A801H for a title that no peer has, that cannot be called, or to which this caller may not have anything sent.
    private func destination(of command: CommandSet, for caller: Caller) async throws -> Peer {
        func refusal(_ words: String) -> RetrieveRequest.Refusal { .init(status: .moveDestinationUnknown, words: words) }
        guard let text = command[text: .moveDestination], let title = AETitle(text) else { throw refusal("no Move Destination") }
        let known: [Peer]
        do { known = try await peers.peers(aeTitle: title) } catch {
            throw RetrieveRequest.Refusal(status: .matchesNotCounted, words: "the peers cannot be read: \(error)")
        }
        guard let destination = known.first(where: { $0.host != nil && $0.port != nil }) else {
            throw refusal(known.isEmpty ? "no peer has the AE title \(title)" : "\(title) has no host and port")
        }
        if let allowed = caller.peer.destinations, !allowed.contains(destination.name) {
            throw refusal("\(caller.principal.name) may not move to \(destination.name)")
        }
        return destination
    }

    private func move(
        _ request: RetrieveRequest, to destination: Peer, _ message: IncomingMessage, _ association: Association, _ caller: Caller
    ) async throws {
        let total: Int
        do throws(ArchiveError) { total = try await archive.count(of: request.retrieval, for: request.access) } catch {
            throw RetrieveRequest.Refusal(status: .matchesNotCounted, words: error.message)
        }
        let state = Mutex(SubOperations(message.command, total: total, receiver: destination.words))
        let record = SendingRecord(archive.audit, by: caller.actor, to: destination.aeTitle, at: destination.host ?? "")
        let objects = archive.instances(of: request.retrieval, for: request.access).map { [archive, coding, coerce = destination.coercion(from: caller.called.title)] location in
            try await record.begin(location.study.text)
            return Outgoing(location, in: archive, coding: coding, coerce: coerce)
        }
        let isStopped: @Sendable () -> Bool = { association.isCancelled(message.command) || association.end != nil }
        var options = Sender.Options()
        options.priority = message.command[number: .priority].flatMap(CommandSet.Priority.init(rawValue:)) ?? .medium
        options.moveOriginator = association.callingAETitle.map { ($0, message.command.messageID) }
        options.calling = association.calledAETitle
        options.tellsUnreached = true
        options.isStopped = isStopped
        do {
            try await until(isStopped) { [options] in
                try await sender.send(objects, to: destination, options: options) { object, result in
                    record.add(object, result)
                    if let words = result.words { logger.notice("C-MOVE of \(object.sopInstance) to \(destination.name): \(words)", metadata: ["association": "\(caller.act)"]) }
                    let pending = state.withLock { state in
                        state.add(object.sopInstance, result)
                        return state.pending()
                    }
                    // Where it cannot be sent the association has ended, which stops the sending.
                    if let pending { try? await association.send(pending, in: message.context) }
                }
            }
        } catch {
            try? await record.finish()  // What went wrong first is told.
            throw error
        }
        do { try await record.finish() } catch { throw RetrieveRequest.Refusal(status: .subOperationsNotPerformed, words: error.message) }
        let (response, dataSet) = state.withLock { $0.final(isCancelled: association.isCancelled(message.command)) }
        if let response { try await association.send(response, in: message.context, dataSet) }
    }

    /// Runs `work` to its end, or until it shall stop: what is under way then has a moment to be finished and is given up.
    ///
    /// - Throws: `Refusal` where the index cannot be read.
    private func until(_ isStopped: @escaping @Sendable () -> Bool, _ work: @escaping @Sendable () async throws -> Void) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await work() }
                group.addTask {
                    while !isStopped() { try await Task.sleep(for: .milliseconds(20)) }
                    try await Task.sleep(for: .milliseconds(40))
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            guard isStopped() else { throw CancellationError() }
        } catch let error as ArchiveError {
            throw RetrieveRequest.Refusal(status: .subOperationsNotPerformed, words: error.message)
        }
    }
}
