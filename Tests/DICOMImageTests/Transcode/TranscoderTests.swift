import DICOM
import Foundation
import Testing

@testable import DICOMImage

@Suite("Transcoding")
struct TranscoderTests {
    // MARK: Every shape through every syntax and back

    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var bits = 16, stored = 16, high = 15
        var isSigned = false
        var samples = 1
        var photometric = "MONOCHROME2"
        var isPlanar = false
        var frames = 1
        var rows = 7, columns = 9
        var source = "explicit"

        func file() throws -> [UInt8] {
            let header = Image.header(
                rows: rows, columns: columns, Image.us(.bitsAllocated, bits), Image.us(.bitsStored, stored), Image.us(.highBit, high),
                Image.us(.pixelRepresentation, isSigned ? 1 : 0), Image.us(.samplesPerPixel, samples), Image.cs(.photometricInterpretation, photometric),
                Image.us(.planarConfiguration, isPlanar ? 1 : 0), DataElement(.numberOfFrames, .IS, "\(frames)"))
            let perPixel = photometric == "YBR_FULL_422" ? 2 : samples
            let count = (rows * columns * perPixel * frames * bits + 7) / 8
            // Every bit pattern a sample may have, in an order that repeats late.
            var state: UInt32 = 12345
            var bytes = (0..<count).map { _ -> UInt8 in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            }
            let total = rows * columns * perPixel * frames * bits
            if total % 8 > 0 { bytes[count - 1] &= 1 << UInt8(total % 8) - 1 }
            return try HeldFile.image(header, DataElement(.pixelData, bits > 8 ? .OW : .OB, bytes: bytes), as: .named(source))
        }
    }

    static let shapes: [Shape] = [
        Shape(testDescription: "8 bits", bits: 8, stored: 8, high: 7),
        Shape(testDescription: "8 bits with sign", bits: 8, stored: 8, high: 7, isSigned: true),
        Shape(testDescription: "6 of 8 bits", bits: 8, stored: 6, high: 5),
        Shape(testDescription: "10 bits", stored: 10, high: 9),
        Shape(testDescription: "12 bits with sign", stored: 12, high: 11, isSigned: true),
        Shape(testDescription: "12 bits at the upper end", stored: 12, high: 15),
        Shape(testDescription: "12 bits in the middle, with sign", stored: 12, high: 13, isSigned: true),
        Shape(testDescription: "16 bits"),
        Shape(testDescription: "16 bits with sign", isSigned: true),
        Shape(testDescription: "16 bits of big endian, 3 frames", frames: 3, source: "bigendian"),
        Shape(testDescription: "8 bits of big endian, odd frames", bits: 8, stored: 8, high: 7, frames: 3, source: "bigendian"),
        Shape(testDescription: "8 bits of implicit VR, odd frames", bits: 8, stored: 8, high: 7, frames: 3, source: "implicit"),
        Shape(testDescription: "16 bits, deflated", source: "deflated"),
        Shape(testDescription: "RGB", bits: 8, stored: 8, high: 7, samples: 3, photometric: "RGB"),
        Shape(testDescription: "RGB in planes, 2 frames", bits: 8, stored: 8, high: 7, samples: 3, photometric: "RGB", isPlanar: true, frames: 2),
        Shape(testDescription: "RGB of 16 bits in planes", samples: 3, photometric: "RGB", isPlanar: true),
        Shape(testDescription: "YBR_FULL", bits: 8, stored: 8, high: 7, samples: 3, photometric: "YBR_FULL"),
        Shape(testDescription: "YBR_FULL_422", bits: 8, stored: 8, high: 7, samples: 3, photometric: "YBR_FULL_422", columns: 8),
        Shape(testDescription: "palette", bits: 8, stored: 8, high: 7, photometric: "PALETTE COLOR"),
        Shape(testDescription: "32 bits", bits: 32, stored: 32, high: 31),
        Shape(testDescription: "single bits, 3 frames", bits: 1, stored: 1, high: 0, frames: 3),
        Shape(testDescription: "single bits of big endian, 5 frames", bits: 1, stored: 1, high: 0, frames: 5, source: "bigendian"),
    ]

    /// Written without loss, or refused in words: then by the codec that cannot hold such samples.
    static let lossless = ["explicit", "implicit", "bigendian", "deflated", "encapsulated", "rle", "jpeg-lossless", "jpegls", "j2k", "htj2k", "htj2k-rpcl", "jxl", "deflate-frames"]

    @Test("There and back the samples are the same", arguments: shapes)
    func roundTrip(shape: Shape) async throws {
        let file = try shape.file()
        let before = try await HeldFile.samples(file)
        var written = 0
        for name in Self.lossless {
            let there: (bytes: [UInt8], outcome: TranscodeOutcome)
            do {
                there = try await HeldFile.transcoded(file, to: .named(name))
            } catch let error as ImageError {
                #expect(TransferSyntax.named(name).isEncapsulated && (error.code == .unsupported || error.code == .encoding), "\(name): \(error)")
                #expect(error.tag != nil && error.message.contains("frame 1"), "\(name): \(error)")
                continue
            }
            written += 1
            #expect(there.outcome.bytes == UInt64(there.bytes.count), "\(name)")
            #expect(try await HeldFile.samples(there.bytes) == before, "\(name)")
            for back in ["explicit", "bigendian"] {
                let again = try await HeldFile.transcoded(there.bytes, to: .named(back))
                #expect(try await HeldFile.samples(again.bytes) == before, "\(name) and back to \(back)")
            }
            // A frame alone is the frame of the whole.
            let single = try await Transcoder(coding: DirectFrameCoding()).frame(shape.frames - 1, of: HeldFile.instance(file), to: .named(name))
            if TransferSyntax.named(name).isEncapsulated {
                let whole = try await HeldFile.instance(there.bytes)
                #expect(try await whole.frame(shape.frames - 1) == single.bytes, "\(name)")
            }
        }
        #expect(written >= 6, "only \(written) syntaxes hold it")
    }

    @Test("Uncompressed into uncompressed and back, the file is the same", arguments: ["implicit", "bigendian", "deflated", "explicit"])
    func native(name: String) async throws {
        for shape in Self.shapes where shape.source == "explicit" {
            let file = try shape.file()
            let there = try await HeldFile.transcoded(file, to: .named(name))
            let back = try await HeldFile.transcoded(there.bytes, to: .explicitVRLittleEndian)
            // In implicit VR pixel data is OW whatever it was.
            if name != "implicit" { #expect(back.bytes == file, "\(shape.testDescription)") }
            #expect(try await HeldFile.samples(back.bytes) == HeldFile.samples(file), "\(shape.testDescription)")
        }
    }

    @Test("The same syntax: the data set's bytes as they were")
    func same() async throws {
        for name in ["explicit", "deflated", "rle"] {
            let file = try await HeldFile.transcoded(Self.shapes[0].file(), to: .named(name)).bytes
            #expect(try await HeldFile.transcoded(file, to: .named(name)).bytes == file)
        }
    }

    // MARK: Loss

    @Test("With loss: a new instance, its ratio true, its frames in the offset table", arguments: ["jpeg", "jpegls-near", "j2k-lossy", "htj2k-lossy", "jxl-lossy"])
    func lossy(name: String) async throws {
        let shape = Shape(testDescription: "", bits: 8, stored: 8, high: 7, samples: 3, photometric: "RGB", frames: 3, rows: 64, columns: 64)
        let result = try await HeldFile.transcoded(shape.file(), to: .named(name), TranscodeOptions(newSOPInstanceUID: UID("1.2.3.77")!))
        #expect(result.outcome.isLossy && result.outcome.sopInstance.text == "1.2.3.77" && result.outcome.verifiedFrames == 0)
        let file = try FileReader.read(result.bytes, options: .init())
        #expect(file.meta?.sopInstanceUID?.text == "1.2.3.77")
        let location = try #require(file.body?.reader.pixelData)
        #expect(location.basicOffsetTable.count == 3)
        #expect(location.basicOffsetTable.elementsEqual(location.fragments.map { UInt32($0.offset - 8 - (location.fragments[0].offset - 8)) }))
        let ratio = Double(3 * 64 * 64 * 3) / Double(location.fragments.reduce(0) { $0 + $1.length })
        #expect(abs((file.dataSet.decimal(.lossyImageCompressionRatio) ?? 0) - ratio) < 0.006)
        let before = try await HeldFile.samples(shape.file()), after = try await HeldFile.samples(result.bytes)
        #expect(after.count == 3 && after != before)
        if name == "jpegls-near", case .unsigned8(let a) = before[2], case .unsigned8(let b) = after[2] {
            #expect(zip(a, b).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
        }
    }

    // MARK: What is refused

    /// Changes one sample of what it decodes.
    private struct Forgetful: FrameCoding {
        func decode(_ encoded: [UInt8], _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws(ImageError) -> NativeFrame {
            let frame = try DirectFrameCoding().decode(encoded, transferSyntax, description)
            return try NativeFrame(description: frame.description, bytes: [frame.bytes[0] ^ 1] + frame.bytes.dropFirst())
        }

        func encode(_ frame: NativeFrame, _ transferSyntax: TransferSyntax, _ parameters: EncodingParameters) async throws(ImageError) -> EncodedFrame {
            try DirectFrameCoding().encode(frame, transferSyntax, parameters)
        }

        func videoFrame(_ index: Int, of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> NativeFrame {
            try await DirectFrameCoding().videoFrame(index, of: stream, transferSyntax, description)
        }

        func videoSummary(of stream: VideoStream, _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws -> Video.Summary {
            try await DirectFrameCoding().videoSummary(of: stream, transferSyntax, description)
        }
    }

    @Test("A codec that changes a sample is found out, unless nobody looks")
    func verified() async throws {
        let file = try Self.shapes[7].file()
        await #expect(throws: ImageError(.encoding, .pixelData, "")) { try await HeldFile.transcoded(file, to: .named("jpegls"), coding: Forgetful()) }
        let blind = try await HeldFile.transcoded(file, to: .named("jpegls"), TranscodeOptions(verifies: false), coding: Forgetful())
        #expect(blind.outcome.verifiedFrames == 0)
        #expect(try await HeldFile.transcoded(file, to: .named("jpegls")).outcome.verifiedFrames == 1)
    }

    @Test("Refused in words", arguments: ["float", "document", "video", "short", "no frames", "retired"])
    func refused(what: String) async throws {
        let bytes = DataElement(.pixelData, .OW, bytes: [UInt8](repeating: 1, count: 8))
        let header = Image.header()
        let (file, target, tag): ([UInt8], String, Tag) = switch what {
        case "float":
            (try HeldFile.image(Image.header(Image.us(.bitsAllocated, 32)), DataElement(.floatPixelData, .OF, bytes: [UInt8](repeating: 0, count: 16))), "jpegls", .floatPixelData)
        case "document": (try HeldFile.image(DataSet(), DataElement(.modality, .CS, "SR")), "rle", .pixelData)
        case "video":
            (try HeldFile.image(header, DataElement(tag: .pixelData, vr: .OB, value: .fragments(Fragments(fragments: [[1, 2]]))), as: TransferSyntax(UID("1.2.840.10008.1.2.4.102")!)), "explicit", .transferSyntaxUID)
        case "short": (try HeldFile.image(Image.header(rows: 3), bytes), "rle", .pixelData)
        case "no frames": (try HeldFile.image(Image.header(DataElement(.numberOfFrames, .IS, "0")), bytes), "rle", .numberOfFrames)
        default: (try HeldFile.image(header, bytes), "jxl-jpeg", .transferSyntaxUID)
        }
        do {
            _ = try await HeldFile.transcoded(file, to: .named(target))
            Issue.record("\(what) was written")
        } catch let error as ImageError {
            #expect(error.tag == tag, "\(error)")
        } catch let error as ReadError {
            #expect(error.path == [.pixelData] && tag == .pixelData && error.message.contains("frame 1"), "\(error)")
        }
    }

    @Test("More than 4 GiB uncompressed is told before anything is written")
    func tooLarge() async throws {
        let count = 70_000
        let one = try await HeldFile.transcoded(HeldFile.image(Image.header(rows: 256, columns: 256), DataElement(.pixelData, .OW, bytes: [UInt8](repeating: 0, count: 1 << 17))), to: .named("rle")).bytes
        let frame = try await HeldFile.instance(one).frame(0)
        let header = Image.header(rows: 256, columns: 256, DataElement(.numberOfFrames, .IS, "\(count)"))
        let fragments = Fragments(fragments: [ArraySlice<UInt8>](repeating: frame[...], count: count))
        let file = try HeldFile.image(header, DataElement(tag: .pixelData, vr: .OB, value: .fragments(fragments)), as: .named("rle"))
        var written = 0
        let instance = try await HeldFile.instance(file)
        await #expect(throws: ImageError(.tooLarge, .pixelData, "")) {
            try await Transcoder(coding: DirectFrameCoding()).transcode(instance, to: .explicitVRLittleEndian) { written += $0.count }
        }
        #expect(written == 0)
    }

    // MARK: Overlays in unused bits

    @Test("An overlay above the samples becomes Overlay Data where they are compressed", arguments: [1, 3])
    func overlay(frames: Int) async throws {
        let header = Image.header(
            rows: 3, columns: 3, Image.us(.bitsStored, 12), Image.us(.highBit, 11), DataElement(.numberOfFrames, .IS, "\(frames)"),
            Image.us(Tag(0x6000, 0x0010), 3), Image.us(Tag(0x6000, 0x0011), 3), Image.us(Tag(0x6000, 0x0100), 16), Image.us(Tag(0x6000, 0x0102), 15), Image.cs(Tag(0x6000, 0x0040), "G"))
        // Bit 15 of every third pixel.
        let words = (0..<9 * frames).map { ($0 % 3 == 0 ? 0x8000 : 0) | $0 }
        let file = try HeldFile.image(header, DataElement(.pixelData, .OW, bytes: Image.words(words)))
        let result = try FileReader.read(try await HeldFile.transcoded(file, to: .named("jpegls")).bytes).dataSet
        #expect(result.integer(Tag(0x6000, 0x0100)) == 1 && result.integer(Tag(0x6000, 0x0102)) == 0)
        let plane = try #require(result.bytes(Tag(0x6000, 0x3000)))
        for index in 0..<9 * frames { #expect(plane[plane.startIndex + index / 8] >> UInt8(index % 8) & 1 == (index % 3 == 0 ? 1 : 0)) }
        #expect(result.integer(Tag(0x6000, 0x0015)) == (frames > 1 ? frames : nil))
        // Uncompressed it stays where it is.
        let native = try FileReader.read(try await HeldFile.transcoded(file, to: .explicitVRBigEndian).bytes).dataSet
        #expect(native.integer(Tag(0x6000, 0x0102)) == 15 && native[Tag(0x6000, 0x3000)] == nil)
    }

    @Test("An overlay that cannot be moved is not lost: the instance is refused")
    func lostOverlay() async throws {
        let header = Image.header(
            Image.us(.bitsStored, 12), Image.us(.highBit, 11), Image.us(Tag(0x6002, 0x0010), 9), Image.us(Tag(0x6002, 0x0011), 9), Image.us(Tag(0x6002, 0x0100), 16), Image.us(Tag(0x6002, 0x0102), 15))
        let file = try HeldFile.image(header, DataElement(.pixelData, .OW, bytes: Image.words([1, 2, 3, 4])))
        await #expect(throws: ImageError(.unsupported, Tag(0x6002, 0x0102), "")) { try await HeldFile.transcoded(file, to: .named("rle")) }
    }

    // MARK: Real files

    @Test("Compressed real files uncompressed: the samples their references tell", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
    func corpus() async throws {
        let byPath = Dictionary(grouping: Corpus.table("references.tsv").filter { $0["path"]?.hasPrefix("derived/") == true && $0["lossy"] == "no" }) { $0["path"] ?? "" }
        var equal = 0
        for (path, rows) in byPath {
            let file = try await HeldFile.transcoded(try Corpus.bytes(path), to: .explicitVRBigEndian).bytes
            let samples = try await HeldFile.samples(file)
            let description = try PixelDescription(try await HeldFile.instance(file).dataSet)
            for row in rows {
                guard let index = row["frame"].flatMap({ Int($0) }), let hash = row["sha256"], !hash.isEmpty else { continue }
                #expect(Frame(description: description, samples: samples[index]).sha256 == hash, "\(path) frame \(index)")
                equal += 1
            }
        }
        #expect(equal >= 60)
    }
}
