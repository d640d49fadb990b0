/// A tree of vessels that reaches points of an organ: each is joined where the way to it and from there to the root is shortest.
enum VesselTree {
    /// - Parameters:
    ///   - targets: ends of the tree.
    ///   - balance: how much the way to the root counts: 0 wanders, 1 radiates.
    ///   - finest: radius at the ends in mm; a vessel is as thick as the ends behind it ask for.
    static func grow(from root: Point, to targets: [Point], balance: Float, finest: Float, exponent: Float = 0.38) -> [Tube] {
        let points = [root] + targets
        var parent = [Int](repeating: 0, count: points.count)
        var way = [Float](repeating: 0, count: points.count)
        var cost = points.map { ($0 - root).length }
        var waiting = Array(1..<max(points.count, 1))
        var order: [Int] = []
        while !waiting.isEmpty {
            var best = 0
            for index in waiting.indices where cost[waiting[index]] < cost[waiting[best]] { best = index }
            let node = waiting[best]
            waiting.swapAt(best, waiting.count - 1)
            waiting.removeLast()
            order.append(node)
            way[node] = way[parent[node]] + (points[node] - points[parent[node]]).length
            for other in waiting {
                let through = (points[other] - points[node]).length + balance * way[node]
                if through < cost[other] {
                    cost[other] = through
                    parent[other] = node
                }
            }
        }
        var ends = [Float](repeating: 1, count: points.count)
        for node in order.reversed() { ends[parent[node]] += ends[node] }
        return order.map { node in
            let radius = finest * power(ends[node], exponent)
            let before = parent[node] == 0 ? radius : min(finest * power(ends[parent[node]], exponent), radius * 1.5)
            return Tube(points[parent[node]], points[node], before, radius)
        }
    }
}
