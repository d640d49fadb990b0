// What the browser calls: the codecs of Sources/ImageCodecs behind plain numbers. Made by Tools/build-wasm.

/// Of the last call that failed; of the last one that did not, colour and precision.
nonisolated(unsafe) private var failure = CodecError(.unsupported, "nothing was decoded", at: 0)
nonisolated(unsafe) private var delivered = JPEGLossless.Delivered(precision: 0, selectionValue: 0, pointTransform: 0, colour: nil)

/// - Parameter codec: 1 RLE, 2 JPEG lossless.
/// - Returns: 0, or the place of `CodecError.Code` from 1; see ``reason()``.
@_expose(wasm, "decode") @_cdecl("decode")
public func decode(
    _ codec: Int32, _ encoded: UnsafeRawPointer, _ encodedCount: Int32, _ rows: Int32, _ columns: Int32, _ samples: Int32, _ bitsAllocated: Int32,
    _ output: UnsafeMutableRawPointer, _ outputCount: Int32
) -> Int32 {
    let encoded = UnsafeRawBufferPointer(start: encoded, count: Int(encodedCount))
    let output = UnsafeMutableRawBufferPointer(start: output, count: Int(outputCount))
    delivered = .init(precision: 0, selectionValue: 0, pointTransform: 0, colour: nil)
    do throws(CodecError) {
        let layout = try FrameLayout(rows: Int(rows), columns: Int(columns), samples: Int(samples), bitsAllocated: Int(bitsAllocated))
        switch codec {
        case 1: try RLELossless.decode(encoded, layout, into: output)
        case 2: delivered = try JPEGLossless.decode(encoded, layout, into: output)
        default: throw CodecError(.unsupported, "no such codec", at: 0)
        }
        return 0
    } catch {
        failure = error
        return Int32(error.code.rawValue) + 1
    }
}

/// Words of the last failure, ASCII.
@_expose(wasm, "reason") @_cdecl("reason")
public func reason() -> UnsafePointer<UInt8> { failure.reason.utf8Start }

@_expose(wasm, "reasonLength") @_cdecl("reasonLength")
public func reasonLength() -> Int32 { Int32(truncatingIfNeeded: failure.reason.utf8CodeUnitCount) }

/// Byte of the stream where it was found.
@_expose(wasm, "failedAt") @_cdecl("failedAt")
public func failedAt() -> Int32 { Int32(truncatingIfNeeded: failure.offset) }

/// What the last stream said of its colour: 0 nothing, 1 RGB, 2 YCbCr.
@_expose(wasm, "colour") @_cdecl("colour")
public func colour() -> Int32 {
    switch delivered.colour {
    case nil: 0
    case .rgb: 1
    case .yCbCr: 2
    }
}
