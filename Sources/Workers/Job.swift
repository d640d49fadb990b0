import DICOM
import DICOMImage

/// One frame to be decoded or encoded, before it has a worker.
struct Job: Sendable {
    let operation: WorkerMessage.Operation
    let transferSyntax: TransferSyntax
    let description: PixelDescription
    let parameters: EncodingParameters
    let codeLength: Int

    init(_ operation: WorkerMessage.Operation, _ transferSyntax: TransferSyntax, _ description: PixelDescription, _ parameters: EncodingParameters, codeLength: Int) {
        self.operation = operation
        self.transferSyntax = transferSyntax
        self.description = description
        self.parameters = parameters
        self.codeLength = codeLength
    }

    /// `JPEG 2000 frame of 512 columns and 512 rows: the decoder took longer than 10 s`
    func failure(_ code: ImageError.Code, _ words: String) -> ImageError {
        let who = operation == .decode ? "decoder" : "encoder"
        return ImageError(
            code, .pixelData, "\(transferSyntax.name) frame of \(description.columns) columns and \(description.rows) rows: the \(who) \(words)")
    }

    func refusal(_ code: ImageError.Code, _ words: String) -> ImageError {
        ImageError(code, .pixelData, "\(transferSyntax.name) frame of \(description.columns) columns and \(description.rows) rows: \(words)")
    }
}
