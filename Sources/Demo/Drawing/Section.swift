/// An axial cut through a phantom that shapes are painted on, one over the other.
struct Section {
    let width: Int
    let height: Int
    /// Centre of the first pixel, and the way to the next one.
    let x0: Float, y0: Float, dx: Float, dy: Float
    let z: Float
    var values: [Float]

    init(width: Int, height: Int, x0: Float, y0: Float, dx: Float, dy: Float, z: Float, background: Float) {
        self.width = width
        self.height = height
        self.x0 = x0
        self.y0 = y0
        self.dx = dx
        self.dy = dy
        self.z = z
        values = [Float](repeating: background, count: width * height)
    }

    /// Gives the inside of a shape a value; its edge is as soft as a pixel.
    ///
    /// - Parameters:
    ///   - box: outside of it the shape is not looked for.
    ///   - value: at a place.
    ///   - distance: from a place to the shape's surface in mm, negative inside; near enough is good enough.
    @inline(__always)
    mutating func paint(_ box: Box, _ value: (Float, Float) -> Float, _ distance: (Float, Float) -> Float) {
        let columns = range(box.x, x0, dx, width), rows = range(box.y, y0, dy, height)
        guard !columns.isEmpty, !rows.isEmpty else { return }
        let sharpness = 2 / (abs(dx) + abs(dy)), width = width
        values.withUnsafeMutableBufferPointer { values in
            for row in rows {
                let y = y0 + Float(row) * dy
                for column in columns {
                    let x = x0 + Float(column) * dx
                    let covered = 0.5 - distance(x, y) * sharpness
                    guard covered > 0 else { continue }
                    let index = row &* width &+ column
                    let new = value(x, y)
                    values[index] = covered >= 1 ? new : values[index] + (new - values[index]) * covered
                }
            }
        }
    }

    @inline(__always)
    mutating func paint(_ box: Box, _ value: Float, _ distance: (Float, Float) -> Float) {
        paint(box, { _, _ in value }, distance)
    }

    private func range(_ wanted: ClosedRange<Float>, _ start: Float, _ step: Float, _ count: Int) -> Range<Int> {
        let low = Int(clamp(((wanted.lowerBound - start) / step).rounded(.down) - 1, 0, Float(count)))
        let high = Int(clamp(((wanted.upperBound - start) / step).rounded(.up) + 2, 0, Float(count)))
        return low..<max(low, high)
    }

    struct Box {
        var x: ClosedRange<Float>
        var y: ClosedRange<Float>

        init(_ centreX: Float, _ centreY: Float, _ radiusX: Float, _ radiusY: Float) {
            x = centreX - radiusX...centreX + radiusX
            y = centreY - radiusY...centreY + radiusY
        }
    }
}
