// The same on arrays, for those who have no buffers at hand.

extension RLELossless {
    /// - Returns: `layout.bytes` of the frame.
    public static func decode(_ encoded: [UInt8], _ layout: FrameLayout) throws(CodecError) -> [UInt8] {
        try decoded(encoded, layout) { encoded, output throws(CodecError) in try decode(encoded, layout, into: output) }.bytes
    }

    public static func encode(_ samples: [UInt8], _ layout: FrameLayout) throws(CodecError) -> [UInt8] {
        try reading(samples) { samples throws(CodecError) in try encode(samples, layout) }
    }
}

extension JPEGLossless {
    /// - Returns: `layout.bytes` of the frame, and what the stream says of them.
    public static func decode(_ encoded: [UInt8], _ layout: FrameLayout) throws(CodecError) -> (bytes: [UInt8], delivered: Delivered) {
        try decoded(encoded, layout) { encoded, output throws(CodecError) in try decode(encoded, layout, into: output) }
    }

    public static func encode(_ samples: [UInt8], _ layout: FrameLayout, _ parameters: Parameters) throws(CodecError) -> [UInt8] {
        try reading(samples) { samples throws(CodecError) in try encode(samples, layout, parameters) }
    }
}

/// Errors keep their type on the way through closures of the standard library, which rethrows without it.
private func reading<Value>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(CodecError) -> Value) throws(CodecError) -> Value {
    let result: Result<Value, CodecError> = bytes.withUnsafeBytes { bytes in
        do throws(CodecError) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
}

private func decoded<Value>(
    _ encoded: [UInt8], _ layout: FrameLayout,
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws(CodecError) -> Value
) throws(CodecError) -> (bytes: [UInt8], delivered: Value) {
    var output = [UInt8](repeating: 0, count: layout.bytes)
    let result: Result<Value, CodecError> = output.withUnsafeMutableBytes { output in
        do throws(CodecError) {
            return .success(try reading(encoded) { encoded throws(CodecError) in try body(encoded, output) })
        } catch { return .failure(error) }
    }
    return (output, try result.get())
}
