import DICOM
import DICOMImage
import Testing

/// Damaged code streams of every codec that writes: an error or the picture, never part of one, never a crash.
@Suite("Damaged code streams")
struct HostileStreamTests {
    static let cases: [(uid: String, bits: Int, photometric: String)] = [
        ("1.2.840.10008.1.2.1.98", 8, "RGB"),
        ("1.2.840.10008.1.2.8.1", 12, "MONOCHROME2"),
        ("1.2.840.10008.1.2.4.50", 8, "MONOCHROME2"),
        ("1.2.840.10008.1.2.4.50", 8, "RGB"),
        ("1.2.840.10008.1.2.4.51", 12, "MONOCHROME2"),
        ("1.2.840.10008.1.2.4.80", 12, "MONOCHROME2"),
        ("1.2.840.10008.1.2.4.80", 8, "RGB"),
        ("1.2.840.10008.1.2.4.81", 12, "MONOCHROME2"),
        ("1.2.840.10008.1.2.4.110", 12, "MONOCHROME2"),
        ("1.2.840.10008.1.2.4.112", 8, "RGB"),
    ]

    static func encoded(_ index: Int) throws -> (TransferSyntax, PixelDescription, [UInt8], NativeFrame) {
        let (uid, bits, photometric) = cases[index]
        let syntax = TransferSyntax(try #require(UID(uid)))
        let layout = RoundTripTests.Layout(
            allocated: bits > 8 ? 16 : 8, stored: bits, highBit: bits - 1, number: "unsigned", photometric: photometric, rows: 64, columns: 64)
        var bytes = RoundTripTests.gradient(try layout.header())
        // Enough noise to make the streams long.
        var noise = Noise(seed: 7)
        for at in stride(from: 0, to: bytes.count, by: bits > 8 ? 2 : 1) { bytes[at] ^= UInt8(truncatingIfNeeded: noise.next() & 15) }
        let frame = try NativeFrame(description: layout.header(), bytes: bytes)
        let encoded = try DirectFrameCoding().encode(frame, syntax, EncodingParameters())
        let description = frame.description.interleaved(as: encoded.photometricInterpretation)
        return (syntax, description, encoded.bytes, try DirectFrameCoding().decode(encoded.bytes, syntax, description))
    }

    @Test("Cut short at every hundredth", arguments: cases.indices)
    func truncated(index: Int) throws {
        let (syntax, description, stream, whole) = try Self.encoded(index)
        for percent in 0..<100 {
            let cut = Array(stream.prefix(stream.count * percent / 100))
            do {
                let frame = try DirectFrameCoding().decode(cut, syntax, description)
                #expect(frame == whole, "\(Self.cases[index]) cut at \(percent) %")
            } catch {
                #expect(error.tag == .pixelData)
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("Bytes changed at a thousand places", arguments: cases.indices)
    func changed(index: Int) throws {
        let (syntax, description, stream, _) = try Self.encoded(index)
        var noise = Noise(seed: UInt64(index) + 99)
        for round in 0..<1000 {
            var changed = stream
            // Every other time in the headers.
            let range = round % 2 == 0 ? 0..<min(64, stream.count) : 0..<stream.count
            for _ in 0...(round % 3) { changed[Int.random(in: range, using: &noise)] = UInt8(truncatingIfNeeded: noise.next()) }
            do {
                let frame = try DirectFrameCoding().decode(changed, syntax, description)
                #expect(frame.bytes.count == description.frameBytes)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("Another size, other components, fewer bits than the data set says", arguments: cases.indices)
    func contradicted(index: Int) throws {
        let (syntax, description, stream, _) = try Self.encoded(index)
        guard syntax.uid.text.hasPrefix("1.2.840.10008.1.2.4.") else { return }
        let (bits, photometric) = (Self.cases[index].bits, description.photometricInterpretation.rawValue)
        func layout(rows: Int = 64, columns: Int = 64, bits: Int, photometric: String) throws -> PixelDescription {
            try RoundTripTests.Layout(
                allocated: bits > 8 ? 16 : 8, stored: bits, highBit: bits - 1, number: "unsigned", photometric: photometric, rows: rows, columns: columns
            ).header()
        }
        var others = [
            try layout(rows: 65, bits: bits, photometric: photometric == "YBR_FULL_422" ? "YBR_FULL" : photometric),
            try layout(columns: 32, bits: bits, photometric: photometric == "YBR_FULL_422" ? "YBR_FULL" : photometric),
            try layout(bits: bits, photometric: photometric == "MONOCHROME2" ? "RGB" : "MONOCHROME2"),
        ]
        if bits > 8 { others.append(try layout(bits: 8, photometric: photometric)) }
        for other in others {
            #expect(throws: ImageError(.invalid, .pixelData, "")) { try DirectFrameCoding().decode(stream, syntax, other) }
        }
    }

    @Test("Noise and nothing", arguments: cases.indices)
    func noise(index: Int) throws {
        let (syntax, description, _, _) = try Self.encoded(index)
        guard syntax.uid.text != "1.2.840.10008.1.2.1.98" else { return }
        var noise = Noise(seed: 5)
        for count in [0, 1, 2, 16, 1000, 20_000] {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
            #expect(throws: ImageError.self) { try DirectFrameCoding().decode(bytes, syntax, description) }
        }
    }

    @Test("A deflated frame that goes on and on is left when it is full")
    func deflateBomb() throws {
        let syntax = TransferSyntax(try #require(UID("1.2.840.10008.1.2.8.1")))
        let large = try JPEGTests.description(rows: 4096, columns: 4096)
        let bomb = try DirectFrameCoding().encode(NativeFrame(description: large, bytes: [UInt8](repeating: 0, count: large.frameBytes)), syntax, EncodingParameters())
        #expect(throws: ImageError(.invalid, .pixelData, "")) {
            try DirectFrameCoding().decode(bomb.bytes, syntax, JPEGTests.description(rows: 64, columns: 64))
        }
    }
}
