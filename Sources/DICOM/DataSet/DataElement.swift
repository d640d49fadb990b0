/// One attribute of a data set: tag, value representation, value (PS3.5 §7.1).
public struct DataElement: Sendable, Equatable {
    public var tag: Tag
    public var vr: VR
    public var value: Value

    public init(tag: Tag, vr: VR, value: Value) {
        self.tag = tag
        self.vr = vr
        self.value = value
    }
}

/// The value field of a data element.
public enum Value: Sendable, Equatable {
    /// As it lies in the data set with its padding; numbers are little endian whatever the transfer syntax was.
    case bytes(ArraySlice<UInt8>)
    /// Items of a sequence (PS3.5 §7.5).
    case items(Items)
    /// Encapsulated pixel data held in memory (PS3.5 §A.4).
    case fragments(Fragments)
    /// Too large to hold, or told not to be held: where the value field lies in the encoded data set.
    case external(ByteRange)
}

/// `length` bytes from `offset`; what the offset counts from is said where a range is given.
public struct ByteRange: Sendable, Hashable {
    public var offset: UInt64
    public var length: UInt64

    public init(offset: UInt64, length: UInt64) {
        self.offset = offset
        self.length = length
    }
}

/// The items of a sequence, and how their ends were marked, so that a writer can mark them the same way.
public struct Items: Sendable, Equatable {
    public struct Item: Sendable, Equatable {
        public var dataSet: DataSet
        public var hasUndefinedLength: Bool

        public init(_ dataSet: DataSet, hasUndefinedLength: Bool = false) {
            self.dataSet = dataSet
            self.hasUndefinedLength = hasUndefinedLength
        }
    }

    public var items: [Item]
    public var hasUndefinedLength: Bool

    public init(_ items: [Item], hasUndefinedLength: Bool = false) {
        self.items = items
        self.hasUndefinedLength = hasUndefinedLength
    }

    public init(_ dataSets: [DataSet]) { self.init(dataSets.map { Item($0) }) }
}

/// Encapsulated pixel data: the basic offset table's bytes and the fragments (PS3.5 §A.4).
public struct Fragments: Sendable, Equatable {
    public var offsetTable: ArraySlice<UInt8>
    public var fragments: [ArraySlice<UInt8>]

    public init(offsetTable: ArraySlice<UInt8> = [], fragments: [ArraySlice<UInt8>]) {
        self.offsetTable = offsetTable
        self.fragments = fragments
    }
}
