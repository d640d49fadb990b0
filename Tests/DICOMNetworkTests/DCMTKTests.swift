import DICOM
import Foundation
import NIOCore
import Testing

@testable import DICOMNetwork

/// DCMTK's tools as peers, by full path: pynetdicom installs programs of the same names.
private enum DCMTK {
    static let isInstalled = ["echoscu", "storescu", "dcmsend"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    struct Answer: Sendable {
        var status: Int32
        var output: String
    }

    static func run(_ tool: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> Answer {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.executableURL = URL(filePath: "/usr/bin/\(tool)")
        process.arguments = arguments
        let output = FileManager.default.temporaryDirectory.appending(path: "dcmtk-\(UUID().uuidString).log")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Answer(status: status, output: try String(contentsOf: output, encoding: .utf8))
    }
}

/// A CT image of 512 × 512 × 16 bits in a PS3.10 file, written element by element.
private func ctFile(_ sopInstance: String, rows: Int = 512) -> [UInt8] {
    func element(_ group: UInt16, _ number: UInt16, _ vr: String, _ value: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(group, number, endianness: .little)
        buffer.writeString(vr)
        let padded = value.count % 2 == 0 ? value : value + [vr == "UI" ? 0 : 0x20]
        if ["OB", "OW"].contains(vr) {
            buffer.writeMultipleIntegers(0 as UInt16, UInt32(padded.count), endianness: .little)
        } else {
            buffer.writeInteger(UInt16(padded.count), endianness: .little)
        }
        buffer.writeBytes(padded)
        return buffer
    }
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    func number(_ number: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)] }
    func joined(_ buffers: [ByteBuffer]) -> [UInt8] { buffers.flatMap { Array($0.readableBytesView) } }

    let meta = joined([
        element(2, 1, "OB", [0, 1]), element(2, 2, "UI", text(ctImageStorage.text)), element(2, 3, "UI", text(sopInstance)),
        element(2, 0x10, "UI", text(explicitLittle.text)), element(2, 0x12, "UI", text("1.2.3.4")),
    ])
    let length = UInt32(meta.count)
    let dataSet = joined([
        element(8, 0x16, "UI", text(ctImageStorage.text)), element(8, 0x18, "UI", text(sopInstance)), element(8, 0x60, "CS", text("CT")),
        element(0x10, 0x10, "PN", text("Phantom^Test")), element(0x10, 0x20, "LO", text("P1")),
        element(0x20, 0xD, "UI", text("1.2.3.1")), element(0x20, 0xE, "UI", text("1.2.3.2")),
        element(0x28, 2, "US", number(1)), element(0x28, 4, "CS", text("MONOCHROME2")), element(0x28, 0x10, "US", number(UInt16(rows))),
        element(0x28, 0x11, "US", number(512)), element(0x28, 0x100, "US", number(16)), element(0x28, 0x101, "US", number(12)),
        element(0x28, 0x102, "US", number(11)), element(0x28, 0x103, "US", number(0)),
        element(0x7FE0, 0x10, "OW", [UInt8](repeating: 5, count: rows * 512 * 2)),
    ])
    return [UInt8](repeating: 0, count: 128) + text("DICM")
        + joined([element(2, 0, "UL", (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })]) + meta + dataSet
}

/// Bytes of the data set in `ctFile`, which starts at this offset.
private func dataSetBytes(of file: [UInt8]) -> ByteBuffer {
    let metaLength = Int(file[140]) | Int(file[141]) << 8
    return ByteBuffer(bytes: file[(144 + metaLength)...])
}

@Suite("DCMTK as peer", .serialized, .enabled(if: DCMTK.isInstalled, "DCMTK is not installed in /usr/bin"))
struct DCMTKTests {
    private func withFiles(_ count: Int, rows: Int = 512, _ body: (URL, [[UInt8]]) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isocenter-network-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = (0..<count).map { ctFile("1.2.3.2.\($0)", rows: rows) }
        for (index, file) in files.enumerated() { try Data(file).write(to: folder.appending(path: "\(index).dcm")) }
        try await body(folder, files)
    }

    @Test func echoscu() async throws {
        try await withListener { server in
            let answer = try await DCMTK.run("echoscu", ["-v", "-aec", "ISOCENTER", "127.0.0.1", "\(server.port)"])
            #expect(answer.status == 0, "\(answer.output)")
            #expect(answer.output.contains("Received Echo Response (Success)"))
            let record = await server.records.wait(for: 1)[0]
            #expect(record.end == .released)
            #expect(record.request?.userInformation.implementationVersionName?.hasPrefix("OFFIS_DCMTK") == true)
        }
    }

    @Test("echoscu: called by a wrong name, and aborting") func echoscuEnds() async throws {
        try await withListener { server in
            let wrong = try await DCMTK.run("echoscu", ["-aec", "WRONG", "127.0.0.1", "\(server.port)"])
            #expect(wrong.status != 0)
            #expect(wrong.output.contains("Called AE Title Not Recognized"), "\(wrong.output)")
            let aborting = try await DCMTK.run("echoscu", ["--abort", "-aec", "ISOCENTER", "127.0.0.1", "\(server.port)"])
            #expect(aborting.status == 0, "\(aborting.output)")
            let ends = await server.records.wait(for: 2).map(\.end)
            #expect(ends == [.rejected(.calledAETitleNotRecognized), .abortedByPeer(.serviceUser)])
        }
    }

