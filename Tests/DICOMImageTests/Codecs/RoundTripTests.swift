import DICOM
import DICOMImage
import Testing

/// What a codec wrote it reads again: every depth, sign and layout that ``NativeFrame`` knows.
@Suite("Codecs there and back")
struct RoundTripTests {
    /// Syntaxes without loss that are written here, and what they do not hold.
    static let syntaxes: [(uid: String, holds: @Sendable (Layout) -> Bool)] = [
        ("1.2.840.10008.1.2.1.98", { _ in true }),
        ("1.2.840.10008.1.2.8.1", { _ in true }),
        ("1.2.840.10008.1.2.4.80", { 8...32 ~= $0.allocated && $0.stored <= 16 && $0.number != "float" }),
        ("1.2.840.10008.1.2.4.81", { 8...32 ~= $0.allocated && $0.stored <= 16 && $0.number != "float" }),
        ("1.2.840.10008.1.2.4.110", { 8...32 ~= $0.allocated && $0.stored <= 16 && $0.number != "float" && $0.photometric != "YBR_FULL" }),
    ]

    struct Layout: Sendable, CustomStringConvertible {
        var allocated: Int, stored: Int, highBit: Int, number: String, photometric: String, rows: Int, columns: Int

        var description: String { "\(stored) in \(allocated) up to \(highBit), \(number), \(photometric), \(rows) × \(columns)" }

        func header() throws -> PixelDescription {
            let samples = ["RGB", "YBR_FULL"].contains(photometric) ? 3 : 1
            var header = Image.header(
                rows: rows, columns: columns, Image.us(.bitsAllocated, allocated), Image.us(.samplesPerPixel, samples),
                Image.cs(.photometricInterpretation, photometric), Image.us(.planarConfiguration, 0))
            if number == "float" {
                for tag in [Tag.bitsStored, .highBit, .pixelRepresentation] { header[tag] = nil }
            } else {
                header.set(Image.us(.bitsStored, stored))
                header.set(Image.us(.highBit, highBit))
                header.set(Image.us(.pixelRepresentation, number == "signed" ? 1 : 0))
            }
            return try PixelDescription(header)
        }
    }

    static let layouts: [Layout] = {
        var layouts: [Layout] = []
        for (allocated, stored) in [(8, 1), (8, 2), (8, 5), (8, 7), (8, 8), (16, 8), (16, 9), (16, 10), (16, 12), (16, 15), (16, 16), (32, 12), (32, 16), (32, 32), (64, 12)] {
            for number in ["unsigned", "signed"] where stored > 1 || number == "unsigned" {
                layouts.append(Layout(allocated: allocated, stored: stored, highBit: stored - 1, number: number, photometric: "MONOCHROME2", rows: 13, columns: 31))
            }
            layouts.append(Layout(allocated: allocated, stored: stored, highBit: stored - 1, number: "unsigned", photometric: "RGB", rows: 9, columns: 17))
        }
        layouts += [(1, 1), (1, 64), (64, 1), (2, 2), (255, 257)].map { rows, columns in
            Layout(allocated: 16, stored: 12, highBit: 11, number: "signed", photometric: "MONOCHROME1", rows: rows, columns: columns)
        }
        layouts += [
            Layout(allocated: 16, stored: 12, highBit: 15, number: "signed", photometric: "MONOCHROME2", rows: 13, columns: 31),
            Layout(allocated: 16, stored: 10, highBit: 11, number: "unsigned", photometric: "MONOCHROME2", rows: 13, columns: 31),
            Layout(allocated: 8, stored: 8, highBit: 7, number: "unsigned", photometric: "YBR_FULL", rows: 8, columns: 8),
            Layout(allocated: 8, stored: 8, highBit: 7, number: "unsigned", photometric: "PALETTE COLOR", rows: 8, columns: 8),
            Layout(allocated: 1, stored: 1, highBit: 0, number: "unsigned", photometric: "MONOCHROME2", rows: 5, columns: 7),
            Layout(allocated: 32, stored: 32, highBit: 31, number: "float", photometric: "MONOCHROME2", rows: 5, columns: 7),
            Layout(allocated: 64, stored: 64, highBit: 63, number: "float", photometric: "MONOCHROME2", rows: 5, columns: 7),
        ]
        return layouts
    }()

