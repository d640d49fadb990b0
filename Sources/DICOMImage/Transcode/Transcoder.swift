import DICOM

public struct TranscodeOptions: Sendable {
    public var parameters = EncodingParameters()
    /// Each frame that was compressed without loss is decoded again and compared: nothing else is accepted.
    public var verifies = true
    /// Of a result that lost something; nil for a random one.
    public var newSOPInstanceUID: UID?

    public init(parameters: EncodingParameters = EncodingParameters(), verifies: Bool = true, newSOPInstanceUID: UID? = nil) {
        self.parameters = parameters
        self.verifies = verifies
        self.newSOPInstanceUID = newSOPInstanceUID
    }
}

/// What became of an instance.
public struct TranscodeOutcome: Sendable, Equatable {
    /// Another one than the source's where something was lost.
    public var sopInstance: UID
    public var transferSyntax: TransferSyntax
    public var frames: Int
    public var isLossy: Bool
    /// Frames that were decoded again and found equal.
    public var verifiedFrames: Int
    /// Of the whole file.
    public var bytes: UInt64
}

/// A frame in another transfer syntax.
public struct TranscodedFrame: Sendable, Equatable {
    /// In native syntaxes the frame alone, beginning with its first bit, in the byte order of the syntax.
    public var bytes: [UInt8]
    public var photometricInterpretation: PhotometricInterpretation
    public var isLossy: Bool
}

/// Writes instances in other transfer syntaxes, frame after frame: memory holds one frame and what it becomes.
public struct Transcoder: Sendable {
    public typealias Sink = (_ bytes: [UInt8]) async throws -> Void

    public let coding: any FrameCoding
    public let options: TranscodeOptions

    public init(coding: any FrameCoding, options: TranscodeOptions = TranscodeOptions()) {
        self.coding = coding
        self.options = options
    }

    /// Writes a whole PS3.10 file.
    ///
    /// - Parameters:
    ///   - progress: told the number of each frame that is done.
    ///   - sink: is handed the file piece by piece, and waited for.
    /// - Throws: `ImageError`, `ReadError`, `WriteError` that name what is wrong, and what reading and the sink throw. What has been
    ///   written until then is no file.
    public func transcode(
        _ instance: StoredInstance, to target: TransferSyntax, progress: (@Sendable (Int) -> Void)? = nil, sink: @escaping Sink
    ) async throws -> TranscodeOutcome {
        let source = instance.transferSyntax
        let output = TranscodedFile(instance, target)
        if source == target { return try await output.copied(sink) }
        guard !source.isVideo, !target.isVideo else {
            throw ImageError(.unsupported, .transferSyntaxUID, "video is kept as it is: \(source.isVideo ? "from \(source.name)" : "to \(target.name)")")
        }
        guard let pixelData = instance.pixelData else {
            guard !target.isEncapsulated else {
                throw ImageError(.missing, .pixelData, "the instance is no image: \(target.name) is for images")
            }
            return try await output.rewritten(sink)
        }
        if !pixelData.isEncapsulated, !target.isEncapsulated { return try await output.rewritten(sink) }
        let frames = try FrameTranscoder(instance, pixelData, target, self)
        return try await frames.written(output, progress, sink)
    }

    /// One frame, without its instance.
    ///
    /// - Parameter index: from 0.
    public func frame(_ index: Int, of instance: StoredInstance, to target: TransferSyntax) async throws -> TranscodedFrame {
        let source = instance.transferSyntax
        guard let pixelData = instance.pixelData else { throw ImageError(.missing, .pixelData, "the instance is no image") }
        if source == target, target.isEncapsulated {
            let description = try PixelDescription(instance.dataSet)
            return TranscodedFrame(bytes: try await instance.frame(index), photometricInterpretation: description.photometricInterpretation, isLossy: false)
        }
        guard !source.isVideo, !target.isVideo else {
            throw ImageError(.unsupported, .transferSyntaxUID, "video is kept as it is")
        }
        let frames: FrameTranscoder
        do throws(ImageError) {
            frames = try FrameTranscoder(instance, pixelData, target, self)
        } catch {
            throw ImageError(error.code, error.tag, "frame \(index < .max ? index + 1 : index): \(error.message)")
        }
        let native = try await frames.decoded(index)
        guard target.isEncapsulated else {
            return TranscodedFrame(
                bytes: NativeBytes.ordered(native, bigEndian: target.hasBigEndianPixels), photometricInterpretation: native.description.photometricInterpretation,
                isLossy: false)
        }
        let encoded = try await frames.encoded(native, index)
        return TranscodedFrame(bytes: encoded.bytes, photometricInterpretation: encoded.photometricInterpretation, isLossy: frames.lossMethod != nil)
    }
}
