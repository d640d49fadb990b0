extension RLELossless {
    /// Bytes of a plane that are unpacked before the planes are woven together: all of it stays in the processor's cache.
    private static let chunk = 8192
    /// A packet makes at most 128 bytes, so that many may lie beyond the chunk; they are the beginning of the next one.
    private static let longestPacket = 128

    /// Fills `output`, `layout.bytes` long.
    ///
    /// Bytes after a plane is full are ignored, be they padding or more packets.
    /// - Throws: `truncated` where a segment ends before its plane is full, `malformed` for offsets that are none,
    ///   `mismatch` where the number of segments is not that of `layout`.
    public static func decode(
        _ encoded: UnsafeRawBufferPointer, _ layout: FrameLayout, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        let planes = try planes(of: layout)
        guard output.count >= layout.bytes, let target = output.baseAddress else {
            throw CodecError(.mismatch, "the output is smaller than the frame", at: 0)
        }
        var segments = try segments(in: encoded, expected: planes.count)
        guard let source = encoded.baseAddress else { throw CodecError(.truncated, "no bytes", at: 0) }

        let stride = chunk + longestPacket
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: stride * planes.count, alignment: 16)
        defer { scratch.deallocate() }
        var done = 0
        while done < planes.bytes {
            let count = min(chunk, planes.bytes - done)
            for index in 0..<planes.count {
                let plane = scratch + index * stride
                // What the last packet made beyond the chunk before; chunks but the last are whole.
                let over = segments[index].made - chunk
                if over > 0 { plane.copyMemory(from: plane + chunk, byteCount: over) }
                segments[index].made = max(over, 0)
                try segments[index].unpack(source, into: plane, atLeast: count)
            }
            weave(scratch, stride, count, layout, planes.count, into: target + done * planes.count)
            done += count
        }
    }

    private static func segments(in encoded: UnsafeRawBufferPointer, expected: Int) throws(CodecError) -> [Segment] {
        guard encoded.count >= headerBytes else { throw CodecError(.truncated, "ends within the RLE header", at: encoded.count) }
        func number(_ index: Int) -> Int? {
            Int(exactly: UInt32(littleEndian: encoded.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
        }
        guard number(0) == expected else { throw CodecError(.mismatch, "number of RLE segments is not that of the image", at: 0) }
        var segments: [Segment] = []
        segments.reserveCapacity(expected)
        for index in 1...expected {
            let next = index < expected ? number(index + 1) : encoded.count
            guard let begin = number(index), let end = next, begin >= headerBytes, begin <= end, end <= encoded.count else {
                throw CodecError(.malformed, "RLE segment offset is wrong", at: index * 4)
            }
            segments.append(Segment(position: begin, end: end))
        }
        return segments
    }

    /// One plane, as far as it is unpacked.
    private struct Segment {
        var position: Int
        /// First byte of the stream that is not its own.
        let end: Int
        /// Bytes in the chunk of its plane.
        var made = 0

        /// Adds packets until the plane has `goal` bytes (PS3.5 §G.3.2).
        ///
        /// In bounds: a packet begins only while `made < goal <= chunk` and makes at most 128 bytes, written in sixteens of
        /// which 128 is a multiple, so that nothing is written at or beyond `chunk + 128`. On the fast path 129 bytes of the
        /// segment are left, which is the longest packet read in sixteens; the slow path compares the very length.
        mutating func unpack(_ source: UnsafeRawPointer, into plane: UnsafeMutableRawPointer, atLeast goal: Int) throws(CodecError) {
            var position = position, made = made
            let end = end
            while made < goal {
                guard position &+ 129 <= end else {
                    self.position = position
                    self.made = made
                    return try unpackSlowly(source, into: plane, atLeast: goal)
                }
                let control = source.load(fromByteOffset: position, as: UInt8.self)
                let packet = source + (position &+ 1)
                let to = plane + made
                if control < 128 {
                    let length = Int(control) &+ 1
                    var copied = 0
                    repeat {
                        to.storeBytes(of: packet.loadUnaligned(fromByteOffset: copied, as: SIMD16<UInt8>.self), toByteOffset: copied, as: SIMD16<UInt8>.self)
                        copied &+= 16
                    } while copied < length
                    position &+= length &+ 1
                    made &+= length
                } else if control > 128 {
                    let length = 257 &- Int(control)
                    let value = SIMD16<UInt8>(repeating: packet.load(as: UInt8.self))
                    var copied = 0
                    repeat {
                        to.storeBytes(of: value, toByteOffset: copied, as: SIMD16<UInt8>.self)
                        copied &+= 16
                    } while copied < length
                    position &+= 2
                    made &+= length
                } else {
                    position &+= 1
                }
            }
            self.position = position
            self.made = made
        }

        private mutating func unpackSlowly(_ source: UnsafeRawPointer, into plane: UnsafeMutableRawPointer, atLeast goal: Int) throws(CodecError) {
            while made < goal {
                guard position < end else { throw CodecError(.truncated, "RLE segment ends before its plane is full", at: position) }
                let control = source.load(fromByteOffset: position, as: UInt8.self)
                position += 1
                if control < 128 {
                    let length = Int(control) + 1
                    guard length <= end - position else { throw CodecError(.truncated, "RLE segment ends within a literal run", at: position) }
                    (plane + made).copyMemory(from: source + position, byteCount: length)
                    position += length
                    made += length
                } else if control > 128 {
                    guard position < end else { throw CodecError(.truncated, "RLE segment ends within a replicate run", at: position) }
                    let length = 257 - Int(control)
                    for index in 0..<length { plane.storeBytes(of: source.load(fromByteOffset: position, as: UInt8.self), toByteOffset: made + index, as: UInt8.self) }
                    position += 1
                    made += length
                }
            }
        }
    }
}
