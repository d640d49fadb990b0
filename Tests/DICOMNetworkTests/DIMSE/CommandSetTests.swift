import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("Command sets")
struct CommandSetTests {
    /// The fragment of the only value of a P-DATA-TF.
    private func fragment(_ conversation: String, _ direction: Character, _ index: Int) throws -> ByteBuffer {
        let bytes = try #require(Fixture.pdus(conversation, direction).dropFirst(index).first)
        guard case .data(let value)? = try decode(bytes).first else { throw NetworkError.notEstablished }
        return value.bytes
    }

    @Test("What DCMTK sends is read, and ours is the same bytes")
    func echo() throws {
        let request = try CommandSet(encoded: try fragment("echo", ">", 1))
        #expect(request.field == .cEchoRequest)
        #expect(request.messageID == 1)
        #expect(request.affectedSOPClassUID == CommandSet.verification)
        #expect(!request.hasDataSet)
        #expect(CommandSet.echoRequest(messageID: 1).encoded() == (try fragment("echo", ">", 1)))

        let response = try CommandSet(encoded: try fragment("echo", "<", 1))
        #expect(response.field == .cEchoResponse)
        #expect(response.status == .success)
        #expect(request.response(.success)?.encoded() == (try fragment("echo", "<", 1)))
    }

    @Test func store() throws {
        let request = try CommandSet(encoded: try fragment("store", ">", 1))
        #expect(request.field == .cStoreRequest)
        #expect(request.hasDataSet)
        #expect(request.affectedSOPClassUID?.text == "1.2.840.10008.5.1.4.1.1.11.1")
        #expect(request.missingElements.isEmpty)
        let instance = try #require(request.affectedSOPInstanceUID)
        let ours = CommandSet.storeRequest(messageID: 1, sopClass: UID("1.2.840.10008.5.1.4.1.1.11.1")!, sopInstance: instance)
        #expect(ours == request)
        #expect(request.response(.success)?.encoded() == (try fragment("store", "<", 1)))
    }

    private func element(_ number: UInt16, _ value: [UInt8], group: UInt16 = 0, length: UInt32? = nil) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(group, number, length ?? UInt32(value.count), endianness: .little)
        return Array(buffer.readableBytesView) + value
    }
    private var field: [UInt8] { element(0x0100, [0x30, 0]) }
    private var id: [UInt8] { element(0x0110, [5, 0]) }
    private var noDataSet: [UInt8] { element(0x0800, [1, 1]) }

    @Test("Without group length it is read all the same") func noGroupLength() throws {
        let command = try CommandSet(encoded: ByteBuffer(bytes: field + id + noDataSet))
        #expect(command == { var c = CommandSet(.cEchoRequest, hasDataSet: false); c.messageID = 5; return c }())
    }

    @Test("What is no command set")
    func malformed() {
        let cases: [(String, [UInt8])] = [
            ("empty", []),
            ("no command field", id + noDataSet),
            ("no data set type", field + id),
            ("no message id", field + noDataSet),
            ("response without the id it answers", element(0x0100, [0x30, 0x80]) + id + noDataSet),
            ("cancel without the id it cancels", element(0x0100, [0xFF, 0x0F]) + id + noDataSet),
            ("unknown command field", element(0x0100, [0x31, 0]) + id + noDataSet),
            ("group length too large", element(0, [27, 0, 0, 0]) + field + id + noDataSet),
            ("group length too small", element(0, [29, 0, 0, 0]) + field + id + noDataSet),
            ("group length of two bytes", element(0, [30, 0]) + field + id + noDataSet),
            ("group length last", field + id + noDataSet + element(0, [30, 0, 0, 0])),
            ("element twice", field + id + id + noDataSet),
            ("command field twice", field + field + id + noDataSet),
            ("another group", field + id + noDataSet + element(0x0020, [65, 66], group: 0x0010)),
            ("four bytes where US has two", field + element(0x0110, [5, 0, 0, 0]) + noDataSet),
            ("one byte where US has two", field + element(0x0110, [5]) + noDataSet),
            ("empty message id", field + element(0x0110, []) + noDataSet),
            ("length beyond the end", field + id + element(0x0800, [1, 1], length: 3)),
            ("length 2^31", field + id + element(0x0800, [1, 1], length: 1 << 31)),
            ("length 2^32 - 1", field + id + element(0x0800, [1, 1], length: .max)),
            ("seven bytes left over", field + id + noDataSet + [0, 0, 0x10, 0, 0, 0, 0]),
            ("explicit VR", hexBytes("0000 0001 5553 0200 3000 0000 1001 5553 0200 0500")),
        ]
        for (name, bytes) in cases {
            #expect(throws: NetworkError.self, "\(name)") { try CommandSet(encoded: ByteBuffer(bytes: bytes)) }
        }
    }

    @Test("Cut at any byte it is refused") func truncated() throws {
        let whole = try fragment("store", ">", 1)
        for count in 0..<whole.readableBytes {
            let cut = try #require(whole.getSlice(at: whole.readerIndex, length: count))
            #expect(throws: NetworkError.self) { try CommandSet(encoded: cut) }
        }
    }

    @Test("Required elements that are absent or unreadable are named")
    func missing() throws {
        let bytes = element(0x0100, [1, 0]) + id + element(0x0800, [0, 0]) + element(0x1000, Array("../x".utf8))
        let command = try CommandSet(encoded: ByteBuffer(bytes: bytes))
        #expect(Set(command.missingElements) == [.affectedSOPClassUID, .priority, .affectedSOPInstanceUID])
        #expect(command.affectedSOPInstanceUID == nil)
    }

    @Test("An error comment is short ASCII, and only where something went wrong")
    func comments() throws {
        let request = CommandSet.echoRequest(messageID: 9)
        #expect(request.response(.success, comment: "fine")?.errorComment == nil)
        let failed = try #require(request.response(.outOfResources, comment: "Käse\n\\" + String(repeating: "x", count: 100)))
        #expect(failed.errorComment == "K?se??" + String(repeating: "x", count: 58))
        #expect(failed.messageIDBeingRespondedTo == 9)
        #expect(failed.response(.success) == nil)
    }

    @Test("AT values") func tags() throws {
        var command = CommandSet(.nGetRequest, hasDataSet: false)
        command.messageID = 1
        command[tags: .attributeIdentifierList] = [Tag(0x0010, 0x0020), Tag(0x7FE0, 0x0010)]
        #expect(try CommandSet(encoded: command.encoded()) == command)
        #expect(command[tags: .attributeIdentifierList] == [Tag(0x0010, 0x0020), Tag(0x7FE0, 0x0010)])
    }
}

