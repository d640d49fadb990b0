/// A sector of beams from one point, and where it lies in the picture.
struct SectorView {
    let columns: Int, rows: Int
    let beams = 176, samples = 440
    /// Row of the point the beams come from.
    let apexRow: Int
    /// Millimetres of a pixel.
    let spacing: Float
    let left: Int, right: Int, bottom: Int
    /// For each pixel of the sector: its place in the picture, in the beams, and how it is blended from four samples.
    private let pixels: [(index: Int, sample: Int, across: Float, along: Float)]

    init(columns: Int, rows: Int, depth: Float, halfAngle: Float) {
        self.columns = columns
        self.rows = rows
        apexRow = rows / 16
        bottom = rows - rows / 11
        spacing = depth / Float(bottom - apexRow)
        let reach = Int(sine(halfAngle) * depth / spacing)
        left = max(columns / 2 - reach, 0)
        right = min(columns / 2 + reach, columns - 1)
        var pixels: [(Int, Int, Float, Float)] = []
        for row in apexRow..<bottom {
            for column in left...right {
                let x = Float(column - columns / 2) * spacing, y = (Float(row - apexRow) + 0.5) * spacing
                let r = (x * x + y * y).squareRoot(), a = angle(x, y)
                guard r < depth, r > 3, abs(a) < halfAngle else { continue }
                let beam = (a / halfAngle + 1) / 2 * Float(beams - 1), sample = r / depth * Float(samples - 1)
                let b = min(Int(beam), beams - 2), s = min(Int(sample), samples - 2)
                pixels.append((row * columns + column, b * samples + s, beam - Float(b), sample - Float(s)))
            }
        }
        self.pixels = pixels
    }

    /// Samples along beams to the picture.
    func converted(_ echoes: [Float]) -> [UInt8] {
        var picture = [UInt8](repeating: 0, count: columns * rows)
        picture.withUnsafeMutableBufferPointer { picture in
            echoes.withUnsafeBufferPointer { echoes in
                for pixel in pixels {
                    let here = mix(echoes[pixel.sample], echoes[pixel.sample &+ 1], pixel.along)
                    let next = mix(echoes[pixel.sample &+ samples], echoes[pixel.sample &+ samples &+ 1], pixel.along)
                    picture[pixel.index] = UInt8(clamp(mix(here, next, pixel.across), 0, 255))
                }
            }
        }
        return picture
    }
}
