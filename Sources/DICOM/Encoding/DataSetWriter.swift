/// Why a data set could not be encoded.
public struct WriteError: Error, Equatable, Sendable, CustomStringConvertible {
    public var tag: Tag
    public var message: String

    public var description: String { "\(tag): \(message)" }
}

/// Encodes data sets (PS3.5 §7, Annex A). What a reader read from canonical bytes is written as the same bytes.
public struct DataSetWriter {
    private let encoding: TransferSyntax.Encoding
    private var out: [UInt8] = []

    /// The encoded data set; deflated where the transfer syntax says so.
    public static func encode(_ dataSet: DataSet, as transferSyntax: TransferSyntax) throws(WriteError) -> [UInt8] {
        let bytes = try encode(dataSet, as: transferSyntax.encoding)
        return transferSyntax.isDeflated ? Deflate.compress(bytes) : bytes
    }

    public static func encode(_ dataSet: DataSet, as encoding: TransferSyntax.Encoding) throws(WriteError) -> [UInt8] {
        var writer = DataSetWriter(encoding: encoding)
        try writer.write(dataSet)
        return writer.out
    }

    /// What stands before a value that is written elsewhere (PS3.5 §7.1.2, §7.1.3).
    /// - Parameter length: `.max` where it is undefined.
    public static func header(_ tag: Tag, _ vr: VR, length: UInt32, as encoding: TransferSyntax.Encoding) -> [UInt8] {
        var writer = DataSetWriter(encoding: encoding)
        writer.header(tag, vr, length)
        return writer.out
    }

    private init(encoding: TransferSyntax.Encoding) { self.encoding = encoding }

    private mutating func write(_ dataSet: DataSet) throws(WriteError) {
        var groupLength: (group: UInt16, position: Int)?
        for element in dataSet.elements {
            if let open = groupLength, open.group != element.tag.group {
                patch(UInt32(clamping: out.count - open.position - 4), at: open.position)
                groupLength = nil
            }
            try write(element)
            // A group length that was there is kept and made true (PS3.5 §7.2).
            if element.tag.isGroupLength, case .bytes(let value) = element.value, value.count == 4 {
                groupLength = (element.tag.group, out.count - 4)
            }
        }
        if let open = groupLength { patch(UInt32(clamping: out.count - open.position - 4), at: open.position) }
    }

    private mutating func write(_ element: DataElement) throws(WriteError) {
        switch element.value {
        case .bytes(let bytes): try write(bytes, of: element)
        case .items(let items): try write(items, of: element)
        case .fragments(let fragments): try write(fragments, of: element)
        case .external(let range):
            throw WriteError(tag: element.tag, message: "its \(range.length) bytes were not read into memory")
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>, of element: DataElement) throws(WriteError) {
        guard let length = UInt32(exactly: bytes.count), length != .max else {
            throw WriteError(tag: element.tag, message: "\(bytes.count) bytes are too many for one element")
        }
        // A value too long for its VR's 16 bit length becomes UN (PS3.5 §6.2.2 Note 6).
        let vr = encoding.isExplicit && element.vr.hasShortLength && length > 0xFFFF ? VR.UN : element.vr
        header(element.tag, vr, length)
        out.append(contentsOf: encoding.isBigEndian && element.vr.wordSize > 1
            ? ByteOrder.swapped(bytes, wordSize: element.vr.wordSize) : bytes)
    }

    private mutating func write(_ items: Items, of element: DataElement) throws(WriteError) {
        header(element.tag, element.vr, .max)
        let lengthPosition = out.count - 4
        // The content of UN is implicit VR little endian (PS3.5 §6.2.2 Note 2).
        var inner = DataSetWriter(encoding: element.vr == .UN ? .implicitLittle : encoding)
        for item in items.items {
            inner.tag(.item)
            inner.word(UInt32.max)
            let start = inner.out.count
            try inner.write(item.dataSet)
            if item.hasUndefinedLength {
                inner.tag(.itemDelimitation)
                inner.word(UInt32(0))
            } else {
                try inner.patchLength(at: start - 4, element.tag)
            }
        }
        let start = out.count
        out.append(contentsOf: inner.out)
        if items.hasUndefinedLength {
            inner.out = []
            inner.tag(.sequenceDelimitation)
            inner.word(UInt32(0))
            out.append(contentsOf: inner.out)
        } else {
            assert(start - 4 == lengthPosition)
            try patchLength(at: lengthPosition, element.tag)
        }
    }

    private mutating func write(_ fragments: Fragments, of element: DataElement) throws(WriteError) {
        header(element.tag, element.vr, .max)
        for bytes in [fragments.offsetTable] + fragments.fragments {
            guard let length = UInt32(exactly: bytes.count), length != .max else {
                throw WriteError(tag: element.tag, message: "a fragment of \(bytes.count) bytes is too long")
            }
            tag(.item)
            word(length)
            out.append(contentsOf: bytes)
        }
        tag(.sequenceDelimitation)
        word(UInt32(0))
    }

    private mutating func header(_ tag: Tag, _ vr: VR, _ length: UInt32) {
        self.tag(tag)
        if encoding.isExplicit {
            out.append(UInt8(truncatingIfNeeded: vr.rawValue))
            out.append(UInt8(truncatingIfNeeded: vr.rawValue >> 8))
            if vr.hasShortLength {
                word(UInt16(truncatingIfNeeded: length))
                return
            }
            word(UInt16(0))
        }
        word(length)
    }

    private mutating func tag(_ tag: Tag) {
        word(tag.group)
        word(tag.element)
    }

    private mutating func word(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: encoding.isBigEndian ? number.bigEndian : number.littleEndian) { out.append(contentsOf: $0) }
    }

    /// Bytes written since the 32 bit length at `position`.
    private mutating func patchLength(at position: Int, _ tag: Tag) throws(WriteError) {
        guard let length = UInt32(exactly: out.count - position - 4), length != .max else {
            throw WriteError(tag: tag, message: "a sequence or item is longer than 4 GiB")
        }
        patch(length, at: position)
    }

    private mutating func patch(_ number: UInt32, at position: Int) {
        withUnsafeBytes(of: encoding.isBigEndian ? number.bigEndian : number.littleEndian) { bytes in
            for (index, byte) in bytes.enumerated() { out[position + index] = byte }
        }
    }
}
