/// Luminance and chroma to R, G, B (PS3.3 §C.7.6.3.1.2), in fixed point with 24 bits behind the point: nearest value, clamped.
enum YBR {
    /// R = y·(Y − y0) + rr·CR, G = y·(Y − y0) − gb·CB − gr·CR, B = y·(Y − y0) + bb·CB, where chroma count from their middle.
    struct Equations {
        let y0: Int, middle: Int, top: Int
        let y: Int, rr: Int, gb: Int, gr: Int, bb: Int

        /// YBR_FULL and YBR_FULL_422: the inverse of Y = 0.2990 R + 0.5870 G + 0.1140 B and its two chroma rows.
        static func full(bits: Int) -> Equations { Equations(bits: bits, y0: 0, luminance: 1, chroma: 1) }

        /// YBR_PARTIAL_422 and YBR_PARTIAL_420: luminance from 16 to 235 and chroma from 16 to 240, in 8 bits (ITU-R BT.601).
        static func partial(bits: Int) -> Equations {
            let unit = Double(1 << max(bits - 8, 0)), top = Double((1 << bits) - 1)
            return Equations(bits: bits, y0: Int(16 * unit), luminance: top / (219 * unit), chroma: top / (224 * unit))
        }

        /// YBR_ICT: as full, but chroma are signed.
        static func irreversible(bits: Int) -> Equations { Equations(bits: bits, y0: 0, luminance: 1, chroma: 1, middle: 0) }

        private init(bits: Int, y0: Int, luminance: Double, chroma: Double, middle: Int? = nil) {
            func fixed(_ number: Double) -> Int { Int((number * Double(1 << 24)).rounded()) }
            self.y0 = y0
            self.middle = middle ?? 1 << (bits - 1)
            top = (1 << bits) - 1
            y = fixed(luminance)
            rr = fixed(2 * (1 - 0.299) * chroma)
            bb = fixed(2 * (1 - 0.114) * chroma)
            gb = fixed(2 * (1 - 0.114) * 0.114 / 0.587 * chroma)
            gr = fixed(2 * (1 - 0.299) * 0.299 / 0.587 * chroma)
        }
    }

    static func rgb<Sample: FixedWidthInteger & UnsignedInteger>(_ samples: [Sample], _ equations: Equations) -> [Sample] {
        converted(samples, equations)
    }

    static func irreversible<Sample: FixedWidthInteger & SignedInteger>(_ samples: [Sample], bits: Int) -> [Sample.Magnitude] {
        converted(samples, .irreversible(bits: bits))
    }

    private static func converted<Sample: FixedWidthInteger, Result: FixedWidthInteger & UnsignedInteger>(
        _ samples: [Sample], _ e: Equations
    ) -> [Result] {
        [Result](unsafeUninitializedCapacity: samples.count) { target, made in
            samples.withUnsafeBufferPointer { source in
                let top = e.top
                func clamped(_ number: Int) -> Result { Result(truncatingIfNeeded: min(max((number &+ 1 << 23) &>> 24, 0), top)) }
                for pixel in 0..<source.count / 3 {
                    let start = pixel &* 3
                    let y = (Int(truncatingIfNeeded: source[start]) &- e.y0) &* e.y
                    let cb = Int(truncatingIfNeeded: source[start &+ 1]) &- e.middle, cr = Int(truncatingIfNeeded: source[start &+ 2]) &- e.middle
                    target[start] = clamped(y &+ e.rr &* cr)
                    target[start &+ 1] = clamped(y &- e.gb &* cb &- e.gr &* cr)
                    target[start &+ 2] = clamped(y &+ e.bb &* cb)
                }
            }
            made = samples.count / 3 * 3
        }
    }

    /// YBR_RCT: G = Y − ⌊(CB + CR) / 4⌋, R = CR + G, B = CB + G, in integers and without loss.
    static func reversible<Sample: FixedWidthInteger & SignedInteger>(_ samples: [Sample], bits: Int) -> [Sample.Magnitude] {
        let top = (1 << bits) - 1
        return [Sample.Magnitude](unsafeUninitializedCapacity: samples.count) { target, made in
            func clamped(_ number: Int) -> Sample.Magnitude { Sample.Magnitude(truncatingIfNeeded: min(max(number, 0), top)) }
            for start in stride(from: 0, to: samples.count / 3 * 3, by: 3) {
                let cb = Int(samples[start + 1]), cr = Int(samples[start + 2])
                let green = Int(samples[start]) - (cb + cr) >> 2
                target[start] = clamped(cr + green)
                target[start + 1] = clamped(green)
                target[start + 2] = clamped(cb + green)
            }
            made = samples.count / 3 * 3
        }
    }
}
