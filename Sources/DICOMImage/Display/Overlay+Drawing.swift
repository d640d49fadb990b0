extension Overlay {
    /// Sets each of its pixels white where the picture beneath is dark, black where it is bright: seen on every ground.
    func draw<Level: FixedWidthInteger & UnsignedInteger>(on levels: inout [Level], rows: Int, columns: Int, channels: Int) {
        let half = Int(Level.max / 2 + 1)
        func brightness(_ pixel: UnsafeMutableBufferPointer<Level>.SubSequence) -> Int {
            guard channels == 3 else { return Int(pixel[pixel.startIndex]) }
            let red = 299 * Int(pixel[pixel.startIndex]), green = 587 * Int(pixel[pixel.startIndex + 1]), blue = 114 * Int(pixel[pixel.startIndex + 2])
            return (red + green + blue) / 1000
        }
        levels.withUnsafeMutableBufferPointer { levels in
            forEachPixel(rows: rows, columns: columns) { row, column in
                let start = (row * columns + column) * channels
                let contrast: Level = brightness(levels[start..<start + channels]) > half ? 0 : .max
                for channel in 0..<channels { levels[start + channel] = contrast }
            }
        }
    }
}
