import DICOM
import DICOMImage

extension WorkerPool {
    public func videoFrame(_ index: Int, of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> NativeFrame {
        guard index >= 0, index <= Int(Int32.max) else { throw ImageError(.invalid, .numberOfFrames, "there is no frame \(index)") }
        return try await perform(.video, stream, transferSyntax, description, frame: index) { memory, request, outcome throws(ImageError) in
            try Self.frame(memory, request, outcome)
        }
    }

    public func videoSummary(of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> Video.Summary {
        try await perform(.summary, stream, transferSyntax, description, frame: 0) { _, _, outcome in
            guard case .summarised(let summary) = outcome else { return nil }
            return summary
        }
    }

    /// The stream is read into the worker's memory when there is a worker: however many wait, no more streams than workers are in memory.
    private func perform<Result: Sendable>(
        _ operation: WorkerMessage.Operation, _ stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription, frame: Int,
        result: (Descriptor, WorkerRequest, WorkerReply.Outcome) throws(ImageError) -> Result?
    ) async throws -> Result {
        try stream.checkLength()
        let job = Job(operation, transferSyntax, description, codeLength: Int(stream.length), frame: frame)
        var failure: (any Error)?
        do {
            return try await dispatcher.perform(job, fill: { memory, request in
                var offset = 0
                do {
                    try await stream.pieces { piece in
                        guard piece.count <= request.codeLength - offset, piece.withUnsafeBytes({ memory.write($0, at: request.codeOffset + offset) }) else {
                            throw job.refusal(.failed, "there is no memory to hand it over")
                        }
                        offset += piece.count
                    }
                } catch {
                    failure = error
                    return nil
                }
                return offset
            }, result: result)
        } catch {
            // Why the stream could not be read, where that was it.
            throw failure ?? error
        }
    }
}
