import DICOM
import DICOMImage
import Testing

@Suite("Video", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
struct VideoTests {
    /// Streams of the corpus, and what ffmpeg's own tool makes of two pixels of frame 7 and of the colours of frame 0.
    struct Stream: CustomTestStringConvertible {
        let name, codec, container: String
        let rate: Int
        let matrix: Video.Picture.Matrix
        /// Column 200 of row 100, column 400 of row 300.
        let pixels: [[Int]]
        let means: [Double]
        var testDescription: String { name }
    }

    static let mov = "mov,mp4,m4a,3gp,3g2,mj2"
    static let streams = [
        Stream(name: "mpeg2-mpml-100", codec: "mpeg2video", container: "mpeg", rate: 25, matrix: .bt601, pixels: [[0, 254, 0], [0, 0, 254]], means: [122.58, 130.46, 124.92]),
        Stream(name: "mpeg2-mphl-101", codec: "mpeg2video", container: "mpeg", rate: 30, matrix: .bt709, pixels: [[255, 23, 0], [0, 215, 0]], means: [124.2, 128.13, 125.56]),
        Stream(name: "mpeg4-high41-102", codec: "h264", container: mov, rate: 25, matrix: .bt601, pixels: [[0, 254, 0], [0, 0, 254]], means: [122.35, 129.33, 125.17]),
        Stream(name: "mpeg4-bd-103", codec: "h264", container: "mpegts", rate: 25, matrix: .bt709, pixels: [[255, 23, 0], [0, 215, 0]], means: [124.18, 128.12, 125.58]),
        Stream(name: "mpeg4-high42-104", codec: "h264", container: mov, rate: 50, matrix: .bt601, pixels: [[0, 254, 0], [0, 0, 254]], means: [122.31, 129.34, 125.11]),
        Stream(name: "hevc-main51-107", codec: "hevc", container: mov, rate: 25, matrix: .bt601, pixels: [[0, 254, 0], [0, 0, 254]], means: [122.35, 129.32, 125.23]),
        Stream(name: "hevc-main10-108", codec: "hevc", container: mov, rate: 25, matrix: .bt601, pixels: [[2, 1022, 1], [0, 0, 1018]], means: [491.98, 520.43, 502.55]),
    ]

    static func open(_ name: String) throws -> (bytes: [UInt8], description: PixelDescription) {
        let file = try Corpus.bytes("synthetic/video/\(name).dcm")
        let read = try FileReader.read(file, options: .init())
        let location = try #require(read.body?.reader.pixelData)
        let bytes = location.fragments.flatMap { file[Int(read.dataSetOffset + $0.offset)..<Int(read.dataSetOffset + $0.offset + $0.length)] }
        return (bytes, try PixelDescription(read.dataSet))
    }

    @Test("What a stream says of itself", .enabled(if: Video.isAvailable, "built without libav"), arguments: streams)
    func summary(stream: Stream) throws {
        let (bytes, description) = try Self.open(stream.name)
        let summary = try Video.summary(of: VideoSource(bytes))
        #expect((summary.rows, summary.columns) == (description.rows, description.columns))
        #expect(summary.numberOfFrames == description.numberOfFrames && summary.framesAreCounted)
        #expect(summary.rate?.numerator == stream.rate && summary.rate?.denominator == 1)
        #expect(abs((summary.duration ?? 0) - Double(description.numberOfFrames) / Double(stream.rate)) < 0.001)
        #expect(summary.bits == description.bitsStored)
        #expect((summary.codec, summary.container) == (stream.codec, stream.container))
    }

    @Test("Frames are those of ffmpeg", .enabled(if: Video.isAvailable, "built without libav"), arguments: streams)
    func frames(stream: Stream) throws {
        let (bytes, description) = try Self.open(stream.name)
        let source = VideoSource(bytes)
        let first = try Video.picture(0, of: source, description: description)
        #expect(first.frame.description.photometricInterpretation == .rgb)
        #expect((first.matrix, first.matrixIsSaid, first.isFullRange) == (stream.matrix, false, false))
        let numbers = try Frame(first.frame).integers
        for channel in 0..<3 {
            let mean = Double(stride(from: channel, to: numbers.count, by: 3).reduce(0) { $0 + numbers[$1] }) / Double(description.pixels)
            #expect(abs(mean - stream.means[channel]) < 1)
        }
        let seventh = try Frame(Video.frame(7, of: source, description: description)).integers
        for (pixel, at) in zip(stream.pixels, [(100, 200), (300, 400)]) {
            let start = (at.0 * description.columns + at.1) * 3
            for channel in 0..<3 { #expect(abs(seventh[start + channel] - pixel[channel]) <= 6) }
        }
        let last = try Video.frame(description.numberOfFrames - 1, of: source, description: description)
        #expect(last.bytes != first.frame.bytes)
        for index in [-1, description.numberOfFrames, 1_000_000] {
            #expect(throws: ImageError.self) { try Video.frame(index, of: source, description: description) }
        }
    }

    @Test("Another size than the data set's is an error that names both", .enabled(if: Video.isAvailable, "built without libav"))
    func size() throws {
        let (bytes, _) = try Self.open("mpeg4-high41-102")
        for (rows, columns) in [(480, 639), (100, 100), (4000, 4000)] {
            let description = try Samples.description(rows: rows, columns: columns, samples: 3, allocated: 8, stored: 8, "YBR_PARTIAL_420")
            #expect(throws: ImageError(.invalid, .pixelData, "")) { try Video.frame(0, of: VideoSource(bytes), description: description) }
        }
    }

    @Test("Cut off, damaged, empty, foreign: a frame or an error", .enabled(if: Video.isAvailable, "built without libav"), arguments: streams)
    func hostile(stream: Stream) throws {
        let (bytes, description) = try Self.open(stream.name)
        func ends(_ bytes: [UInt8], _ index: Int) {
            do throws(ImageError) {
                #expect(try Video.frame(index, of: VideoSource(bytes), description: description).bytes.count == description.frameBytes)
            } catch { #expect(!error.message.isEmpty) }
            do throws(ImageError) { _ = try Video.summary(of: VideoSource(bytes)) } catch { #expect(!error.message.isEmpty) }
        }
        for percent in stride(from: 1, to: 100, by: 14) { ends(Array(bytes.prefix(bytes.count * percent / 100)), 3) }
        var state: UInt64 = 1
        for _ in 0..<4 {
            var damaged = bytes
            for _ in 0..<200 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            ends(damaged, 5)
        }
        ends([], 0)
        ends(Array("#EXTM3U\n#EXT-X-TARGETDURATION:1\nfile:///etc/passwd\n".utf8), 0)
        ends([UInt8](repeating: 0xFF, count: 100_000), 0)
        #expect(throws: ImageError.self) {
            try Video.frame(0, of: VideoSource(length: 1 << 40) { _, _ in nil }, description: description)
        }
    }

    @Test("A frame near the start of a long stream is had without reading all of it", .enabled(if: Video.isAvailable, "built without libav"))
    func ranges() throws {
        let (bytes, description) = try Self.open("mpeg2-mpml-100")
        // A program stream, repeated: its clock starts anew, which only matters behind the first part.
        var read = 0
        let copies = 400
        let source = VideoSource(length: Int64(bytes.count * copies)) { offset, buffer in
            let start = Int(offset) % bytes.count, count = min(buffer.count, bytes.count - start)
            buffer.copyBytes(from: bytes[start..<(start + count)])
            read += count
            return count
        }
        _ = try Video.frame(3, of: source, description: description)
        #expect(read < 16 << 20)
    }

    @Test("Which transfer syntaxes are video")
    func syntaxes() throws {
        for suffix in ["100", "101.1", "103", "106.1", "107", "108"] { #expect(Video.holds(TransferSyntax(try #require(UID("1.2.840.10008.1.2.4.\(suffix)"))))) }
        #expect(try !Video.holds(.encapsulated(90)))
    }
}
