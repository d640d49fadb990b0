extension JPEGLossless {
    /// Samples of a row from their differences (T.81 §H.1.2, §H.2.1), all modulo 2^16.
    ///
    /// - Parameters:
    ///   - above: nil for the first row of an interval, which knows only the sample to the left.
    ///   - first: prediction of that row's first sample.
    static func reconstruct(
        _ selectionValue: Int, _ differences: UnsafePointer<UInt16>, stride: Int, above: UnsafePointer<UInt16>?,
        into line: UnsafeMutablePointer<UInt16>, count: Int, first: UInt16
    ) {
        guard let above else {
            line[0] = first &+ differences[0]
            return rest(differences, stride, line, line, count) { left, _, _ in left }
        }
        line[0] = above[0] &+ differences[0]
        switch selectionValue {
        case 2: rest(differences, stride, above, line, count) { _, up, _ in up }
        case 3: rest(differences, stride, above, line, count) { _, _, upLeft in upLeft }
        case 4: rest(differences, stride, above, line, count) { left, up, upLeft in left &+ up &- upLeft }
        case 5: rest(differences, stride, above, line, count) { left, up, upLeft in left &+ half(Int32(up) &- Int32(upLeft)) }
        case 6: rest(differences, stride, above, line, count) { left, up, upLeft in up &+ half(Int32(left) &- Int32(upLeft)) }
        case 7: rest(differences, stride, above, line, count) { left, up, _ in half(Int32(left) &+ Int32(up)) }
        default: rest(differences, stride, line, line, count) { left, _, _ in left }
        }
    }

    /// All samples but the first. In bounds: `differences` has `count * stride`, the lines `count`.
    @inline(__always)
    private static func rest(
        _ differences: UnsafePointer<UInt16>, _ stride: Int, _ above: UnsafePointer<UInt16>, _ line: UnsafeMutablePointer<UInt16>, _ count: Int,
        _ prediction: (_ left: UInt16, _ up: UInt16, _ upLeft: UInt16) -> UInt16
    ) {
        var left = line[0], upLeft = above[0]
        for column in 1..<max(count, 1) {
            let up = above[column]
            left = prediction(left, up, upLeft) &+ differences[column &* stride]
            line[column] = left
            upLeft = up
        }
    }

    @inline(__always)
    static func half(_ number: Int32) -> UInt16 { UInt16(truncatingIfNeeded: number &>> 1) }
}
