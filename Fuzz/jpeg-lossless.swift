// sources: Sources/ImageCodecs Fuzz/Shape.swift
/// JPEG lossless: foreign bytes give a frame or an error; what we encode decodes to itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let layout = shape(input) else { return 0 }
    withStream(input) { stream in
        withOwnBytes(layout.bytes) { output in
            do throws(CodecError) { _ = try JPEGLossless.decode(stream, layout, into: output) } catch {}
        }
        guard stream.count > 2 else { return }
        let samples = samples(layout, from: UnsafeRawBufferPointer(rebasing: stream[2...]))
        let parameters = JPEGLossless.Parameters(
            precision: layout.bitsAllocated, selectionValue: Int(stream[0] % 7) + 1, restartRows: Int(stream[1] % 4), isInterleaved: stream[1] & 8 == 0)
        let encoded: [UInt8]
        do throws(CodecError) { encoded = try JPEGLossless.encode(samples, layout, parameters) } catch { return }
        do throws(CodecError) {
            let decoded = try JPEGLossless.decode(encoded, layout).bytes
            precondition(decoded == samples, "own frame decodes to another")
        } catch { fatalError("own frame is refused") }
    }
    return 0
}
