/// How much of each pixel of a rectangle a shape covers: 0 not at all, 255 wholly.
struct Coverage: Sendable, Equatable {
    let x: Int, y: Int, width: Int, height: Int
    private(set) var values: [UInt8]

    /// Nothing covered yet, in the rectangle around the points that lies on a picture of the given size; nil where that is empty.
    init?(around points: [Point], margin: Double, width: Int, height: Int) {
        guard let first = points.first else { return nil }
        var low = first, high = first
        for point in points {
            low = Point(min(low.x, point.x), min(low.y, point.y))
            high = Point(max(high.x, point.x), max(high.y, point.y))
        }
        func inside(_ place: Double, _ end: Int) -> Int { Int(min(max(place, 0), Double(end))) }
        x = inside(low.x - margin - 1, width)
        y = inside(low.y - margin - 1, height)
        self.width = inside(high.x + margin + 2, width) - x
        self.height = inside(high.y + margin + 2, height) - y
        guard self.width > 0, self.height > 0 else { return nil }
        values = [UInt8](repeating: 0, count: self.width * self.height)
    }

    /// A pixel is covered as much as the most of what is drawn over it: shapes of one ink that overlap do not add up.
    mutating func cover(_ column: Int, _ row: Int, _ value: UInt8) {
        let column = column - x, row = row - y
        guard column >= 0, row >= 0, column < width, row < height else { return }
        let index = row * width + column
        values[index] = max(values[index], value)
    }

    /// Lines of one thickness through the points, their ends and joints round.
    ///
    /// A pixel is covered by how near its centre is to the line, in pixels: an anti-aliased edge one pixel wide.
    mutating func stroke(_ points: [Point], thickness: Double) {
        if points.count == 1 { segment(points[0], points[0], radius: thickness / 2) }
        for index in points.indices.dropFirst() { segment(points[index - 1], points[index], radius: thickness / 2) }
    }

    private mutating func segment(_ a: Point, _ b: Point, radius: Double) {
        let dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy, length = square.squareRoot()
        let reach = radius + 0.5
        // Half of the width that the line and its edges take of one row of pixels.
        let half = abs(dy) > 1e-9 ? reach * length / abs(dy) : .infinity
        let firstRow = max(y, clamped(min(a.y, b.y) - reach)), endRow = min(y + height, clamped(max(a.y, b.y) + reach) + 1)
        guard firstRow < endRow else { return }
        for row in firstRow..<endRow {
            let middle = Double(row) + 0.5
            var low = min(a.x, b.x) - reach, high = max(a.x, b.x) + reach
            if half.isFinite {
                let at = a.x + dx * (middle - a.y) / dy
                low = max(low, at - half - 1)
                high = min(high, at + half + 1)
            }
            let first = max(x, clamped(low)), end = min(x + width, clamped(high) + 1)
            guard first < end else { continue }
            for column in first..<end {
                let px = Double(column) + 0.5 - a.x, py = middle - a.y
                let along = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
                let ox = px - along * dx, oy = py - along * dy
                let part = reach - (ox * ox + oy * oy).squareRoot()
                if part > 0 { cover(column, row, UInt8(min(part, 1) * 255 + 0.5)) }
            }
        }
    }

    /// The inside of a closed shape, by the even-odd rule: exact along a row, four samples down.
    mutating func fill(_ points: [Point]) {
        guard points.count > 2 else { return }
        var line = [Float](repeating: 0, count: width)
        for row in y..<y + height {
            for index in line.indices { line[index] = 0 }
            for sample in 0..<4 {
                let crossings = Self.crossings(of: points, at: Double(row) + (Double(sample) + 0.5) / 4)
                for pair in stride(from: 0, to: crossings.count - 1, by: 2) { add(crossings[pair] - Double(x), crossings[pair + 1] - Double(x), to: &line) }
            }
            for index in line.indices where line[index] > 0 { cover(x + index, row, UInt8(min(line[index] / 4, 1) * 255 + 0.5)) }
        }
    }

    private static func crossings(of points: [Point], at level: Double) -> [Double] {
        var result: [Double] = []
        var from = points[points.count - 1]
        for to in points {
            if (from.y <= level) != (to.y <= level) { result.append(from.x + (to.x - from.x) * (level - from.y) / (to.y - from.y)) }
            from = to
        }
        return result.sorted()
    }

    private func add(_ low: Double, _ high: Double, to line: inout [Float]) {
        let low = max(low, 0), high = min(high, Double(width))
        guard low < high else { return }
        for column in Int(low)..<min(Int(high.rounded(.up)), width) {
            line[column] += Float(min(high, Double(column + 1)) - max(low, Double(column)))
        }
    }

    /// One pixel more on every side: what makes letters readable on any ground.
    func widened() -> Coverage {
        var result = self
        for row in 0..<height {
            for column in 0..<width where values[row * width + column] > 0 {
                for dy in -1...1 { for dx in -1...1 { result.cover(x + column + dx, y + row + dy, values[row * width + column]) } }
            }
        }
        return result
    }

    private func clamped(_ place: Double) -> Int { Int(min(max(place.rounded(.down), -1), 131072)) }
}
