import DICOM
import NIOCore

/// Command set of a DIMSE message (PS3.7 §6.3): elements of group 0000, always implicit VR little endian.
///
/// The group length is not held: it is checked on reading and made on writing.
public struct CommandSet: Equatable, Sendable {
    public let field: CommandField
    /// Whether a data set follows (Command Data Set Type, 0000,0800, is not 0101H).
    public var hasDataSet: Bool
    /// Values as encoded, by element number.
    private var values: [UInt16: [UInt8]] = [:]

    public init(_ field: CommandField, hasDataSet: Bool) {
        self.field = field
        self.hasDataSet = hasDataSet
    }

    // MARK: Typed values; nil where absent or empty

    public subscript(number element: CommandElement) -> UInt16? {
        get {
            guard let bytes = values[element.rawValue], bytes.count == 2 else { return nil }
            return Self.number(bytes[0], bytes[1])
        }
        set { values[element.rawValue] = newValue.map(Self.bytes) }
    }

    /// AE, LO: without padding.
    public subscript(text element: CommandElement) -> String? {
        get {
            guard let bytes = values[element.rawValue] else { return nil }
            let text = trimmedText(bytes.drop { $0 == UInt8(ascii: " ") })
            return text.isEmpty ? nil : text
        }
        set { values[element.rawValue] = newValue.map { Self.padded(Array($0.utf8), with: UInt8(ascii: " ")) } }
    }

    /// nil also where the value is no UID.
    public subscript(uid element: CommandElement) -> UID? {
        get { values[element.rawValue].flatMap { UID(padded: $0) } }
        set { values[element.rawValue] = newValue.map { Self.padded(Array($0.text.utf8), with: 0) } }
    }

    /// AT: a list of tags.
    public subscript(tags element: CommandElement) -> [Tag] {
        get {
            guard let bytes = values[element.rawValue] else { return [] }
            return stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { at in
                Tag(Self.number(bytes[at], bytes[at + 1]), Self.number(bytes[at + 2], bytes[at + 3]))
            }
        }
        set {
            values[element.rawValue] = newValue.isEmpty ? nil : newValue.flatMap { Self.bytes($0.group) + Self.bytes($0.element) }
        }
    }

    private static func number(_ low: UInt8, _ high: UInt8) -> UInt16 { UInt16(low) | UInt16(high) << 8 }
    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)] }

    private static func padded(_ bytes: [UInt8], with padding: UInt8) -> [UInt8] {
        bytes.count % 2 == 0 ? bytes : bytes + [padding]
    }

    /// Elements without which this command means nothing and which are absent or unreadable.
    public var missingElements: [CommandElement] {
        (CommandTable.command(field)?.required ?? []).filter { element in
            switch CommandTable.element(element.rawValue)?.vr {
            case "US": self[number: element] == nil
            case "UI": self[uid: element] == nil
            default: self[text: element] == nil
            }
        }
    }
}

// MARK: Encoding

extension CommandSet {
    /// Data set type that says: none follows (PS3.7 Table E.1-1).
    private static let noDataSet: UInt16 = 0x0101

    public func encoded() -> ByteBuffer {
        var all = values
        all[CommandElement.commandField.rawValue] = Self.bytes(field.rawValue)
        all[CommandElement.commandDataSetType.rawValue] = hasDataSet ? [0, 0] : [1, 1]
        var elements = ByteBuffer()
        for (number, value) in all.sorted(by: { $0.key < $1.key }) { elements.writeElement(number, value) }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(elements.readableBytes + 12)
        let length = UInt32(elements.readableBytes)
        buffer.writeElement(CommandElement.commandGroupLength.rawValue, (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
        buffer.writeBuffer(&elements)
        return buffer
    }

    /// Refuses what is not group 0000, an element twice, a length beyond the end, a wrong group length.
    public init(encoded: ByteBuffer) throws(NetworkError) {
        var buffer = encoded.slice()
        var values: [UInt16: [UInt8]] = [:]
        var groupLength: (claimed: UInt32, actual: Int)?
        while buffer.readableBytes > 0 {
            let offset = buffer.readerIndex
            guard let (group, number, length) = buffer.readMultipleIntegers(
                endianness: .little, as: (UInt16, UInt16, UInt32).self
            ) else { throw .malformedCommand("at byte \(offset): \(buffer.readableBytes) bytes are left, too few for an element") }
            let tag = Tag(group, number)
            guard group == 0 else { throw .malformedCommand("\(tag) at byte \(offset) is not of group 0000") }
            guard length <= buffer.readableBytes, let value = buffer.readBytes(length: Int(length)) else {
                throw .malformedCommand("\(tag) at byte \(offset) claims \(length) bytes, \(buffer.readableBytes) are left")
            }
            if number == CommandElement.commandGroupLength.rawValue {
                guard offset == 0, value.count == 4 else { throw .malformedCommand("\(tag) at byte \(offset): misplaced group length") }
                let claimed = value.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
                groupLength = (claimed, buffer.readableBytes)
                continue
            }
            guard values.updateValue(value, forKey: number) == nil else { throw .malformedCommand("\(tag) at byte \(offset) comes twice") }
            if CommandTable.element(number)?.vr == "US", value.count % 2 != 0 || value.count > 2 && CommandElement(rawValue: number) != nil {
                throw .malformedCommand("\(tag) at byte \(offset): \(value.count) bytes are no 16-bit number")
            }
        }
        if let (claimed, actual) = groupLength, Int(claimed) != actual {
            throw .malformedCommand("group length \(claimed) where \(actual) bytes follow")
        }
        func number(_ element: CommandElement) throws(NetworkError) -> UInt16 {
            guard let value = values.removeValue(forKey: element.rawValue), value.count == 2 else {
                throw .malformedCommand("\(Tag(0, element.rawValue)) \(element) is missing")
            }
            return Self.number(value[0], value[1])
        }
        let fieldNumber = try number(.commandField)
        guard let field = CommandField(rawValue: fieldNumber) else { throw .malformedCommand("unknown command field \(hex(fieldNumber))") }
        self.init(field, hasDataSet: try number(.commandDataSetType) != Self.noDataSet)
        self.values = values
        let id: CommandElement = field.isRequest && field != .cCancelRequest ? .messageID : .messageIDBeingRespondedTo
        guard self[number: id] != nil else { throw .malformedCommand("\(field) without \(Tag(0, id.rawValue)) \(id)") }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeElement(_ number: UInt16, _ value: [UInt8]) {
        writeMultipleIntegers(0 as UInt16, number, UInt32(value.count), endianness: .little)
        writeBytes(value)
    }
}
