/// What is seen: levels of grey or R, G, B, row by row from the top left.
public struct Picture: Sendable, Equatable {
    public enum Levels: Sendable, Equatable {
        case eight([UInt8])
        case sixteen([UInt16])

        /// Of the 8 or 16 bits that `Level` has.
        init<Level: FixedWidthInteger & UnsignedInteger>(_ levels: [Level]) {
            if let levels = levels as? [UInt8] {
                self = .eight(levels)
            } else {
                self = .sixteen(levels as? [UInt16] ?? levels.map { UInt16(truncatingIfNeeded: $0) })
            }
        }
    }

    public let width: Int
    public let height: Int
    /// 1 for grey, 3 for R, G, B.
    public let channels: Int
    public let levels: Levels
    /// Of the colours, to be written into the file.
    public let profile: ICCProfile?

    public init(width: Int, height: Int, channels: Int, levels: Levels, profile: ICCProfile? = nil) {
        self.width = width
        self.height = height
        self.channels = channels
        self.levels = levels
        self.profile = profile
    }

    /// The part of it in a rectangle, then brought to another size.
    func resized(_ source: PixelRectangle, width: Int, height: Int) -> Picture {
        guard source != PixelRectangle(x: 0, y: 0, width: self.width, height: self.height) || width != self.width || height != self.height
        else { return self }
        let across = ResamplingTable(source: source.x..<source.x + source.width, target: width)
        let down = ResamplingTable(source: source.y..<source.y + source.height, target: height)
        let levels: Levels = switch self.levels {
        case .eight(let levels): .eight(Resampling.resampled(levels, stride: self.width, channels: channels, across: across, down: down))
        case .sixteen(let levels): .sixteen(Resampling.resampled(levels, stride: self.width, channels: channels, across: across, down: down))
        }
        return Picture(width: width, height: height, channels: channels, levels: levels, profile: profile)
    }
}

/// Columns from `x`, rows from `y`.
public struct PixelRectangle: Sendable, Equatable {
    public var x: Int, y: Int, width: Int, height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}
