/// A picture that is drawn on.
struct Paper: Sendable {
    let width: Int, height: Int
    let channels: Int
    private var levels: Picture.Levels
    private let profile: ICCProfile?

    /// - Parameter inColour: a grey picture gets three channels.
    init(_ picture: Picture, inColour: Bool = false) {
        width = picture.width
        height = picture.height
        let triples = inColour && picture.channels == 1
        profile = picture.profile
        channels = triples ? 3 : picture.channels
        levels = switch picture.levels {
        case .eight(let levels): .eight(triples ? Self.tripled(levels) : levels)
        case .sixteen(let levels): .sixteen(triples ? Self.tripled(levels) : levels)
        }
    }

    var picture: Picture { Picture(width: width, height: height, channels: channels, levels: levels, profile: profile) }

    mutating func paint(_ coverage: Coverage, _ ink: Ink) {
        switch levels {
        case .eight(var array):
            levels = .eight([])
            paint(coverage, ink, on: &array)
            levels = .eight(array)
        case .sixteen(var array):
            levels = .sixteen([])
            paint(coverage, ink, on: &array)
            levels = .sixteen(array)
        }
    }

    private func paint<Level: FixedWidthInteger & UnsignedInteger>(_ coverage: Coverage, _ ink: Ink, on levels: inout [Level]) {
        let top = Double(Level.max)
        let tones = (channels == 1 ? [ink.luminance] : [ink.red, ink.green, ink.blue]).map { Int(min(max($0, 0), 1) * top + 0.5) }
        for row in 0..<coverage.height {
            var at = ((coverage.y + row) * width + coverage.x) * channels
            for column in 0..<coverage.width {
                let part = Int(coverage.values[row * coverage.width + column])
                if part > 0 {
                    for channel in 0..<channels {
                        let old = Int(levels[at + channel])
                        levels[at + channel] = Level(truncatingIfNeeded: (old * (255 - part) + tones[channel] * part + 127) / 255)
                    }
                }
                at += channels
            }
        }
    }

    private static func tripled<Level: FixedWidthInteger>(_ levels: [Level]) -> [Level] {
        [Level](unsafeUninitializedCapacity: levels.count * 3) { target, made in
            for index in 0..<levels.count {
                for channel in 0..<3 { target[index * 3 + channel] = levels[index] }
            }
            made = levels.count * 3
        }
    }
}
