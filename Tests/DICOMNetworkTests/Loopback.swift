import DICOM
import Logging
import NIOCore
import Synchronization

@testable import DICOMNetwork

let ctImageStorage = UID("1.2.840.10008.5.1.4.1.1.2")!
let explicitLittle = TransferSyntax.explicitVRLittleEndian.uid
let implicitLittle = TransferSyntax.implicitVRLittleEndian.uid

func title(_ text: String) -> AETitle { AETitle(text)! }

/// Takes every storage class with whatever syntax comes first, and verification.
@Sendable func storagePolicy(_ request: AssociateRequest, _ connection: ConnectionInfo) async -> NegotiationPolicy {
    NegotiationPolicy(calledAETitles: [title("ISOCENTER")]) { abstractSyntax in
        if abstractSyntax == CommandSet.verification { return .supported(.littleEndian) }
        return abstractSyntax.text.hasPrefix("1.2.840.10008.5.1.4.1.1.") ? .supported(.proposersFirst) : .notSupported
    }
}

/// Collects what is told from event loops and tasks.
final class Collector<Item: Sendable>: Sendable {
    private let state = Mutex<(items: [Item], waiters: [(Int, CheckedContinuation<Void, Never>)])>(([], []))

    func add(_ item: Item) {
        let woken = state.withLock { state in
            state.items.append(item)
            let count = state.items.count
            let woken = state.waiters.filter { $0.0 <= count }
            state.waiters.removeAll { $0.0 <= count }
            return woken
        }
        for (_, continuation) in woken { continuation.resume() }
    }

    var items: [Item] { state.withLock { $0.items } }

    /// Returns once there are this many.
    func wait(for count: Int) async -> [Item] {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.items.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
        return items
    }
}

/// What a storage provider received.
struct Stored: Sendable, Equatable {
    var sopInstance: String
    var transferSyntax: String
    var bytes: Int
    var checksum: UInt64
}

func checksum(_ sum: UInt64, _ bytes: ByteBuffer) -> UInt64 {
    var sum = sum
    bytes.withUnsafeReadableBytes { for byte in $0 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 } }
    return sum
}
let emptyChecksum: UInt64 = 0xCBF2_9CE4_8422_2325

/// Answers C-ECHO and C-STORE as an archive would, keeping nothing but a checksum.
@Sendable func serveStorage(_ association: Association, _ stored: Collector<Stored>) async throws {
    for try await message in association.messages {
        var status = DIMSEStatus.success
        switch message.command.field {
        case .cEchoRequest: break
        case .cStoreRequest:
            var sum = emptyChecksum
            var count = 0
            if let dataSet = message.dataSet {
                for try await chunk in dataSet {
                    sum = checksum(sum, chunk)
                    count += chunk.readableBytes
                }
            }
            stored.add(Stored(
                sopInstance: message.command.affectedSOPInstanceUID?.text ?? "", transferSyntax: message.context.transferSyntax.text,
                bytes: count, checksum: sum
            ))
        default: status = .unrecognizedOperation
        }
        if let response = message.command.response(status) { try await association.send(response, in: message.context) }
    }
}

/// A listener on a free port, and what it told.
struct TestListener: Sendable {
    let listener: Listener
    let records: Collector<AssociationRecord>
    let stored: Collector<Stored>

    var port: Int { listener.address.port }

    func requestor(called: String = "ISOCENTER", limits: NetworkLimits = NetworkLimits()) -> Requestor {
        Requestor(
            host: "127.0.0.1", port: port, calledAETitle: title(called), callingAETitle: title("TESTSCU"), limits: limits
        )
    }
}

/// Runs a listener while `body` runs, then shuts it down.
func withListener(
    tls: TLSServer? = nil, limits: NetworkLimits = NetworkLimits(), policy: @escaping Listener.Policy = storagePolicy,
    serve: (@Sendable (Association, Collector<Stored>) async throws -> Void)? = nil,
    _ body: (TestListener) async throws -> Void
) async throws {
    let records = Collector<AssociationRecord>()
    let stored = Collector<Stored>()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let listener = try await Listener.bind(
        host: "127.0.0.1", port: 0, tls: tls, limits: limits, logger: logger, onEnd: { records.add($0) }, policy: policy
    )
    async let running: Void = listener.run { association in try await (serve ?? serveStorage)(association, stored) }
    do {
        try await body(TestListener(listener: listener, records: records, stored: stored))
    } catch {
        await listener.shutDown(within: .zero)
        await running
        throw error
    }
    await listener.shutDown(within: .seconds(5))
    await running
}