    /// Smooth, with noise and every extreme value in it; the bits above High Bit and below the stored ones carry other things.
    static func samples(_ description: PixelDescription) -> [UInt8] {
        var noise = Noise(seed: UInt64(description.bitsStored * 1000 + description.samples))
        guard case .integer = description.number, description.bitsAllocated > 1 else {
            return (0..<description.frameBytes).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
        }
        let bits = description.bitsStored, shift = description.highBit + 1 - bits
        let extremes: [UInt64] = [0, 1 << UInt64(bits) - 1, 1 << UInt64(bits - 1), 1 << UInt64(bits - 1) - 1, 1]
        return (0..<description.samples).flatMap { index -> [UInt8] in
            let value = index % 11 < extremes.count ? extremes[index % 11] : UInt64(index / 7) &+ noise.next() % 3
            let word = (value & (1 << UInt64(bits) - 1)) << UInt64(shift)
            return (0..<description.bitsAllocated / 8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
    }

    @Test("Without loss", arguments: syntaxes.map(\.uid), layouts)
    func lossless(uid: String, layout: Layout) throws {
        let syntax = TransferSyntax(try #require(UID(uid)))
        let description = try layout.header()
        let frame = try NativeFrame(description: description, bytes: Self.samples(description))
        let holds = try #require(Self.syntaxes.first { $0.uid == uid }).holds(layout)
        guard holds else {
            #expect(throws: ImageError.self) { try DirectFrameCoding().encode(frame, syntax, EncodingParameters(nearLossless: 0)) }
            return
        }
        let encoded = try DirectFrameCoding().encode(frame, syntax, EncodingParameters(nearLossless: 0))
        #expect(encoded.bytes.count % 2 == 0)
        #expect(encoded.photometricInterpretation == description.photometricInterpretation)
        let decoded = try DirectFrameCoding().decode(encoded.bytes, syntax, description.interleaved(as: encoded.photometricInterpretation))
        #expect(try Frame(decoded).samples == Frame(frame).samples)
        #expect(decoded.description.photometricInterpretation == description.photometricInterpretation)
    }

    @Test("Near-lossless differs by no more than was allowed", arguments: [1, 3, 10], ["MONOCHROME2", "RGB"])
    func nearLossless(near: Int, photometric: String) throws {
        let syntax = TransferSyntax(try #require(UID("1.2.840.10008.1.2.4.81")))
        for (allocated, stored) in [(8, 8), (16, 12), (16, 16)] {
            let layout = Layout(allocated: allocated, stored: stored, highBit: stored - 1, number: "unsigned", photometric: photometric, rows: 40, columns: 50)
            let frame = try NativeFrame(description: layout.header(), bytes: Self.samples(layout.header()))
            let encoded = try DirectFrameCoding().encode(frame, syntax, EncodingParameters(nearLossless: near))
            let decoded = try DirectFrameCoding().decode(encoded.bytes, syntax, frame.description)
            let largest = try zip(Frame(frame).integers, Frame(decoded).integers).map { abs($0 - $1) }.max() ?? 0
            #expect(largest > 0 && largest <= near)
        }
    }

    /// Smooth: what lossy codecs are made for.
    static func gradient(_ description: PixelDescription) -> [UInt8] {
        let top = 1 << description.bitsStored - 1
        return (0..<description.samples).flatMap { index -> [UInt8] in
            let pixel = index / description.samplesPerPixel, row = pixel / description.columns, column = pixel % description.columns
            let value = min(top, (row + column) * top / (description.rows + description.columns) + (index % description.samplesPerPixel) * top / 20)
            return (0..<description.bitsAllocated / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }

    static let lossyCases: [(uid: String, stored: Int, photometric: String, quality: Int, delivered: PhotometricInterpretation)] = [
        ("1.2.840.10008.1.2.4.50", 8, "MONOCHROME2", 90, .monochrome2),
        ("1.2.840.10008.1.2.4.50", 8, "MONOCHROME1", 75, .monochrome1),
        ("1.2.840.10008.1.2.4.50", 8, "RGB", 95, .ybrFull),
        ("1.2.840.10008.1.2.4.50", 8, "RGB", 80, .ybrFull422),
        ("1.2.840.10008.1.2.4.50", 8, "YBR_FULL", 95, .ybrFull),
        ("1.2.840.10008.1.2.4.51", 12, "MONOCHROME2", 95, .monochrome2),
        ("1.2.840.10008.1.2.4.112", 8, "MONOCHROME2", 90, .monochrome2),
        ("1.2.840.10008.1.2.4.112", 8, "RGB", 90, .rgb),
        ("1.2.840.10008.1.2.4.112", 12, "MONOCHROME2", 90, .monochrome2),
        ("1.2.840.10008.1.2.4.112", 16, "MONOCHROME2", 90, .monochrome2),
    ]

    @Test("With loss: near by, and told for what it is", arguments: lossyCases.indices)
    func lossy(index: Int) throws {
        let (uid, stored, photometric, quality, delivered) = Self.lossyCases[index]
        let syntax = TransferSyntax(try #require(UID(uid)))
        let layout = Layout(allocated: stored > 8 ? 16 : 8, stored: stored, highBit: stored - 1, number: "unsigned", photometric: photometric, rows: 61, columns: 83)
        let frame = try NativeFrame(description: layout.header(), bytes: Self.gradient(layout.header()))
        let encoded = try DirectFrameCoding().encode(frame, syntax, EncodingParameters(quality: quality))
        #expect(encoded.photometricInterpretation == delivered)
        let decoded = try DirectFrameCoding().decode(encoded.bytes, syntax, frame.description.interleaved(as: delivered))
        #expect(decoded.description.photometricInterpretation == (delivered == .ybrFull422 ? .ybrFull : delivered))
        guard photometric != "RGB" || delivered == .rgb else { return }
        let differences = try zip(Frame(frame).integers, Frame(decoded).integers).map { abs($0 - $1) }
        #expect(differences.reduce(0, +) <= differences.count * (1 << stored) / 100)
    }

    @Test("Samples that may not change are not written with loss", arguments: ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.112"])
    func unbearable(uid: String) throws {
        let syntax = TransferSyntax(try #require(UID(uid)))
        for (photometric, number) in [("PALETTE COLOR", "unsigned"), ("MONOCHROME2", "signed")] {
            for (allocated, stored) in [(8, 8), (16, 12)] {
                let layout = Layout(allocated: allocated, stored: stored, highBit: stored - 1, number: number, photometric: photometric, rows: 8, columns: 8)
                let frame = try NativeFrame(description: layout.header(), bytes: Self.gradient(layout.header()))
                #expect(throws: ImageError.self) { try DirectFrameCoding().encode(frame, syntax, EncodingParameters()) }
            }
        }
    }
}

/// Numbers that are the same in every run (xorshift64).
struct Noise: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

extension Frame {
    /// Empty for floating point numbers.
    var integers: [Int] {
        switch samples {
        case .unsigned8(let samples): samples.map(Int.init)
        case .signed8(let samples): samples.map(Int.init)
        case .unsigned16(let samples): samples.map(Int.init)
        case .signed16(let samples): samples.map(Int.init)
        case .unsigned32(let samples): samples.map(Int.init)
        case .signed32(let samples): samples.map(Int.init)
        case .unsigned64(let samples): samples.map { Int(clamping: $0) }
        case .signed64(let samples): samples.map(Int.init)
        case .float, .double: []
        }
    }
}
