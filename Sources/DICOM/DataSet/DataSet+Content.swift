extension DataSet {
    /// An element, or an item of a sequence, and where its value is.
    struct Node: Sendable {
        var tag: Tag
        var vr: VR
        var place: Place
        /// How the end of a sequence or item in `nested` was marked.
        var hasUndefinedLength = false
        var offset: Int
        var length: Int
    }

    /// What a node's `offset` and `length` count.
    enum Place: UInt8, Sendable {
        /// Bytes of `storage`.
        case storage
        /// Nodes of `nested`: the items of a sequence, the elements of an item.
        case nested
        /// `values[offset]`; no length.
        case values
    }

    /// What the nodes of a data set point into; shared with the data sets of its items.
    struct Content: Sendable {
        var storage: [UInt8] = []
        var nested: [Node] = []
        /// Fragments, external values, and whatever was set after reading.
        var values: [Value] = []

        /// - Parameter characterSet: of the data set that holds the node, for its items.
        func value(of node: Node, characterSet: @autoclosure () -> SpecificCharacterSet? = nil) -> Value {
            switch node.place {
            case .storage: .bytes(storage[node.offset..<node.offset + node.length])
            case .nested: .items(items(of: node, inherited: characterSet()))
            case .values: values[node.offset]
            }
        }

        /// nil for a sequence, fragments, and an external value.
        func bytes(of node: Node) -> ArraySlice<UInt8>? {
            guard node.place != .nested, case .bytes(let bytes) = value(of: node) else { return nil }
            return bytes
        }

        private func items(of sequence: Node, inherited: SpecificCharacterSet?) -> Items {
            let items = nested[sequence.offset..<sequence.offset + sequence.length].map { item in
                let nodes = nested[item.offset..<item.offset + item.length]
                return Items.Item(DataSet(nodes: nodes, content: self, inherited: inherited), hasUndefinedLength: item.hasUndefinedLength)
            }
            return Items(items, hasUndefinedLength: sequence.hasUndefinedLength)
        }
    }
}
