import Foundation
import NIOCore

@testable import DICOMNetwork

/// Bytes of other implementations, from `Tests/Fixtures/network/pdus.txt`.
enum Fixture {
    /// Conversations by name; of each, the PDUs in one direction, in order.
    static func pdus(_ conversation: String, _ direction: Character) -> [ByteBuffer] {
        lines.filter { $0.name == conversation && $0.direction == direction }.map(\.bytes)
    }

    static let lines: [(name: String, direction: Character, bytes: ByteBuffer)] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/network/pdus.txt")
        // A missing fixture fails every test that looks into it.
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 3, let direction = fields[1].first else { return nil }
            return (String(fields[0]), direction, ByteBuffer(bytes: hexBytes(fields[2])))
        }
    }()
}

/// Bytes of hexadecimal digits; spaces and line ends separate at will.
func hexBytes(_ text: some StringProtocol) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// What a decoder makes of bytes fed in pieces of a given size.
func decode(_ bytes: ByteBuffer, piece: Int = .max, limits: NetworkLimits = NetworkLimits()) throws -> [PDUDecoder.Output] {
    var decoder = PDUDecoder(limits: limits)
    var bytes = bytes
    var outputs: [PDUDecoder.Output] = []
    while let next = bytes.readSlice(length: min(piece, bytes.readableBytes)), next.readableBytes > 0 {
        decoder.feed(next)
        while let output = try decoder.next() { outputs.append(output) }
    }
    return outputs
}

/// An A-ASSOCIATE-RQ around the given variable items, its length made to fit.
func associateRequest(items: [UInt8], length: UInt32? = nil) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeMultipleIntegers(1 as UInt8, 0 as UInt8, length ?? UInt32(68 + items.count), 1 as UInt16, 0 as UInt16)
    buffer.writeString("ISOCENTER       TESTSCU         ")
    buffer.writeRepeatingByte(0, count: 32)
    buffer.writeBytes(items)
    return buffer
}

/// An item or sub-item; `length` lies where given.
func item(_ type: UInt8, _ content: [UInt8], length: UInt16? = nil) -> [UInt8] {
    let length = length ?? UInt16(content.count)
    return [type, 0, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)] + content
}

func data(context contextID: UInt8 = 1, command: Bool = false, last: Bool = false, _ bytes: [UInt8]) -> PresentationDataValue {
    PresentationDataValue(contextID: contextID, isCommand: command, isLast: last, bytes: ByteBuffer(bytes: bytes))
}