@Suite("Tables of PS3.7")
struct CommandTableTests {
    @Test func elements() {
        #expect(CommandTable.elements.split(separator: "\n").count == 46)
        #expect(Set(CommandTable.elements.split(separator: "\n").map { $0.prefix(4) }).count == 46)
        for element in CommandElement.allCases {
            let keyword = CommandTable.element(element.rawValue)?.keyword ?? ""
            #expect(keyword.lowercased() == "\(element)".lowercased())
        }
        #expect(CommandElement.allCases.count == 24)
    }

    @Test func commands() throws {
        #expect(CommandField.allCases.count == 23)
        for field in CommandField.allCases {
            let command = try #require(CommandTable.command(field))
            #expect(!command.required.isEmpty)
            #expect(field.isRequest == command.name.hasSuffix("-RQ"))
            if let response = field.response {
                #expect(response.description == command.name.dropLast(2) + "RSP")
            } else {
                #expect(!field.isRequest || field == .cCancelRequest)
            }
        }
        #expect(CommandTable.commands.split(separator: "\n").allSatisfy { line in
            // Every required element was found by its keyword.
            let fields = line.split(separator: " ")
            return UInt16(fields[0], radix: 16).flatMap(CommandField.init(rawValue:)).flatMap(CommandTable.command)?.required.count
                == fields.count - 3
        })
    }

    @Test func statuses() {
        #expect(StatusTable.rows.count == 147)
        #expect(StatusTable.text.split(separator: "\n").count == 147)
        // Each row's category is the one that PS3.7 Annex C gives its range.
        for row in StatusTable.rows {
            #expect(DIMSEStatus(rawValue: row.codes.lowerBound).category == row.category, "\(row)")
            #expect(DIMSEStatus(rawValue: row.codes.upperBound).category == row.category, "\(row)")
        }
    }

    @Test("What a status means", arguments: [
        (0x0000, "storage", "success", .success), (0xA701, "storage", "Refused: Out of Resources", .failure),
        (0xB000, "storage", "Coercion of Data Elements", .warning), (0xC123, "storage", "Cannot Understand", .failure),
        (0x0122, "storage", "Refused: SOP Class Not Supported", .failure), (0xFF00, "qr_find", "Matches are continuing, current match supplied", .pending),
        (0xFE00, "qr_move", "cancel", .cancel), (0xD000, "storage", nil, .failure),
    ] as [(UInt16, String, String?, DIMSEStatus.Category)])
    func meaning(code: UInt16, service: String, meaning: String?, category: DIMSEStatus.Category) {
        #expect(DIMSEStatus(rawValue: code).meaning(in: service) == meaning)
        #expect(DIMSEStatus(rawValue: code).category == category)
    }

    @Test func constants() { #expect(CommandSet.verification.text == "1.2.840.10008.1.1") }
}
