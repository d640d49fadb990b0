/// Data elements in the order of their tags (PS3.5 §7.1), each tag at most once.
///
/// A data set that was read keeps the bytes it was read from and a flat list of where each value lies in them, the elements of
/// its items included: an element, and a sequence with its items, becomes a ``DataElement`` when it is asked for. That is what
/// makes reading a header cost microseconds.
public struct DataSet: Sendable {
    var nodes: ArraySlice<Node>
    var content: Content

    /// The character set of the data set that holds this one as an item: in force where the item names none (PS3.5 §7.5.3).
    public var inheritedCharacterSet: SpecificCharacterSet {
        get { inherited ?? .default }
        set { inherited = newValue }
    }

    /// nil where nothing was inherited: that is most data sets, and costs nothing to copy.
    var inherited: SpecificCharacterSet?

    public init() {
        self.init(nodes: [], content: Content())
    }

    /// Elements in any order; of two with one tag the later one stays.
    public init(_ elements: some Sequence<DataElement>) {
        self.init()
        for element in elements { self[element.tag] = element }
    }

    /// For the reader, which has checked order and places.
    init(nodes: ArraySlice<Node>, content: Content, inherited: SpecificCharacterSet? = nil) {
        self.nodes = nodes
        self.content = content
        self.inherited = inherited
    }

    public var isEmpty: Bool { nodes.isEmpty }

    public subscript(tag: Tag) -> DataElement? {
        get { index(of: tag).map { element(at: $0) } }
        set {
            // Items that were read keep the character set they were read under.
            if tag == .specificCharacterSet { settleItems() }
            guard let element = newValue else {
                if let index = index(of: tag) { remove(at: index) }
                return
            }
            let index = insertionIndex(of: tag)
            if index < nodes.endIndex, nodes[index].tag == tag {
                nodes[index].vr = element.vr
                setValue(element.value, at: index)
            } else {
                nodes.insert(Node(tag: tag, vr: element.vr, place: .values, offset: content.values.count, length: 0), at: index)
                content.values.append(element.value)
            }
        }
    }

    /// Adds or replaces an element.
    public mutating func set(_ element: DataElement) { self[element.tag] = element }

    private func element(at index: Int) -> DataElement {
        let node = nodes[index]
        return DataElement(tag: node.tag, vr: node.vr, value: content.value(of: node, characterSet: statedCharacterSet))
    }

    private mutating func setValue(_ value: Value, at index: Int) {
        if nodes[index].place == .values {
            content.values[nodes[index].offset] = value
        } else {
            nodes[index].place = .values
            nodes[index].offset = content.values.count
            content.values.append(value)
        }
    }

    private mutating func remove(at index: Int) {
        if nodes[index].place == .values { content.values[nodes[index].offset] = .bytes([]) }
        nodes.remove(at: index)
    }

    private mutating func settleItems() {
        for index in nodes.indices where nodes[index].place == .nested { setValue(element(at: index).value, at: index) }
    }

    func index(of tag: Tag) -> Int? {
        let index = insertionIndex(of: tag)
        return index < nodes.endIndex && nodes[index].tag == tag ? index : nil
    }

    private func insertionIndex(of tag: Tag) -> Int {
        // Most data sets are built in order: the end is looked at first.
        guard let last = nodes.last, last.tag >= tag else { return nodes.endIndex }
        var low = nodes.startIndex, high = nodes.endIndex
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
        public subscript(index: Int) -> DataElement { dataSet.element(at: dataSet.nodes.startIndex + index) }
    }
}
