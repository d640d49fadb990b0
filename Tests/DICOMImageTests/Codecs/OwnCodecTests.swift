import DICOM
import DICOMImage
import Testing

@Suite("Our own codecs behind their transfer syntaxes")
struct OwnCodecTests {
    static let rle = "1.2.840.10008.1.2.5"
    static let lossless = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"]

    static func syntax(_ uid: String) throws -> TransferSyntax { TransferSyntax(try #require(UID(uid))) }

    static func description(_ photometric: String = "MONOCHROME2", samples: Int = 1, allocated: Int = 16, stored: Int = 16, signed: Bool = false) throws -> PixelDescription {
        try PixelDescription(Image.header(
            rows: 3, columns: 4, Image.us(.samplesPerPixel, samples), Image.cs(.photometricInterpretation, photometric),
            Image.us(.bitsAllocated, allocated), Image.us(.bitsStored, stored), Image.us(.highBit, stored - 1), Image.us(.pixelRepresentation, signed ? 1 : 0)))
    }

    /// Sample precision of a JPEG stream: the byte after marker and length of its frame header.
    static func precision(_ bytes: [UInt8]) throws -> Int {
        let start = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC3 })
        return Int(bytes[start + 4])
    }

    @Test("What is written reads back", arguments: [rle] + lossless)
    func roundTrip(uid: String) throws {
        for (photometric, samples, allocated, stored, signed) in [
            ("MONOCHROME2", 1, 16, 16, false), ("MONOCHROME1", 1, 16, 12, true), ("MONOCHROME2", 1, 8, 8, false), ("RGB", 3, 8, 8, false),
            ("YBR_FULL", 3, 8, 8, false), ("PALETTE COLOR", 1, 8, 8, false),
        ] {
            let description = try Self.description(photometric, samples: samples, allocated: allocated, stored: stored, signed: signed)
            let bytes = (0..<description.frameBytes).map { UInt8(truncatingIfNeeded: $0 * 37) }
            let frame = try NativeFrame(description: description, bytes: bytes)
            let encoded = try DirectFrameCoding().encode(frame, Self.syntax(uid), .init())
            #expect(encoded.bytes.count % 2 == 0)
            #expect(encoded.photometricInterpretation == description.photometricInterpretation)
            #expect(try DirectFrameCoding().decode(encoded.bytes, Self.syntax(uid), description) == frame, "\(photometric) \(allocated)")
        }
    }

    @Test("The precision written is that of the bits in use", arguments: lossless)
    func precision(uid: String) throws {
        // Words, bits stored, precision: a sign that is extended, or overlay bits above, need all that are allocated.
        for (words, stored, precision) in [([0, 4095], 12, 12), ([0, -1], 12, 16), ([0, 1 << 14], 12, 16), ([0, 1], 1, 2), ([0, 65535], 16, 16)] {
            let description = try Self.description(stored: stored, signed: words[1] < 0)
            let bytes = (0..<6).flatMap { _ in Image.words(words) }
            let encoded = try DirectFrameCoding().encode(NativeFrame(description: description, bytes: bytes), Self.syntax(uid), .init())
            #expect(try Self.precision(encoded.bytes) == precision)
            #expect(try DirectFrameCoding().decode(encoded.bytes, Self.syntax(uid), description).bytes == bytes)
        }
    }

    @Test("A label of shared chroma reads three whole planes: never more than the frame", arguments: [rle] + lossless)
    func sharedChroma(uid: String) throws {
        let full = try Self.description("YBR_FULL", samples: 3, allocated: 8, stored: 8)
        let frame = try NativeFrame(description: full, bytes: (0..<36).map { UInt8($0) })
        let encoded = try DirectFrameCoding().encode(frame, Self.syntax(uid), .init())
        let labelled = try Self.description("YBR_FULL_422", samples: 3, allocated: 8, stored: 8)
        let decoded = try DirectFrameCoding().decode(encoded.bytes, Self.syntax(uid), labelled)
        #expect(decoded.bytes == frame.bytes)
        #expect(decoded.description.photometricInterpretation == .ybrFull)
    }

    @Test("Errors name the pixel data, the codec and the byte")
    func errors() throws {
        let description = try Self.description()
        let cases: [(String, [UInt8], ImageError.Code, String)] = [
            (Self.rle, [], .truncated, "RLE: ends within the RLE header, at byte 0 of the frame"),
            (Self.rle, [UInt8](repeating: 0, count: 64), .invalid, "RLE: number of RLE segments is not that of the image, at byte 0 of the frame"),
            (Self.lossless[0], [1, 2, 3], .invalid, "JPEG Lossless: does not begin as JPEG does, at byte 0 of the frame"),
            (Self.lossless[1], [0xFF, 0xD8, 0xFF, 0xC0, 0, 2], .unsupported, "JPEG Lossless: JPEG, but not of the lossless process, at byte 2 of the frame"),
        ]
        for (uid, bytes, code, words) in cases {
            let error = #expect(throws: ImageError.self) { try DirectFrameCoding().decode(bytes, Self.syntax(uid), description) }
            #expect(error == ImageError(code, .pixelData, ""))
            #expect(error?.message == words)
        }
        let deep = try Self.description(allocated: 32, stored: 32)
        let frame = try NativeFrame(description: deep, bytes: [UInt8](repeating: 0, count: deep.frameBytes))
        #expect(throws: ImageError(.unsupported, .pixelData, "")) { try DirectFrameCoding().encode(frame, Self.syntax(Self.lossless[1]), .init()) }
        #expect(try DirectFrameCoding().decode(DirectFrameCoding().encode(frame, Self.syntax(Self.rle), .init()).bytes, Self.syntax(Self.rle), deep) == frame)
    }
}
