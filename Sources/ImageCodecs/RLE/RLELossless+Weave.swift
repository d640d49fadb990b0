extension RLELossless {
    /// Byte planes, most significant first, to `count` pixels of little endian samples.
    ///
    /// In bounds: every plane of `scratch` holds `count` bytes at least, `target` has `count * planes` left.
    static func weave(
        _ scratch: UnsafeMutableRawPointer, _ stride: Int, _ count: Int, _ layout: FrameLayout, _ planes: Int,
        into target: UnsafeMutableRawPointer
    ) {
        let plane = scratch.assumingMemoryBound(to: UInt8.self)
        switch (planes, layout.bitsAllocated) {
        case (1, _):
            target.copyMemory(from: scratch, byteCount: count)
        case (2, 16):
            let high = plane, low = plane + stride
            // Words of two bytes need not be aligned where the output is not.
            for index in 0..<count {
                target.storeBytes(of: UInt16(low[index]) | UInt16(high[index]) &<< 8, toByteOffset: index &* 2, as: UInt16.self)
            }
        case (4, 32):
            for index in 0..<count {
                let upper = UInt32(plane[index]) &<< 24 | UInt32(plane[stride &+ index]) &<< 16
                let lower = UInt32(plane[stride &* 2 &+ index]) &<< 8 | UInt32(plane[stride &* 3 &+ index])
                target.storeBytes(of: upper | lower, toByteOffset: index &* 4, as: UInt32.self)
            }
        case (3, 8):
            let red = plane, green = plane + stride, blue = plane + stride * 2
            let bytes = target.assumingMemoryBound(to: UInt8.self)
            for index in 0..<count {
                bytes[index &* 3] = red[index]
                bytes[index &* 3 &+ 1] = green[index]
                bytes[index &* 3 &+ 2] = blue[index]
            }
        default:
            let size = layout.bitsAllocated / 8
            let bytes = target.assumingMemoryBound(to: UInt8.self)
            for index in 0..<planes {
                let source = plane + index * stride
                let offset = offset(ofPlane: index, size: size)
                for pixel in 0..<count { bytes[pixel &* planes &+ offset] = source[pixel] }
            }
        }
    }

    /// Where a plane's byte lies in a pixel of `size` bytes a sample: samples in order, the most significant byte last.
    static func offset(ofPlane index: Int, size: Int) -> Int { index / size * size + size - 1 - index % size }
}
