extension RLELossless {
    /// - Parameter samples: `layout.bytes` of a frame.
    /// - Returns: header and segments, of even length.
    /// - Throws: `unsupported` for more than 15 byte planes, `truncated` where bytes of the frame are missing.
    public static func encode(_ samples: UnsafeRawBufferPointer, _ layout: FrameLayout) throws(CodecError) -> [UInt8] {
        let planes = try planes(of: layout)
        guard samples.count >= layout.bytes, let source = samples.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw CodecError(.truncated, "fewer bytes than a frame", at: samples.count)
        }
        // Runs end with their row (§G.3.1); rows of single bits do not end with a byte, so that the frame is one.
        let row = layout.bitsAllocated == 1 ? planes.bytes : layout.columns
        let size = max(layout.bitsAllocated / 8, 1)

        var result = [UInt8](repeating: 0, count: headerBytes)
        set(UInt32(planes.count), at: 0, in: &result)
        let line = UnsafeMutablePointer<UInt8>.allocate(capacity: row)
        // A literal run costs a byte more for 128.
        let packed = UnsafeMutablePointer<UInt8>.allocate(capacity: row + row / 128 + 2)
        defer {
            line.deallocate()
            packed.deallocate()
        }
        for plane in 0..<planes.count {
            guard let begin = UInt32(exactly: result.count) else { throw CodecError(.unsupported, "more than 4 GiB packed", at: 0) }
            set(begin, at: 4 + plane * 4, in: &result)
            let first = source + offset(ofPlane: plane, size: size)
            for start in stride(from: 0, to: planes.bytes, by: row) {
                for index in 0..<row { line[index] = first[(start &+ index) &* planes.count] }
                let count = pack(line, row, into: packed)
                result.append(contentsOf: UnsafeBufferPointer(start: packed, count: count))
            }
            if result.count % 2 != 0 { result.append(0) }
        }
        return result
    }

    private static func set(_ number: UInt32, at offset: Int, in bytes: inout [UInt8]) {
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: number &>> UInt32(index * 8)) }
    }

    /// PackBits (PS3.5 §G.3.1): three equal bytes or more as a replicate run, also two where no literal run is broken by it.
    ///
    /// In bounds: `packed` grows by at most a byte for every literal run, and only the last of a row's or one before a
    /// replicate run, which saves that byte again, is shorter than 128.
    private static func pack(_ line: UnsafeMutablePointer<UInt8>, _ count: Int, into packed: UnsafeMutablePointer<UInt8>) -> Int {
        var written = 0, literal = 0, index = 0
        func flush(upTo end: Int) {
            while literal < end {
                let length = min(end - literal, 128)
                packed[written] = UInt8(length - 1)
                (packed + written + 1).update(from: line + literal, count: length)
                written += length + 1
                literal += length
            }
        }
        while index < count {
            var end = index + 1
            let most = min(count, index + 128)
            while end < most, line[end] == line[index] { end += 1 }
            let length = end - index
            if length >= 3 || length == 2 && literal == index {
                flush(upTo: index)
                packed[written] = UInt8(257 - length)
                packed[written + 1] = line[index]
                written += 2
                literal = end
            }
            index = end
        }
        flush(upTo: count)
        return written
    }
}
