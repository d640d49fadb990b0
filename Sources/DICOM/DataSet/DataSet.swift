/// Data elements in the order of their tags (PS3.5 §7.1), each tag at most once.
///
/// A data set that was read keeps the bytes it was read from and a flat list of where each value lies in them: an element
/// becomes a ``DataElement`` when it is asked for. That is what makes reading a header cost microseconds.
public struct DataSet: Sendable {
    /// Where the value of one element is.
    struct Node: Sendable {
        var tag: Tag
        var vr: VR
        /// The value lies in `storage` at `offset`; otherwise it is `values[offset]`.
        var isInStorage: Bool
        var offset: Int
        var length: Int
    }

    var nodes: [Node]
    var storage: [UInt8]
    /// Sequences, fragments, external values, and whatever was set after reading.
    var values: [Value]

    /// The character set of the data set that holds this one as an item: in force where the item names none (PS3.5 §7.5.3).
    public var inheritedCharacterSet: SpecificCharacterSet

    public init() {
        nodes = []
        storage = []
        values = []
        inheritedCharacterSet = .default
    }

    /// Elements in any order; of two with one tag the later one stays.
    public init(_ elements: some Sequence<DataElement>) {
        self.init()
        for element in elements { self[element.tag] = element }
    }

    /// For the reader, which has checked order and places.
    init(nodes: [Node], storage: [UInt8], values: [Value], inherited: SpecificCharacterSet) {
        self.nodes = nodes
        self.storage = storage
        self.values = values
        inheritedCharacterSet = inherited
    }

    public var isEmpty: Bool { nodes.isEmpty }

    public subscript(tag: Tag) -> DataElement? {
        get {
            let index = insertionIndex(of: tag)
            return index < nodes.count && nodes[index].tag == tag ? element(at: index) : nil
        }
        set {
            let index = insertionIndex(of: tag)
            let exists = index < nodes.count && nodes[index].tag == tag
            guard let element = newValue else {
                if exists {
                    if !nodes[index].isInStorage { values[nodes[index].offset] = .bytes([]) }
                    nodes.remove(at: index)
                }
                return
            }
            var place = values.count
            if exists, !nodes[index].isInStorage {
                place = nodes[index].offset
                values[place] = element.value
            } else {
                values.append(element.value)
            }
            let node = Node(tag: tag, vr: element.vr, isInStorage: false, offset: place, length: 0)
            if exists { nodes[index] = node } else { nodes.insert(node, at: index) }
        }
    }

    /// Adds or replaces an element.
    public mutating func set(_ element: DataElement) { self[element.tag] = element }

    func element(at index: Int) -> DataElement {
        let node = nodes[index]
        return DataElement(tag: node.tag, vr: node.vr, value: value(of: node))
    }

    private func value(of node: Node) -> Value {
        node.isInStorage ? .bytes(storage[node.offset..<node.offset + node.length]) : values[node.offset]
    }

    private func insertionIndex(of tag: Tag) -> Int {
        // Most data sets are built in order: the end is looked at first.
        guard let last = nodes.last, last.tag >= tag else { return nodes.count }
        var low = 0, high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension DataSet: Equatable {
    /// Two data sets are equal when their elements are, wherever the values lie and whatever was inherited.
    public static func == (a: DataSet, b: DataSet) -> Bool { a.elements.elementsEqual(b.elements) }
}

extension DataSet {
    /// The elements in ascending order of tags.
    public var elements: Elements { Elements(dataSet: self) }

    public struct Elements: RandomAccessCollection, Sendable {
        let dataSet: DataSet

        public var startIndex: Int { 0 }
        public var endIndex: Int { dataSet.nodes.count }
        public subscript(index: Int) -> DataElement { dataSet.element(at: index) }
    }
}
