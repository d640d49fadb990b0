import DICOM
import DICOMImage
import Foundation
import Testing

@Suite("Multi-frame images as GIF and MP4")
struct AnimationTests {
    private static func number(_ tag: Tag, _ numbers: Double...) -> DataElement { DataElement(tag, .DS, decimals: numbers) }

    /// PS3.3 §C.7.6.5; the first attribute that is there decides.
    @Test("How long a frame is seen", arguments: [
        ([], .assumed, [100, 100, 100]),
        ([number(.frameTime, 40)], .frameTime, [40, 40, 40]),
        ([number(.frameTime, 40), DataElement(.cineRate, .IS, "50")], .cineRate, [20, 20, 20]),
        ([DataElement(.cineRate, .IS, "50"), DataElement(.recommendedDisplayFrameRate, .IS, "8")], .recommendedDisplayFrameRate, [125, 125, 125]),
        // The first is 0, each other the time since the frame before.
        ([number(.frameTimeVector, 0, 30, 50)], .frameTimeVector, [30, 50, 50]),
        ([number(.frameTime, 0), number(.frameTimeVector, 0, 30, 50)], .frameTimeVector, [30, 50, 50]),
        ([DataElement(.cineRate, .IS, "0")], .assumed, [100, 100, 100]),
    ] as [([DataElement], CineTiming.Source, [Double])])
    func rates(elements: [DataElement], source: CineTiming.Source, expected: [Double]) {
        let timing = CineTiming(DataSet(elements), numberOfFrames: 3)
        #expect(timing.source == source)
        #expect(timing.milliseconds == expected)
        // A guess is said to be one.
        #expect(timing.remarks.isEmpty == (source != .assumed))
    }

    @Test("Which frames, in which order", arguments: [
        ([], 4, 100, [0, 1, 2, 3]),
        ([DataElement(Tag(0x0008, 0x2142), .IS, "2"), DataElement(Tag(0x0008, 0x2143), .IS, "3")], 4, 100, [1, 2]),
        ([DataElement(Tag(0x0008, 0x2142), .IS, "9"), DataElement(Tag(0x0008, 0x2143), .IS, "-3")], 4, 100, [3]),
        ([Image.us(Tag(0x0018, 0x1244), 1)], 4, 100, [0, 1, 2, 3, 2, 1]),
        ([Image.us(Tag(0x0018, 0x1244), 0)], 4, 100, [0, 1, 2, 3]),
        ([], 4, 3, [0, 1, 2]),
    ] as [([DataElement], Int, Int, [Int])])
    func order(elements: [DataElement], count: Int, limit: Int, expected: [Int]) {
        let timing = CineTiming(DataSet(elements + [DataElement(.frameTime, .DS, "40")]), numberOfFrames: count, limit: limit)
        #expect(timing.frames == expected)
        #expect(timing.remarks.isEmpty == (limit > count))
    }

    /// A picture with every grey, noise that fills the code table, and a frame number in its first pixels.
    private static func grey(_ number: Int, width: Int = 150, height: Int = 101) -> Picture {
        var seed = UInt32(truncatingIfNeeded: number + 1)
        let levels = (0..<width * height).map { index -> UInt8 in
            seed = seed &* 1664525 &+ 1013904223
            return index < 10 ? UInt8(number) : index / width < height / 2 ? UInt8(truncatingIfNeeded: seed >> 24) : UInt8(index % 256)
        }
        return Picture(width: width, height: height, channels: 1, levels: .eight(levels))
    }

    private static func timing(_ count: Int, milliseconds: Double = 40) -> CineTiming {
        CineTiming(DataSet([DataElement(.frameTime, .DS, decimals: [milliseconds])]), numberOfFrames: count)
    }

    private func written(_ format: Animation.Format, _ timing: CineTiming, _ picture: (Int) throws -> Picture) async throws -> ([UInt8], [String]) {
        var bytes: [UInt8] = []
        let remarks = try await Animation.write(format, timing, picture: { try picture($0) }) { bytes += $0 }
        return (bytes, remarks)
    }

