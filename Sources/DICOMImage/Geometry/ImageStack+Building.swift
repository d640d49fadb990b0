import Foundation

extension ImageStack {
    /// - Parameter ranked: frames of one group in the order of their numbers; not empty.
    static func of(_ ranked: [StackFrame]) -> ImageStack {
        guard let first = ranked.first, let directions = first.directions, ranked.allSatisfy(\.isPlaced) else { return unplaced(ranked) }
        let origins = ranked.compactMap(\.position)
        let millimetres = first.spacing.millimetres
        let pixel = millimetres.map { min($0.betweenRows, $0.betweenColumns) } ?? 1
        let places = StackPlaces(along: origins.map { Vector.dot($0, directions.normal) }, pixel: pixel, ranked)
        let (combinations, combinationOf) = places.combinations
        let placeOf = places.ofFrame
        let order = readingOrder(placeOf, combinationOf)
        let line = StackLine(places, origins: origins)
        let steps = SliceSteps(places.positions)
        let volume = VolumeFacts(
            frames: ranked, places: places, combinations: combinations.count, steps: steps, isStraight: line.isStraight(within: max(0.05, 0.25 * pixel)),
            directions: directions, spacing: millimetres, origins: places.frames.map { origins[$0[0]] }
        ).volume
        let tilt = line.angle(to: directions.normal)
        return ImageStack(
            frames: order.map { ranked[$0] }, places: order.map { placeOf[$0] }, combinations: order.map { combinationOf[$0] },
            positions: places.positions, steps: steps, tilt: tilt, dimensions: places.dimensions, combinationCount: combinations.count,
            volume: volume, remarks: remarks(steps: steps, tilt: tilt, places: places))
    }

    private static func unplaced(_ ranked: [StackFrame]) -> ImageStack {
        ImageStack(
            frames: ranked, places: [], combinations: [], positions: [], steps: nil, tilt: 0, dimensions: [], combinationCount: 1,
            volume: .none(reason: VolumeFacts.kindReason(ranked) ?? "the images do not say where they lie"), remarks: [])
    }

    /// By place or by phase first, whichever the sender's numbers follow.
    private static func readingOrder(_ places: [Int], _ combinations: [Int]) -> [Int] {
        let neighbours = zip(places.indices.dropFirst(), places.indices)
        let samePlace = neighbours.count { places[$0] == places[$1] }, sameCombination = neighbours.count { combinations[$0] == combinations[$1] }
        let byPlace = samePlace > sameCombination
        return places.indices.sorted { a, b in
            let (p, q) = (places[a], places[b]), (c, d) = (combinations[a], combinations[b])
            return byPlace ? (p, c, a) < (q, d, b) : (c, p, a) < (d, q, b)
        }
    }

    private static func remarks(steps: SliceSteps?, tilt: Double, places: StackPlaces) -> [String] {
        var remarks = (steps?.gaps ?? []).map { VolumeFacts.words($0, places.positions) }
        if let steps, steps.isUneven, steps.gaps.isEmpty { remarks.append("the distance between slices is uneven") }
        if tilt > 0 { remarks.append("the slices are tilted by \(VolumeFacts.number(tilt, 1))°") }
        if !places.isUnique { remarks.append("several images lie at one position and nothing tells them apart") }
        return remarks
    }
}

/// The way from the first place of a stack to its last, which the origins of all slices lie on unless they are shifted.
struct StackLine {
    private let start: SIMD3<Double>, way: SIMD3<Double>
    private let origins: [SIMD3<Double>], shares: [Double]

    init(_ places: StackPlaces, origins: [SIMD3<Double>]) {
        self.origins = origins
        start = origins[places.frames[0][0]]
        way = origins[places.frames[places.frames.count - 1][0]] - start
        let rise = places.positions[places.positions.count - 1] - places.positions[0]
        shares = places.ofFrame.map { rise == 0 ? 0 : (places.positions[$0] - places.positions[0]) / rise }
    }

    func isStraight(within millimetres: Double) -> Bool {
        origins.indices.allSatisfy { Vector.length(origins[$0] - start - way * shares[$0]) <= millimetres }
    }

    /// Degrees, 0 to 90; 0 where they part by less than a tenth of a millimetre from end to end.
    func angle(to normal: SIMD3<Double>) -> Double {
        let rise = Vector.dot(way, normal), aside = Vector.length(way - normal * rise)
        return rise != 0 && aside > 0.1 ? atan2(aside, abs(rise)) * 180 / .pi : 0
    }
}
