import DICOM
import DICOMNetwork
import DICOMweb

/// Sends objects to a peer's DICOMweb (STOW-RS), as ``Sender`` does over associations: in their order, each one's result told, one that
/// cannot be sent not holding up the others.
struct WebSender: Sendable {
    let client: Client
    let peer: Peer
    let bandwidth: Bandwidth

    /// - Throws: `SendError` where the service cannot be reached or will not have us; what `objects` throws; `CancellationError`.
    func send<Objects: AsyncSequence>(_ objects: Objects, options: Sender.Options, told: Sender.Told) async throws where Objects.Element == Outgoing {
        let limits = client.service.limits
        var group: [Outgoing] = [], bytes: UInt64 = 0
        var unreached: String?
        func send(_ group: [Outgoing]) async throws {
            if let unreached {
                for object in group { await told(object, .failed(unreached)) }
                return
            }
            do {
                try await self.send(group, told)
            } catch let error as Unreached where options.tellsUnreached {
                unreached = error.words
                for object in error.rest { await told(object, .failed(error.words)) }
            } catch let error as Unreached {
                throw SendError(error.words)
            }
        }
        for try await object in objects {
            if options.isStopped() { break }
            let (sum, overflows) = bytes.addingReportingOverflow(object.size ?? 0)
            if !group.isEmpty, group.count >= limits.storedInstances || overflows || sum > limits.storedBytes {
                try await send(group)
                (group, bytes) = ([], 0)
            }
            group.append(object)
            bytes = bytes &+ (object.size ?? 0)
        }
        if !options.isStopped() { try await send(group) }
    }

    /// The service cannot be reached, or will not have us.
    private struct Unreached: Error {
        var words: String
        var rest: [Outgoing]
    }

    /// One request, or several: what a refusal concerns is found by sending one at a time.
    private func send(_ group: [Outgoing], _ told: Sender.Told) async throws {
        var waiting = group
        var isSingly = false
        while !waiting.isEmpty {
            let now = isSingly ? Array(waiting.prefix(1)) : waiting
            let outcome = await attempt(now, told)
            waiting = Array(waiting.dropFirst(outcome.told))
            guard let error = outcome.error else { continue }
            guard let first = waiting.first else { return }
            switch error {
            case let error as StoreBodyError:
                guard let index = waiting.firstIndex(where: { $0.sopInstance == error.instance }) else { throw error }
                await told(waiting.remove(at: index), .failed(error.description))
            case let error as RemoteError where error.isOfWhatWasSent:
                if isSingly || waiting.count == 1 {
                    waiting.removeFirst()
                    await told(first, .refused("\(error)", .cannotUnderstand))
                } else {
                    isSingly = true
                }
            case let error as RemoteError: throw Unreached(words: "\(peer.name): \(error)", rest: waiting)
            default: throw error
            }
        }
    }

    /// How many were told, from the first on, and what ended it.
    private func attempt(_ group: [Outgoing], _ told: Sender.Told) async -> (told: Int, error: (any Error)?) {
        var count = 0
        do {
            var byInstance: [UID: [Outgoing]] = [:]
            for object in group.reversed() { byInstance[object.sopInstance, default: []].append(object) }
            let rate = peer.bandwidth, bandwidth = bandwidth, preferred = peer.preferred
            var objects: [StoreObject] = []
            for object in group {
                objects.append(try StoreObject(object, preferred: preferred) { bytes in if let rate { try await bandwidth.pass(bytes, rate) } })
            }
            try await client.store(objects) { stored, outcome in
                guard let object = byInstance[stored.sopInstance]?.popLast() else { return }
                count += 1
                await told(object, SendResult(outcome, by: peer))
            }
            return (count, nil)
        } catch {
            return (count, error)
        }
    }
}

extension RemoteError {
    /// Whether it was refused for what it is, so that another object may fare better.
    var isOfWhatWasSent: Bool {
        switch code {
        case .status: (400..<500).contains(status ?? 0) && status != 405 && status != 408
        default: false
        }
    }
}

extension SendResult {
    init(_ outcome: RemoteOutcome, by peer: Peer) {
        func words(_ reason: UInt16) -> (String, DIMSEStatus) {
            let status = DIMSEStatus(rawValue: reason)
            return ("\(status)\(status.meaning(in: "storage").map { " \($0)" } ?? "")", status)
        }
        switch outcome {
        case .stored: self = .stored
        case .warned(let reason):
            let (text, status) = words(reason)
            self = .warned(text, status)
        case .refused(let reason?):
            let (text, status) = words(reason)
            self = .refused(text, status)
        case .refused(nil): self = .refused("refused without a reason", .processingFailure)
        case .unmentioned: self = .failed("\(peer.name) does not say what became of it")
        }
    }
}
