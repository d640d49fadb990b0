import CVideo

/// H.264 in MP4, frame by frame, as ``GIFWriter`` writes GIF; by libav where it is installed.
///
/// Always with loss: eight bits, chroma halved, and the encoder's own. For looking at, not for reading.
public struct MP4Writer: ~Copyable {
    public let width: Int
    public let height: Int
    private let encoder: OpaquePointer
    private let output: Output

    /// Bytes that libav hands over while a frame is encoded.
    private final class Output {
        var bytes: [UInt8] = []
    }

    public static var isAvailable: Bool { video_encoder_is_available() }

    /// - Throws: `unsupported` where this build or this machine has no encoder, `encoding`.
    public init(width: Int, height: Int) throws(ImageError) {
        guard Self.isAvailable else {
            throw ImageError(.unsupported, nil, "MP4 needs libav with an encoder for H.264 (libavcodec, libx264), which is not installed")
        }
        let output = Output()
        var error = [CChar](repeating: 0, count: 256)
        let encoder = video_encoder_open(
            Int32(clamping: width), Int32(clamping: height),
            { context, bytes, count in
                guard let context, let bytes else { return false }
                Unmanaged<Output>.fromOpaque(context).takeUnretainedValue().bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                return true
            }, Unmanaged.passUnretained(output).toOpaque(), &error, error.count)
        guard let encoder else { throw ImageError(.encoding, nil, Self.text(error)) }
        self.width = width
        self.height = height
        self.encoder = encoder
        self.output = output
    }

    deinit { video_encoder_close(encoder) }

    /// - Throws: `encoding`; also where the picture has another size than the first.
    public mutating func append(_ picture: Picture, milliseconds: Double) throws(ImageError) -> [UInt8] {
        guard picture.width == width, picture.height == height else {
            throw ImageError(.encoding, nil, "a frame of \(picture.width) × \(picture.height) pixels in a video of \(width) × \(height)")
        }
        let levels = picture.channels == 3 ? picture.bytes : Paper(picture, inColour: true).picture.bytes
        var error = [CChar](repeating: 0, count: 256)
        guard video_encoder_append(encoder, levels, milliseconds, &error, error.count) else { throw ImageError(.encoding, nil, Self.text(error)) }
        return taken()
    }

    /// What ends the file.
    public mutating func finish() throws(ImageError) -> [UInt8] {
        var error = [CChar](repeating: 0, count: 256)
        guard video_encoder_finish(encoder, &error, error.count) else { throw ImageError(.encoding, nil, Self.text(error)) }
        return taken()
    }

    private func taken() -> [UInt8] {
        defer { output.bytes = [] }
        return output.bytes
    }

    private static func text(_ error: [CChar]) -> String {
        String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
