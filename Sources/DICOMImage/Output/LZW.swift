/// Variable-length codes of Lempel, Ziv and Welch as GIF packs them (GIF89a, appendix F): at most 12 bits, lowest bit first.
struct LZW {
    private var out: [UInt8]
    private var buffer: UInt32 = 0
    private var bits = 0
    /// Pairs of code and byte seen since the last clear code: an open hash; an entry of another generation is free.
    private var keys = [UInt32](repeating: 0, count: 1 << 14)
    private var codes = [UInt16](repeating: 0, count: 1 << 14)
    private var generation: UInt32 = 1

    /// - Returns: minimum code size, sub-blocks and their terminator.
    static func encoded(_ indices: [UInt8]) -> [UInt8] {
        var coder = LZW(capacity: indices.count / 2)
        coder.encode(indices)
        return [8] + blocks(coder.out)
    }

    private init(capacity: Int) {
        out = []
        out.reserveCapacity(capacity)
    }

    private mutating func encode(_ indices: [UInt8]) {
        let clear: UInt32 = 256, end: UInt32 = 257
        var width = 9, next: UInt32 = 258
        put(clear, width)
        var iterator = indices.makeIterator()
        guard var prefix = iterator.next().map(UInt32.init) else { return put(end, width, isLast: true) }
        while let byte = iterator.next() {
            let pair = prefix << 8 | UInt32(byte), key = generation << 20 | pair
            var slot = Int(truncatingIfNeeded: (pair &* 2654435761) >> 18)
            while keys[slot] != key, keys[slot] >> 20 == generation { slot = (slot &+ 1) & 0x3FFF }
            if keys[slot] == key {
                prefix = UInt32(codes[slot])
                continue
            }
            put(prefix, width)
            prefix = UInt32(byte)
            if next == 4096 {
                put(clear, width)
                (width, next) = (9, 258)
                forget()
            } else {
                keys[slot] = key
                codes[slot] = UInt16(truncatingIfNeeded: next)
                if next == 1 << width { width += 1 }
                next += 1
            }
        }
        put(prefix, width)
        // The decoder adds an entry for the code before this one: its width may have grown.
        if next == 1 << width, width < 12 { width += 1 }
        put(end, width, isLast: true)
    }

    private mutating func forget() {
        generation += 1
        guard generation == 1 << 12 else { return }
        generation = 1
        for index in keys.indices { keys[index] = 0 }
    }

    private mutating func put(_ code: UInt32, _ width: Int, isLast: Bool = false) {
        buffer |= code << UInt32(bits)
        bits += width
        while bits >= 8 || isLast && bits > 0 {
            out.append(UInt8(truncatingIfNeeded: buffer))
            buffer >>= 8
            bits -= 8
        }
    }

    private static func blocks(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 255 + 2)
        for start in stride(from: 0, to: bytes.count, by: 255) {
            let block = bytes[start..<min(start + 255, bytes.count)]
            result.append(UInt8(block.count))
            result.append(contentsOf: block)
        }
        result.append(0)
        return result
    }
}
