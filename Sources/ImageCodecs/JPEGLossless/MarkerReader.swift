extension JPEGLossless {
    /// Walks from marker to marker (T.81 §B.1); every read is checked.
    struct MarkerReader {
        let source: UnsafeRawPointer
        let count: Int
        var position = 0

        /// The code of the next marker; fill bytes and whatever else lies before it are skipped, `position` is after it.
        mutating func next() throws(CodecError) -> UInt8 {
            while position < count - 1 {
                let code = source.load(fromByteOffset: position + 1, as: UInt8.self)
                if source.load(fromByteOffset: position, as: UInt8.self) == 0xFF, code != 0, code != 0xFF {
                    position += 2
                    return code
                }
                position += 1
            }
            throw CodecError(.truncated, "ends before the last sample", at: count)
        }

        /// The parameters of a marker segment, `position` after them.
        mutating func segment() throws(CodecError) -> Segment {
            let start = position
            guard count - start >= 2 else { throw CodecError(.truncated, "ends within a marker segment", at: count) }
            let length = Int(source.load(fromByteOffset: start, as: UInt8.self)) << 8 | Int(source.load(fromByteOffset: start + 1, as: UInt8.self))
            guard length >= 2 else { throw CodecError(.malformed, "marker segment is shorter than its own length", at: start) }
            guard length <= count - start else { throw CodecError(.truncated, "ends within a marker segment", at: count) }
            position = start + length
            return Segment(source: source, position: start + 2, end: start + length)
        }
    }

    /// Numbers of one marker segment.
    struct Segment {
        let source: UnsafeRawPointer
        var position: Int
        let end: Int

        var left: Int { end - position }

        mutating func byte() throws(CodecError) -> Int {
            guard position < end else { throw CodecError(.malformed, "marker segment is too short", at: position) }
            position += 1
            return Int(source.load(fromByteOffset: position - 1, as: UInt8.self))
        }

        mutating func word() throws(CodecError) -> Int { try byte() << 8 | byte() }

        mutating func bytes(_ count: Int) throws(CodecError) -> [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(count)
            for _ in 0..<count { result.append(UInt8(truncatingIfNeeded: try byte())) }
            return result
        }
    }
}