    @Test("storescu: byte for byte, at the smallest and largest PDU it knows", arguments: [4096, 16384, 131_072])
    func storescu(pdu: Int) async throws {
        var limits = NetworkLimits()
        limits.maximumLength = UInt32(pdu)
        try await withFiles(2) { folder, files in
            try await withListener(limits: limits) { server in
                let answer = try await DCMTK.run(
                    "storescu", ["-v", "--max-send-pdu", "\(pdu)", "-aec", "ISOCENTER", "127.0.0.1", "\(server.port)"]
                        + ["0.dcm", "1.dcm"].map { folder.appending(path: $0).path }
                )
                #expect(answer.status == 0, "\(answer.output)")
                let expected = files.enumerated().map { index, file in
                    let bytes = dataSetBytes(of: file)
                    return Stored(
                        sopInstance: "1.2.3.2.\(index)", transferSyntax: explicitLittle.text, bytes: bytes.readableBytes,
                        checksum: checksum(emptyChecksum, bytes)
                    )
                }
                #expect(server.stored.items == expected)
                #expect(await server.records.wait(for: 1)[0].end == .released)
            }
        }
    }

    @Test("dcmsend, unconfigured, is not held up by delayed acknowledgements")
    func dcmsend() async throws {
        try await withFiles(100, rows: 16) { folder, _ in
            try await withListener(serve: { association, stored in
                for try await message in association.messages {
                    if let dataSet = message.dataSet { for try await _ in dataSet {} }
                    stored.add(Stored(sopInstance: "", transferSyntax: "", bytes: 0, checksum: 0))
                    try await association.send(message.command.response(.success)!, in: message.context)
                }
            }) { server in
                func send(_ environment: [String: String]) async throws -> Duration {
                    let start = ContinuousClock.now
                    let answer = try await DCMTK.run(
                        "dcmsend", ["-aec", "ISOCENTER", "--scan-directories", "127.0.0.1", "\(server.port)", folder.path],
                        environment: environment
                    )
                    #expect(answer.status == 0, "\(answer.output)")
                    return ContinuousClock.now - start
                }
                // With Nagle's algorithm off the sender never waits for an acknowledgement. Waiting costs 40 ms an instance.
                let withoutNagle = try await send(["TCP_NODELAY": "1"])
                let asItComes = try await send([:])
                #expect(server.stored.items.count == 200)
                #expect(asItComes < withoutNagle * 2 + .seconds(1))
            }
        }
    }

    @Test("storescu whose association is refused by limits is told so") func storescuRejected() async throws {
        var limits = NetworkLimits()
        limits.associations = 0
        try await withFiles(1) { folder, _ in
            try await withListener(limits: limits) { server in
                let answer = try await DCMTK.run(
                    "storescu", ["-aec", "ISOCENTER", "127.0.0.1", "\(server.port)", folder.appending(path: "0.dcm").path]
                )
                #expect(answer.status != 0)
                #expect(answer.output.contains("Local Limit Exceeded"), "\(answer.output)")
            }
        }
    }

    @Test("Our requestor to DCMTK's storescp", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/storescp")))
    func toStorescp() async throws {
        try await withFiles(1) { folder, files in
            let received = folder.appending(path: "received")
            try FileManager.default.createDirectory(at: received, withIntermediateDirectories: true)
            let port = try await freePort()
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/storescp")
            process.arguments = ["+B", "-od", received.path, "\(port)"]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            // It inherits a blocked SIGTERM from the thread that starts it.
            defer { kill(process.processIdentifier, SIGKILL) }
            let requestor = Requestor(host: "127.0.0.1", port: port, calledAETitle: title("ANY-SCP"), callingAETitle: title("ISOCENTER"))
            let association = try await connect(requestor, [.verification, .init(ctImageStorage, [explicitLittle])])
            #expect(try await association.echo() == .success)
            let response = try await association.store(
                sopClass: ctImageStorage, sopInstance: UID("1.2.3.2.0")!, in: try association.context(for: ctImageStorage),
                dataSet: dataSetBytes(of: files[0])
            )
            #expect(response.status == .success)
            try await association.release()
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: received.path).first)
            let file = [UInt8](try Data(contentsOf: received.appending(path: name)))
            #expect(dataSetBytes(of: file) == dataSetBytes(of: files[0]))
        }
    }

    private func freePort() async throws -> Int {
        let listener = try await Listener.bind(host: "127.0.0.1", port: 0, policy: storagePolicy)
        defer { Task { await listener.shutDown(within: .zero) } }
        return listener.address.port
    }

    /// Until the process listens, which it does not say.
    private func connect(_ requestor: Requestor, _ proposals: [Requestor.Proposal]) async throws -> Association {
        for _ in 0..<100 {
            if let association = try? await requestor.connect(proposals) { return association }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await requestor.connect(proposals)
    }
}
