/// Data elements in the order of their tags (PS3.5 §7.1), each tag at most once.
public struct DataSet: Sendable, Equatable {
    public private(set) var elements: [DataElement]

    /// The character set of the data set that holds this one as an item: in force where the item names none (PS3.5 §6.1.2.3... §7.5.3).
    public var inheritedCharacterSet: SpecificCharacterSet

    public init() {
        elements = []
        inheritedCharacterSet = .default
    }

    /// Elements in any order; of two with one tag the later one stays.
    public init(_ elements: some Sequence<DataElement>) {
        self.init()
        for element in elements { self[element.tag] = element }
    }

    /// For the reader, which has checked the order.
    init(ascending elements: [DataElement], inherited: SpecificCharacterSet) {
        self.elements = elements
        inheritedCharacterSet = inherited
    }

    public var isEmpty: Bool { elements.isEmpty }

    public subscript(tag: Tag) -> DataElement? {
        get {
            let index = insertionIndex(of: tag)
            return index < elements.count && elements[index].tag == tag ? elements[index] : nil
        }
        set {
            let index = insertionIndex(of: tag)
            let exists = index < elements.count && elements[index].tag == tag
            switch (newValue, exists) {
            case (let element?, true): elements[index] = element
            case (let element?, false): elements.insert(element, at: index)
            case (nil, true): elements.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Adds or replaces an element.
    public mutating func set(_ element: DataElement) { self[element.tag] = element }

    private func insertionIndex(of tag: Tag) -> Int {
        // Most data sets are built in order: the end is looked at first.
        guard let last = elements.last, last.tag >= tag else { return elements.count }
        var low = 0, high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Two data sets are equal when their elements are, whatever they inherited.
    public static func == (a: DataSet, b: DataSet) -> Bool { a.elements == b.elements }
}
