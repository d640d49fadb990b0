import DICOM

/// Which frames of a multi-frame image are played, in which order, and for how long (PS3.3 §C.7.6.5).
public struct CineTiming: Sendable, Equatable {
    /// What says how long a frame is seen; the first that the image has.
    public enum Source: String, Sendable {
        case recommendedDisplayFrameRate = "Recommended Display Frame Rate"
        case cineRate = "Cine Rate"
        case frameTime = "Frame Time"
        case frameTimeVector = "Frame Time Vector"
        /// Nothing: ten frames a second are a guess, and said to be one.
        case assumed = "assumed"
    }

    /// From 0, in the order they are seen; a sweep goes back the way it came.
    public let frames: [Int]
    /// How long each of them is seen.
    public let milliseconds: [Double]
    public let source: Source
    public let isSweeping: Bool
    /// Where fewer frames are played than the image asks for, in words.
    public let remarks: [String]

    /// - Parameter limit: frames at most; those behind are left out, and said to be.
    public init(_ dataSet: DataSet, numberOfFrames: Int, limit: Int = Animation.limit) {
        // Numbers from 1, both ends included.
        let start = dataSet.integer(.startTrim) ?? 1, stop = dataSet.integer(.stopTrim) ?? numberOfFrames
        let first = min(max(start, 1), max(numberOfFrames, 1)) - 1
        let end = max(min(stop, numberOfFrames), first + 1)
        isSweeping = dataSet.integer(.preferredPlaybackSequencing) == 1 && end - first > 2
        var order = Array(first..<min(end, first + max(limit, 1)))
        if isSweeping, order.count == end - first { order += (first + 1..<end - 1).reversed() }
        let wanted = isSweeping ? 2 * (end - first) - 2 : end - first
        if order.count > limit { order.removeLast(order.count - limit) }
        var remarks = wanted > order.count ? ["\(order.count) of \(wanted) frames: no more are written in one file"] : []

        let (source, time) = Self.rate(dataSet)
        self.source = source
        frames = order
        milliseconds = order.map(time)
        if source == .assumed { remarks.append("the image does not say how fast it is to be played: ten frames a second are assumed") }
        self.remarks = remarks
    }

    private static func rate(_ dataSet: DataSet) -> (Source, (Int) -> Double) {
        func constant(_ tag: Tag, _ milliseconds: (Double) -> Double) -> Double? {
            dataSet.decimal(tag).flatMap { $0 > 0 ? milliseconds($0) : nil }.flatMap { (1...600_000).contains($0) ? $0 : nil }
        }
        let rows: [(Source, Tag, (Double) -> Double)] = [
            (.recommendedDisplayFrameRate, .recommendedDisplayFrameRate, { 1000 / $0 }),
            (.recommendedDisplayFrameRate, .recommendedDisplayFrameRateInFloat, { 1000 / $0 }),
            (.cineRate, .cineRate, { 1000 / $0 }),
            (.frameTime, .frameTime, { $0 }),
        ]
        for (source, tag, milliseconds) in rows {
            if let time = constant(tag, milliseconds) { return (source, { _ in time }) }
        }
        // Each but the first is the time since the frame before; the last frame is seen as long as the one before it.
        let vector = dataSet.decimals(.frameTimeVector)
        if vector.count > 1, vector.dropFirst().allSatisfy({ $0 >= 0 && $0 <= 600_000 }), vector.contains(where: { $0 > 0 }) {
            return (.frameTimeVector, { max(vector[min($0 + 1, vector.count - 1)], 1) })
        }
        return (.assumed, { _ in 100 })
    }
}

extension Tag {
    static let startTrim = Tag(0x0008, 0x2142)
    static let stopTrim = Tag(0x0008, 0x2143)
    static let recommendedDisplayFrameRateInFloat = Tag(0x0008, 0x9459)
    static let preferredPlaybackSequencing = Tag(0x0018, 0x1244)
}