    @Test("GIF holds every grey of every frame", arguments: [(150, 101), (1, 1), (600, 700)])
    func grey(size: (Int, Int)) async throws {
        let (gif, remarks) = try await written(.gif, Self.timing(3)) { Self.grey($0, width: size.0, height: size.1) }
        #expect(remarks.isEmpty)
        let read = try #require(GIF(gif))
        #expect((read.width, read.height) == size)
        #expect(read.frames.map(\.delay) == [4, 4, 4])
        for index in 0..<3 { #expect(read.frames[index].rgb == State.levels(Self.grey(index, width: size.0, height: size.1)).flatMap { [$0, $0, $0] }) }
    }

    @Test("Another reader sees the same GIF", arguments: [1, 3])
    func ffmpeg(channels: Int) async throws {
        guard let ffmpeg = Peer.path("ffmpeg") else {
            print("skipped: no ffmpeg")
            return
        }
        let pictures = (0..<4).map { number in
            let grey = State.levels(Self.grey(number))
            return Picture(width: 150, height: 101, channels: channels, levels: .eight(channels == 1 ? grey : grey.flatMap { [$0, 255 - $0, 7] }))
        }
        let (gif, _) = try await written(.gif, Self.timing(4)) { pictures[$0] }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString).gif")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(gif).write(to: file)
        let raw = try Peer.bytes(ffmpeg, "-v", "error", "-i", file.path, "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
        #expect(raw == pictures.flatMap { picture in channels == 3 ? State.levels(picture) : State.levels(picture).flatMap { [$0, $0, $0] } })
    }

    @Test("GIF holds up to 256 colours exactly, of more the nearest, and says so", arguments: [200, 60000])
    func colours(count: Int) async throws {
        let rgb = (0..<256 * 256).flatMap { index -> [UInt8] in
            let key = UInt32(index % count) &* 2654435761
            return [UInt8(truncatingIfNeeded: key >> 24), UInt8(truncatingIfNeeded: key >> 16), UInt8(truncatingIfNeeded: key >> 8)]
        }
        let picture = Picture(width: 256, height: 256, channels: 3, levels: .eight(rgb))
        let (gif, remarks) = try await written(.gif, Self.timing(1)) { _ in picture }
        let read = try #require(GIF(gif)?.frames.first?.rgb)
        #expect(remarks.isEmpty == (count <= 256))
        if count <= 256 { #expect(read == rgb) }
        let error = zip(read, rgb).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(error) / Double(rgb.count) < 24)
    }

    @Test("Delays do not drift, frames too short for browsers are said", arguments: [(33.3, 3, 100, 333), (16.0, 2, 50, 100)])
    func delays(milliseconds: Double, least: Int, count: Int, total: Int) async throws {
        let (gif, remarks) = try await written(.gif, Self.timing(count, milliseconds: milliseconds)) { Self.grey($0 % 200, width: 4, height: 4) }
        let delays = try #require(GIF(gif)).frames.map(\.delay)
        #expect(delays.allSatisfy { $0 >= least })
        #expect(delays.reduce(0, +) == total)
        #expect(remarks.isEmpty == (milliseconds > 20))
    }

    @Test("A frame of another size is refused")
    func otherSize() async throws {
        await #expect(throws: ImageError(.encoding, nil, "")) { try await written(.gif, Self.timing(2)) { Self.grey($0, width: 4 + $0, height: 4) } }
    }

    @Test("MP4 plays each frame as long as it is to be seen", arguments: [(150, 101), (64, 64)])
    func mp4(size: (Int, Int)) async throws {
        guard MP4Writer.isAvailable, let probe = Peer.path("ffprobe") else {
            print("skipped: no encoder for H.264, or no ffprobe")
            return
        }
        let (mp4, remarks) = try await written(.mp4, Self.timing(30, milliseconds: 40)) { Self.grey($0, width: size.0, height: size.1) }
        #expect(remarks == ["MP4 is encoded with loss"])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString).mp4")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(mp4).write(to: file)
        let answer = try Peer.run(probe, "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames,width,height,duration", "-of", "csv=p=0", file.path)
        #expect(answer == "h264,\((size.0 + 1) / 2 * 2),\((size.1 + 1) / 2 * 2),1.200000,30")
    }

    @Test("MP4 shows colours and greys nearly as they are")
    func mp4Colours() async throws {
        guard MP4Writer.isAvailable, let ffmpeg = Peer.path("ffmpeg") else {
            print("skipped: no encoder for H.264, or no ffmpeg")
            return
        }
        let colours: [[UInt8]] = [[0, 0, 0], [255, 255, 255], [128, 128, 128], [200, 40, 40], [40, 200, 40], [40, 40, 200]]
        let rgb = colours.flatMap { colour in (0..<32 * 32).flatMap { _ in colour } }
        let picture = Picture(width: 32, height: 32 * colours.count, channels: 3, levels: .eight(rgb))
        let (mp4, _) = try await written(.mp4, Self.timing(2)) { _ in picture }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString).mp4")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(mp4).write(to: file)
        let raw = try Peer.bytes(ffmpeg, "-v", "error", "-i", file.path, "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
        #expect(raw.count == rgb.count)
        for index in colours.indices {
            let at = (index * 32 * 32 + 16 * 32 + 16) * 3
            for channel in 0..<3 { #expect(abs(Int(raw[at + channel]) - Int(colours[index][channel])) <= 6, "\(colours[index])") }
        }
    }
}
