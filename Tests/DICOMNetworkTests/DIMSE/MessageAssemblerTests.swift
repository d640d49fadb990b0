import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("Message assembly and fragmentation")
struct MessageAssemblerTests {
    private static let echo = CommandSet.echoRequest(messageID: 3)
    private static let store = CommandSet.storeRequest(messageID: 4, sopClass: ctImageStorage, sopInstance: UID("1.2.3")!)

    private func bytes(_ command: CommandSet) -> [UInt8] { Array(command.encoded().readableBytesView) }

    private func assemble(_ values: [PresentationDataValue], length: Int = 65536) throws -> [MessageAssembler.Output] {
        var assembler = MessageAssembler(contextIDs: [1, 3], commandSetLength: length)
        var outputs: [MessageAssembler.Output] = []
        for value in values { try assembler.handle(value) { outputs.append($0) } }
        return outputs
    }

    @Test func commandAlone() throws {
        #expect(try assemble([data(context: 3, command: true, last: true, bytes(Self.echo))]) == [.command(Self.echo, contextID: 3)])
    }

    @Test("A command in pieces, some of them empty") func commandInPieces() throws {
        let whole = bytes(Self.echo)
        let values = [data(command: true, Array(whole[..<5])), data(command: true, []), data(command: true, Array(whole[5...])),
                      data(command: true, last: true, [])]
        #expect(try assemble(values) == [.command(Self.echo, contextID: 1)])
    }

    @Test func commandAndDataSet() throws {
        let values = [data(command: true, last: true, bytes(Self.store)), data([1, 2]), data([]), data(last: true, [3])]
            + [data(context: 3, command: true, last: true, bytes(Self.echo))]
        #expect(try assemble(values) == [
            .command(Self.store, contextID: 1), .data(ByteBuffer(bytes: [1, 2])), .data(ByteBuffer(bytes: [3])), .endOfDataSet,
            .command(Self.echo, contextID: 3),
        ])
    }

    @Test("Empty last fragment, and a data set of nothing") func emptyDataSet() throws {
        #expect(try assemble([data(command: true, last: true, bytes(Self.store)), data(last: true, [])])
            == [.command(Self.store, contextID: 1), .endOfDataSet])
    }

    @Test("What breaks the rules")
    func violations() {
        let store = data(command: true, last: true, bytes(Self.store))
        let cases: [(String, [PresentationDataValue])] = [
            ("data first", [data([1])]),
            ("context not accepted", [data(context: 5, command: true, last: true, bytes(Self.echo))]),
            ("context of zero", [data(context: 0, command: true, last: true, bytes(Self.echo))]),
            ("data before the command is complete", [data(command: true, Array(bytes(Self.store)[..<8])), data([1])]),
            ("command in the middle of a data set", [store, data([1]), data(command: true, last: true, bytes(Self.echo))]),
            ("command where the data set is due", [store, store]),
            ("context changed within the command", [data(command: true, Array(bytes(Self.echo)[..<8])), data(context: 3, command: true, last: true, [])]),
            ("context changed at the data set", [store, data(context: 3, last: true, [1])]),
            ("context changed within the data set", [store, data([1]), data(context: 3, last: true, [1])]),
            ("data after a message without", [data(command: true, last: true, bytes(Self.echo)), data(last: true, [1])]),
            ("no command set", [data(command: true, last: true, [1, 2, 3])]),
        ]
        for (name, values) in cases {
            #expect(throws: NetworkError.self, "\(name)") { try assemble(values) }
        }
    }

    @Test("A command that never ends is refused at its limit") func endlessCommand() {
        let values = Array(repeating: data(command: true, [UInt8](repeating: 0, count: 1000)), count: 100)
        #expect(throws: NetworkError.malformedCommand("longer than 65536 bytes")) { try assemble(values) }
    }

    @Test("What the fragmenter writes the decoder and assembler read", arguments: [0, 7, 8, 16, 50, 16384], [0, 1, 1000, 16377, 16378, 16379, 50000])
    func fragmenter(maximumLength: UInt32, size: Int) throws {
        let payload = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0) })
        for piece in [1000, .max] {
            var fragmenter = MessageFragmenter(contextID: 3, maximumLength: maximumLength, limits: NetworkLimits())
            fragmenter.command(Self.store)
            var rest = payload
            while let chunk = rest.readSlice(length: min(piece, rest.readableBytes)), chunk.readableBytes > 0 { fragmenter.data(chunk) }
            fragmenter.endOfData()
            let wire = fragmenter.take()

            var limits = NetworkLimits()
            limits.maximumLength = 1 << 20
            var assembler = MessageAssembler(contextIDs: [3])
            var received = ByteBuffer()
            var order: [String] = []
            for output in try decode(wire, limits: limits) {
                guard case .data(let value) = output else { Issue.record("not data"); return }
                if maximumLength >= 8 { #expect(value.bytes.readableBytes + 6 <= Int(maximumLength)) }
                try assembler.handle(value) { output in
                    switch output {
                    case .command(let command, let contextID):
                        #expect(command == Self.store && contextID == 3)
                        order.append("command")
                    case .data(let bytes): received.writeImmutableBuffer(bytes)
                    case .endOfDataSet: order.append("end")
                    }
                }
            }
            #expect(order == ["command", "end"])
            #expect(received == payload)
        }
    }
}
