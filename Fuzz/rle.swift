// sources: Sources/ImageCodecs Fuzz/Shape.swift
/// RLE: foreign bytes give a frame or an error; what we encode decodes to itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let layout = shape(input) else { return 0 }
    withStream(input) { stream in
        withOwnBytes(layout.bytes) { output in
            do throws(CodecError) { try RLELossless.decode(stream, layout, into: output) } catch {}
        }
        let samples = samples(layout, from: stream)
        let encoded: [UInt8]
        do throws(CodecError) { encoded = try RLELossless.encode(samples, layout) } catch { return }
        do throws(CodecError) {
            let decoded = try RLELossless.decode(encoded, layout)
            precondition(decoded == samples, "own frame decodes to another")
        } catch { fatalError("own frame is refused") }
    }
    return 0
}
