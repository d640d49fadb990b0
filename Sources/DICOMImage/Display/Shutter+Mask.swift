extension Shutter {
    /// Which pixels are seen: true for each that no shape hides, row by row.
    ///
    /// - Parameters:
    ///   - aspectRatio: height of a pixel in widths of a pixel.
    ///   - overlays: in which bitmaps are looked for; one that is not there hides nothing.
    public func mask(rows: Int, columns: Int, aspectRatio: Double = 1, overlays: [Overlay] = []) -> [Bool] {
        var mask = [Bool](repeating: true, count: rows * columns)
        for shape in shapes {
            if case .bitmap(let group) = shape {
                overlays.first { $0.group == group }?.forEachPixel(rows: rows, columns: columns) { mask[$0 * columns + $1] = false }
                continue
            }
            for row in 0..<rows {
                // Columns from 1, each with the span's ends.
                var seen = 1
                for span in Self.spans(of: shape, row: row + 1, aspectRatio) {
                    let low = min(max(span.lowerBound, seen), columns + 1), high = min(max(span.upperBound, low - 1), columns)
                    for column in seen..<low { mask[row * columns + column - 1] = false }
                    seen = high + 1
                }
                for column in stride(from: seen, through: columns, by: 1) { mask[row * columns + column - 1] = false }
            }
        }
        return mask
    }

    /// Visible columns of a row, ascending.
    private static func spans(of shape: Shape, row: Int, _ aspectRatio: Double) -> [ClosedRange<Int>] {
        switch shape {
        case .rectangular(let left, let right, let upper, let lower): return (upper...lower).contains(row) ? [left...right] : []
        case .circular(let centerRow, let column, let radius):
            let away = Double(row - centerRow) * aspectRatio, radius = Double(radius)
            guard abs(away) <= radius else { return [] }
            let half = Int(clamped: (radius * radius - away * away).squareRoot().rounded(.down))
            return [column - half...column + half]
        case .polygonal(let vertices):
            // Just above and just below the row, so that edges along it and vertices on it count as inside.
            return (crossings(vertices, row: row, below: false) + crossings(vertices, row: row, below: true)).sorted { $0.lowerBound < $1.lowerBound }
        case .bitmap: return []
        }
    }

    /// Pairs of edges that a row crosses: between them is inside (even-odd rule).
    private static func crossings(_ vertices: [Vertex], row: Int, below: Bool) -> [ClosedRange<Int>] {
        var columns: [Double] = []
        for (index, a) in vertices.enumerated() {
            let b = vertices[(index + 1) % vertices.count]
            let low = min(a.row, b.row), high = max(a.row, b.row)
            guard below ? low <= row && row < high : low < row && row <= high else { continue }
            columns.append(Double(a.column) + Double(row - a.row) * Double(b.column - a.column) / Double(b.row - a.row))
        }
        columns.sort()
        return stride(from: 0, to: columns.count - 1, by: 2).compactMap { index in
            let low = Int(clamped: columns[index].rounded(.up)), high = Int(clamped: columns[index + 1].rounded(.down))
            return low <= high ? low...high : nil
        }
    }

    /// Fills what the mask hides.
    func hide<Level: FixedWidthInteger & UnsignedInteger>(_ levels: inout [Level], mask: [Bool], channels: Int) {
        let fill: [Level] = (channels == 1 ? [grey] : color?.sRGB ?? [grey, grey, grey]).map { Frame.level($0) }
        levels.withUnsafeMutableBufferPointer { levels in
            for (pixel, isSeen) in mask.enumerated() where !isSeen {
                for channel in 0..<channels { levels[pixel * channels + channel] = fill[channel] }
            }
        }
    }

    /// Presentation value, else the colour's brightness, else black.
    private var grey: Double {
        if let presentationValue { return Double(presentationValue) / 65535 }
        return color.map { $0.sRGB.reduce(0, +) / 3 } ?? 0
    }
}
