/// Shape of a frame from the first bytes of an input, so that the fuzzer can choose it: mostly small, of every kind.
func shape(_ input: UnsafeRawBufferPointer) -> FrameLayout? {
    guard input.count >= 4 else { return nil }
    let depths = [8, 16, 1, 32, 64]
    // Large ones cross the blocks that codecs work in.
    let large = input[3] >= 0xF0 ? 12 : 1
    do throws(CodecError) {
        return try FrameLayout(
            rows: (Int(input[0] % 16) + 1) * large, columns: (Int(input[1] % 48) + 1) * large, samples: Int(input[2] % 4) + 1,
            bitsAllocated: depths[Int(input[3]) % depths.count])
    } catch { return nil }
}

/// A buffer of its own for exactly so many bytes, so that a step beyond it is seen.
func withOwnBytes<Result>(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    return body(bytes)
}

/// Input bytes after the shape, at the beginning of their own buffer.
func withStream<Result>(_ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withOwnBytes(max(input.count - 4, 1)) { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[4...]))
        return body(UnsafeRawBufferPointer(rebasing: bytes[..<(input.count - 4)]))
    }
}

/// The same bytes, repeated, as samples of a frame.
func samples(_ layout: FrameLayout, from stream: UnsafeRawBufferPointer) -> [UInt8] {
    var samples = [UInt8](repeating: 0, count: layout.bytes)
    samples.withUnsafeMutableBytes { samples in
        var begin = 0
        while begin < samples.count, !stream.isEmpty {
            let count = min(stream.count, samples.count - begin)
            UnsafeMutableRawBufferPointer(rebasing: samples[begin..<begin + count]).copyMemory(from: UnsafeRawBufferPointer(rebasing: stream[..<count]))
            begin += count
        }
    }
    return samples
}
