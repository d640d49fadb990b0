import DICOM

/// The frames of a multi-frame image as one file that plays them (PS3.18 §8.7.3).
public enum Animation {
    public enum Format: Sendable, Equatable {
        /// Without loss for greys; 256 colours a frame.
        case gif
        /// H.264, with loss.
        case mp4
    }

    /// Frames of one file at most.
    public static let limit = 2000

    /// Encodes frame by frame: no more than one picture and what the encoder holds back is in memory.
    ///
    /// - Parameters:
    ///   - picture: of a frame, by its index from 0; asked for in the order they are seen.
    ///   - sink: takes the file's bytes in their order.
    /// - Returns: where the file differs from what was asked for, in words.
    public static func write(
        _ format: Format, _ timing: CineTiming, picture: (Int) async throws -> Picture, to sink: ([UInt8]) async throws -> Void
    ) async throws -> [String] {
        guard let first = timing.frames.first else { throw ImageError(.missing, .numberOfFrames, "there are no frames to play") }
        let start = try await picture(first)
        var remarks = timing.remarks
        switch format {
        case .gif:
            var writer = try GIFWriter(width: start.width, height: start.height)
            for (index, frame) in timing.frames.enumerated() {
                let shown = index == 0 ? start : try await picture(frame)
                try await sink(try writer.append(shown, milliseconds: timing.milliseconds[index]))
            }
            try await sink(writer.finish())
            if writer.isSlowed { remarks.append("played slower: GIF shows no more than fifty frames a second") }
            if writer.isReduced { remarks.append("GIF holds 256 colours a frame: the nearest are shown") }
        case .mp4:
            var writer = try MP4Writer(width: start.width, height: start.height)
            for (index, frame) in timing.frames.enumerated() {
                let shown = index == 0 ? start : try await picture(frame)
                try await sink(try writer.append(shown, milliseconds: timing.milliseconds[index]))
            }
            try await sink(try writer.finish())
            remarks.append("MP4 is encoded with loss")
        }
        return remarks
    }
}
