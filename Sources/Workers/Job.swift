import DICOM
import DICOMImage

/// One frame to be decoded or encoded, before it has a worker.
struct Job: Sendable {
    let operation: WorkerMessage.Operation
    let transferSyntax: TransferSyntax
    let description: PixelDescription
    let parameters: EncodingParameters
    /// Bytes of the code stream, at most.
    let codeLength: Int
    /// Of a video: which frame, from 0.
    let frame: Int

    init(
        _ operation: WorkerMessage.Operation, _ transferSyntax: TransferSyntax, _ description: PixelDescription, _ parameters: EncodingParameters = EncodingParameters(),
        codeLength: Int, frame: Int = 0
    ) {
        self.operation = operation
        self.transferSyntax = transferSyntax
        self.description = description
        self.parameters = parameters
        self.codeLength = codeLength
        self.frame = frame
    }

    /// Bytes that a code stream may have.
    var longest: Int {
        switch operation {
        case .decode, .encode: 2 * ImageLimits.frameBytes + 65_536
        case .video, .summary: Int(VideoStream.longest)
        }
    }

    /// How often the time of a frame it may take: of a video all frames from a key frame on, or even from the first one, are decoded.
    var patience: Int {
        switch operation {
        case .decode, .encode: 1
        case .video, .summary: 3
        }
    }

    /// `JPEG 2000 frame of 512 columns and 512 rows: the decoder took longer than 10 s`
    func failure(_ code: ImageError.Code, _ words: String) -> ImageError {
        let who = operation == .encode ? "encoder" : "decoder"
        return ImageError(
            code, .pixelData, "\(transferSyntax.name) frame of \(description.columns) columns and \(description.rows) rows: the \(who) \(words)")
    }

    func refusal(_ code: ImageError.Code, _ words: String) -> ImageError {
        ImageError(code, .pixelData, "\(transferSyntax.name) frame of \(description.columns) columns and \(description.rows) rows: \(words)")
    }
}
