import CVideo
import DICOM

/// MPEG-2, MPEG-4 AVC/H.264 and HEVC in Pixel Data (PS3.5 §8.2.5 to §8.2.10): single frames by libav, where it was
/// installed when this was built. The stream itself is stored and sent as it came.
public enum Video {
    /// Whether frames can be had at all.
    public static var isAvailable: Bool { video_decoder_is_available() }

    /// Transfer syntaxes whose Pixel Data is one video, fragmentable ones included.
    public static func holds(_ transferSyntax: TransferSyntax) -> Bool { syntaxes.contains(transferSyntax.uid.text) }

    private static let syntaxes: Set<String> = Set(
        (100...106).flatMap { ["1.2.840.10008.1.2.4.\($0)", "1.2.840.10008.1.2.4.\($0).1"] } + ["1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108"])

    /// What the stream says of itself; the data set may say otherwise.
    public struct Summary: Sendable, Equatable {
        public var rows: Int
        public var columns: Int
        /// nil where nothing tells.
        public var numberOfFrames: Int?
        /// By the container's table or packet by packet; else duration times rate, which may be wrong by a few.
        public var framesAreCounted: Bool
        /// Seconds.
        public var duration: Double?
        /// Frames per second, as a fraction: 30000 / 1001.
        public var rate: (numerator: Int, denominator: Int)?
        /// Significant bits of a sample.
        public var bits: Int
        /// `h264`, `hevc`, `mpeg2video`; `mov,mp4,…`, `mpegts`, `mpeg`; `yuv420p`.
        public var codec, container, pixelFormat: String

        public init(
            rows: Int, columns: Int, numberOfFrames: Int?, framesAreCounted: Bool, duration: Double?, rate: (numerator: Int, denominator: Int)?, bits: Int,
            codec: String, container: String, pixelFormat: String
        ) {
            self.rows = rows
            self.columns = columns
            self.numberOfFrames = numberOfFrames
            self.framesAreCounted = framesAreCounted
            self.duration = duration
            self.rate = rate
            self.bits = bits
            self.codec = codec
            self.container = container
            self.pixelFormat = pixelFormat
        }

        public static func == (a: Self, b: Self) -> Bool {
            a.rows == b.rows && a.columns == b.columns && a.numberOfFrames == b.numberOfFrames && a.duration == b.duration && a.codec == b.codec
                && a.container == b.container && a.pixelFormat == b.pixelFormat && a.rate?.numerator == b.rate?.numerator
                && a.rate?.denominator == b.rate?.denominator
        }
    }

    /// A frame, and how its YCbCr became RGB.
    public struct Picture: Sendable, Equatable {
        public enum Matrix: Int, Sendable { case bt601 = 601, bt709 = 709, bt2020 = 2020 }
        /// RGB; Bits Stored as in the data set.
        public var frame: NativeFrame
        public var matrix: Matrix
        /// False: the stream is silent; BT.709 is taken from 720 rows on, BT.601 below.
        public var matrixIsSaid: Bool
        /// Luma from 0 to the largest value; else from 16 to 235 (of 8 bits), as YBR_PARTIAL_420 has it.
        public var isFullRange: Bool
    }

    /// Streams without a table of frames are counted packet by packet up to this length, which reads all of them.
    static let countedUpTo: Int64 = 256 << 20

    /// - Throws: `unsupported` without libav, `invalid` where the stream is none.
    public static func summary(of source: VideoSource) throws(ImageError) -> Summary {
        var summary = VideoDecoderSummary()
        try run(source) { read, context, message, size in
            video_decoder_summarise(read, context, source.length, countedUpTo, &summary, message, size)
        }
        return Summary(
            rows: Int(summary.rows), columns: Int(summary.columns), numberOfFrames: summary.frames > 0 ? Int(summary.frames) : nil,
            framesAreCounted: summary.frames_are_counted, duration: summary.duration > 0 ? summary.duration : nil,
            rate: summary.rate_numerator > 0 ? (Int(summary.rate_numerator), Int(summary.rate_denominator)) : nil, bits: Int(summary.bits),
            codec: text(summary.codec), container: text(summary.container), pixelFormat: text(summary.pixel_format))
    }

    /// Frame `index` in order of display, from 0.
    ///
    /// - Parameter description: of the data set: a stream of another size is an error. Its frames become RGB.
    /// - Throws: `unsupported` without libav; `invalid` where the stream ends before, the frame is damaged or of another size.
    public static func picture(_ index: Int, of source: VideoSource, description: PixelDescription) throws(ImageError) -> Picture {
        guard index >= 0 else { throw ImageError(.invalid, .numberOfFrames, "there is no frame \(index)") }
        guard description.samplesPerPixel == 3, description.bitsAllocated == 8 || description.bitsAllocated == 16 else {
            throw ImageError(.invalid, .bitsAllocated, "video has three samples of 8 or 16 bits, the data set says \(description.samplesPerPixel) of \(description.bitsAllocated)")
        }
        // 8 bits of 16 are their low ones too.
        let bits = description.bitsAllocated == 8 ? 8 : max(description.bitsStored, 9)
        var bytes = [UInt8](repeating: 0, count: description.frameBytes)
        var colour = VideoDecoderColour()
        var failure: ImageError?
        bytes.withUnsafeMutableBytes { samples in
            let target = samples.bindMemory(to: UInt8.self).baseAddress
            do throws(ImageError) {
                try run(source) { read, context, message, size in
                    video_decoder_frame(
                        read, context, source.length, Int64(index), Int32(description.columns), Int32(description.rows), Int32(bits), target, &colour,
                        message, size)
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return Picture(
            frame: try NativeFrame(description: description.interleaved(as: .rgb), bytes: bytes), matrix: Picture.Matrix(rawValue: Int(colour.matrix)) ?? .bt601,
            matrixIsSaid: colour.matrix_is_said, isFullRange: colour.is_full_range)
    }

    /// Frame `index` alone.
    public static func frame(_ index: Int, of source: VideoSource, description: PixelDescription) throws(ImageError) -> NativeFrame {
        try picture(index, of: source, description: description).frame
    }

    private typealias Work = (VideoDecoderRead, UnsafeMutableRawPointer, UnsafeMutablePointer<CChar>, Int) -> Int32

    private static func run(_ source: VideoSource, _ work: Work) throws(ImageError) {
        guard isAvailable else {
            throw ImageError(
                .unsupported, .transferSyntaxUID,
                "frames of video need libav, and this program was built without it: install libavcodec-dev, libavformat-dev and libswscale-dev, then build again")
        }
        var message = [CChar](repeating: 0, count: 256)
        var source = source
        let failed = withUnsafeMutablePointer(to: &source) { source in
            work(
                { context, offset, bytes, count in
                    guard let source = context?.assumingMemoryBound(to: VideoSource.self), let bytes, count > 0 else { return -1 }
                    return source.pointee.read(offset, UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))).map(Int32.init) ?? -1
                }, source, &message, message.count)
        }
        guard failed == 0 else {
            let words = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw ImageError(.invalid, .pixelData, "the video is not read: \(words)")
        }
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
