import DICOM

/// Who decodes and encodes frames: this process, or workers beside it.
public protocol FrameCoding: Sendable {
    /// - Parameter encoded: the frame's fragments, put together.
    func decode(_ encoded: [UInt8], _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws(ImageError) -> NativeFrame

    func encode(_ frame: NativeFrame, _ transferSyntax: TransferSyntax, _ parameters: EncodingParameters) async throws(ImageError) -> EncodedFrame

    /// Frame `index` of a video in order of display, from 0, as RGB.
    ///
    /// - Parameter description: of the data set; a stream of another size is an error.
    /// - Throws: `ImageError` (`unsupported` without libav, `tooLarge` beyond ``VideoStream/longest``), and what reading the stream throws.
    func videoFrame(_ index: Int, of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> NativeFrame

    /// What a video says of itself.
    ///
    /// - Throws: as ``videoFrame(_:of:_:_:)``.
    func videoSummary(of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> Video.Summary
}

/// Decodes where it is called: for the worker itself, and for tests.
public struct DirectFrameCoding: FrameCoding {
    public init() {}

    public func decode(_ encoded: [UInt8], _ transferSyntax: TransferSyntax, _ description: PixelDescription) throws(ImageError) -> NativeFrame {
        guard let codec = FrameCodec.of(transferSyntax) else {
            throw ImageError(.unsupported, .transferSyntaxUID, "frames in \(transferSyntax.name) are not understood")
        }
        var delivered = description.photometricInterpretation
        var failure: ImageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: description.frameBytes) { buffer, made in
            let output = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: description.frameBytes)
            encoded.withUnsafeBytes { encoded in
                do throws(ImageError) { delivered = try codec.decode(encoded, description, output) } catch { failure = error }
            }
            made = failure == nil ? description.frameBytes : 0
        }
        if let failure { throw failure }
        return try NativeFrame(description: description.interleaved(as: delivered), bytes: bytes)
    }

    public func encode(_ frame: NativeFrame, _ transferSyntax: TransferSyntax, _ parameters: EncodingParameters) throws(ImageError) -> EncodedFrame {
        guard let encode = FrameCodec.of(transferSyntax)?.encode else {
            throw ImageError(.unsupported, .transferSyntaxUID, "frames are not written in \(transferSyntax.name)")
        }
        var result: Result<EncodedFrame, ImageError>?
        frame.bytes.withUnsafeBytes { samples in
            do throws(ImageError) { result = .success(try encode(samples, frame.description, parameters)) } catch { result = .failure(error) }
        }
        guard let result else { throw ImageError(.encoding, nil, "nothing was encoded") }
        return try result.get()
    }

    public func videoFrame(_ index: Int, of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> NativeFrame {
        try Video.frame(index, of: VideoSource(try await stream.bytes()), description: description)
    }

    public func videoSummary(of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> Video.Summary {
        try Video.summary(of: VideoSource(try await stream.bytes()))
    }
}
