/// The places of a stack's frames along the common normal, and what tells apart those at one place.
struct StackPlaces {
    /// Indices of frames by place; places from the end at which the sender's numbers begin.
    let frames: [[Int]]
    /// Of the places along the normal, mm: rising or falling.
    let positions: [Double]
    /// By frame: which place it is at.
    let ofFrame: [Int]
    private(set) var dimensions: [ImageStack.Dimension] = []
    /// By frame: its values of `dimensions`.
    private(set) var keys: [[String]]
    /// Whether every frame has a place and values of its own.
    private(set) var isUnique = true

    /// - Parameters:
    ///   - along: distance of each frame along the normal, mm; frames in the order of their numbers.
    ///   - pixel: size of a pixel in mm, the measure for how near "the same place" is.
    init(along: [Double], pixel: Double, _ stack: [StackFrame]) {
        let tolerance = min(0.01, 0.01 * pixel)
        var places: [[Int]] = [], positions: [Double] = []
        for n in along.indices.sorted(by: { (along[$0], $0) < (along[$1], $1) }) {
            if let last = positions.last, along[n] - last <= tolerance {
                places[places.count - 1].append(n)
            } else {
                places.append([n])
                positions.append(along[n])
            }
        }
        var placeOf = Array(repeating: 0, count: stack.count)
        for (place, frames) in places.enumerated() { for n in frames { placeOf[n] = place } }
        let middle = Double(stack.count - 1) / 2
        let agreement = placeOf.enumerated().reduce(0.0) { $0 + (Double($1.offset) - middle) * Double($1.element) }
        let isFalling = agreement < 0
        frames = isFalling ? places.reversed() : places
        self.positions = isFalling ? positions.reversed() : positions
        ofFrame = isFalling ? placeOf.map { places.count - 1 - $0 } : placeOf
        keys = Array(repeating: [], count: stack.count)
        name(stack)
    }

    private var most: Int { frames.map(\.count).max() ?? 0 }

    private mutating func name(_ stack: [StackFrame]) {
        guard most > 1 else { return }
        for kind in StackDimension.allCases where !isApart {
            let values = stack.map { $0.values[kind] ?? "" }
            // A dimension has the same few values at every place; one that differs from slice to slice is none.
            if Set(values).count <= most, splits(values) { add(kind, values, isCounted: false) }
        }
        for kind in StackDimension.allCases where kind.isCountable && !isApart {
            if let counts = counted(stack.map { $0.values[kind] ?? "" }) { add(kind, counts, isCounted: true) }
        }
        isUnique = isApart
    }

    /// Whether no two frames of a place have the same key.
    private var isApart: Bool { frames.allSatisfy { place in Set(place.map { keys[$0] }).count == place.count } }

    private func splits(_ values: [String]) -> Bool {
        frames.contains { place in Set(place.map { keys[$0] + [values[$0]] }).count > Set(place.map { keys[$0] }).count }
    }

    /// The rank of each frame's value among those of its place and key; nil where two are equal.
    private func counted(_ values: [String]) -> [String]? {
        var ranks = values
        for place in frames {
            for (_, group) in Dictionary(grouping: place, by: { keys[$0] }) {
                guard Set(group.map { values[$0] }).count == group.count else { return nil }
                for (rank, n) in group.sorted(by: { Self.precedes(values[$0], values[$1]) }).enumerated() { ranks[n] = "\(rank + 1)" }
            }
        }
        return splits(ranks) ? ranks : nil
    }

    private mutating func add(_ kind: StackDimension, _ values: [String], isCounted: Bool) {
        for n in keys.indices { keys[n].append(values[n]) }
        dimensions.append(.init(kind: kind, values: Set(values).sorted(by: Self.precedes), isCounted: isCounted))
    }

    /// Numbers by size, text by letters.
    static func precedes(_ a: String, _ b: String) -> Bool {
        if let x = Double(a), let y = Double(b), x != y { return x < y }
        return a < b
    }

    /// The distinct keys in order, and which of them each frame has.
    var combinations: (keys: [[String]], ofFrame: [Int]) {
        let distinct = Set(keys).sorted { a, b in
            for (x, y) in zip(a, b) where x != y { return Self.precedes(x, y) }
            return false
        }
        let index = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
        return (distinct, keys.map { index[$0] ?? 0 })
    }
}
