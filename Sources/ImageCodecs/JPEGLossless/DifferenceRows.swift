extension JPEGLossless {
    /// Differences of a frame, row by row (T.81 §H.1.2): computed anew for counting and for writing, so that none are kept.
    struct DifferenceRows: ~Copyable {
        private let source: UnsafeRawPointer
        private let layout: FrameLayout
        private let parameters: Parameters
        /// Samples of the row above and of the row itself, shifted and cut to the precision.
        private let above: UnsafeMutablePointer<UInt16>
        private let line: UnsafeMutablePointer<UInt16>
        /// Of the row made last, those of a pixel's components side by side.
        let differences: UnsafeMutablePointer<UInt16>

        init(_ source: UnsafeRawPointer, _ layout: FrameLayout, _ parameters: Parameters) {
            self.source = source
            self.layout = layout
            self.parameters = parameters
            above = .allocate(capacity: layout.columns)
            line = .allocate(capacity: layout.columns)
            differences = .allocate(capacity: layout.columns * layout.samples)
        }

        deinit {
            above.deallocate()
            line.deallocate()
            differences.deallocate()
        }

        /// - Parameters:
        ///   - place, of: where the component's differences lie, of how many.
        borrowing func make(_ row: Int, _ component: Int, at place: Int = 0, of stride: Int = 1) {
            let columns = layout.columns
            load(row, component, into: line)
            let target = differences + place
            let isFirst = row == 0 || parameters.restartRows > 0 && row % parameters.restartRows == 0
            guard !isFirst else {
                target[0] = line[0] &- 1 &<< UInt16(parameters.precision - parameters.pointTransform - 1)
                return rest(target, stride, columns, line) { left, _, _ in left }
            }
            load(row - 1, component, into: above)
            target[0] = line[0] &- above[0]
            switch parameters.selectionValue {
            case 2: rest(target, stride, columns, above) { _, up, _ in up }
            case 3: rest(target, stride, columns, above) { _, _, upLeft in upLeft }
            case 4: rest(target, stride, columns, above) { left, up, upLeft in left &+ up &- upLeft }
            case 5: rest(target, stride, columns, above) { left, up, upLeft in left &+ half(Int32(up) &- Int32(upLeft)) }
            case 6: rest(target, stride, columns, above) { left, up, upLeft in up &+ half(Int32(left) &- Int32(upLeft)) }
            case 7: rest(target, stride, columns, above) { left, up, _ in half(Int32(left) &+ Int32(up)) }
            default: rest(target, stride, columns, line) { left, _, _ in left }
            }
        }

        @inline(__always)
        private borrowing func rest(
            _ target: UnsafeMutablePointer<UInt16>, _ stride: Int, _ count: Int, _ above: UnsafeMutablePointer<UInt16>,
            _ prediction: (_ left: UInt16, _ up: UInt16, _ upLeft: UInt16) -> UInt16
        ) {
            for column in 1..<max(count, 1) {
                target[column &* stride] = line[column] &- prediction(line[column &- 1], above[column], above[column &- 1])
            }
        }

        /// In bounds: `row < rows`, `component < samples`, the source has `layout.bytes`.
        private borrowing func load(_ row: Int, _ component: Int, into line: UnsafeMutablePointer<UInt16>) {
            let samples = layout.samples, first = row * layout.columns * samples + component
            let shift = UInt16(parameters.pointTransform)
            let mask = UInt16(truncatingIfNeeded: (1 << parameters.precision) - 1)
            if layout.bitsAllocated == 8 {
                let bytes = source.assumingMemoryBound(to: UInt8.self) + first
                for column in 0..<layout.columns { line[column] = (UInt16(bytes[column &* samples]) & mask) &>> shift }
            } else {
                let words = source + first * 2
                for column in 0..<layout.columns {
                    line[column] = (words.loadUnaligned(fromByteOffset: column &* samples &* 2, as: UInt16.self) & mask) &>> shift
                }
            }
        }

        /// Adds the categories of the row made last, of one component alone.
        borrowing func count(into frequencies: inout [Int]) {
            frequencies.withUnsafeMutableBufferPointer { frequencies in
                // In bounds: a category is at most 16.
                for column in 0..<layout.columns { frequencies[Difference.category(differences[column])] &+= 1 }
            }
        }
    }
}

extension Difference {
    /// Category of a difference modulo 2^16.
    @inline(__always)
    static func category(_ difference: UInt16) -> Int {
        let signed = Int32(Int16(bitPattern: difference))
        return 32 &- (signed < 0 ? 0 &- signed : signed).leadingZeroBitCount
    }
}
