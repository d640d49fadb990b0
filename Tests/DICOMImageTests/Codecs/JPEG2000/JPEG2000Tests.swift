import DICOM
import DICOMImage
import Testing

extension TransferSyntax {
    /// By the last number of 1.2.840.10008.1.2.4.
    static func encapsulated(_ number: Int) throws -> TransferSyntax { TransferSyntax(try #require(UID("1.2.840.10008.1.2.4.\(number)"))) }
}

@Suite("JPEG 2000 and HTJ2K")
struct JPEG2000Tests {
    let coding = DirectFrameCoding()

    struct Kind: CustomTestStringConvertible {
        let syntax, stored: Int
        let isSigned: Bool
        var testDescription: String { "\(syntax) \(stored) bits \(isSigned ? "signed" : "unsigned")" }
    }
    static let kinds = [90, 201, 202].flatMap { syntax in (1...16).flatMap { stored in [false, true].map { Kind(syntax: syntax, stored: stored, isSigned: $0) } } }
    static let sizes = [(1, 1), (1, 9), (7, 1), (3, 5), (33, 65), (64, 40)]

    @Test("Without loss every bit depth, sign, number of samples and odd size comes back as it was", arguments: kinds)
    func lossless(kind: Kind) throws {
        let syntax = try TransferSyntax.encapsulated(kind.syntax)
        for (rows, columns) in Self.sizes {
            for samples in kind.isSigned || kind.stored == 1 ? [1] : [1, 3] {
                for allocated in [8, 16, 32] where kind.stored <= allocated {
                    let description = try Samples.description(
                        rows: rows, columns: columns, samples: samples, allocated: allocated, stored: kind.stored, isSigned: kind.isSigned)
                    let frame = try Samples.frame(description, isSmooth: kind.stored < 3)
                    let encoded = try coding.encode(frame, syntax, EncodingParameters())
                    #expect(encoded.photometricInterpretation == (samples == 1 ? .monochrome2 : .ybrRCT))
                    #expect(encoded.bytes.count % 2 == 0)
                    let decoded = try coding.decode(encoded.bytes, syntax, description)
                    #expect(decoded == frame, "\(rows) × \(columns) × \(samples) in \(allocated) bits")
                }
            }
        }
    }

    @Test("Single bits, packed, and samples whose high bit is not the lowest possible", arguments: [90, 201])
    func packed(number: Int) throws {
        let syntax = try TransferSyntax.encapsulated(number)
        for description in [
            try Samples.description(rows: 9, columns: 13, allocated: 1, stored: 1), try Samples.description(rows: 9, columns: 13, stored: 12, highBit: 15),
            try Samples.description(rows: 9, columns: 13, stored: 12, highBit: 13, isSigned: true),
        ] {
            let frame = try Samples.frame(description, isSmooth: description.bitsStored == 1)
            let encoded = try coding.encode(frame, syntax, EncodingParameters())
            let decoded = try coding.decode(encoded.bytes, syntax, description)
            #expect(try Frame(decoded) == Frame(frame))
        }
    }

    @Test("With loss the size is the one asked for, and the picture near", arguments: [91, 203], [1, 3])
    func lossy(number: Int, samples: Int) throws {
        let syntax = try TransferSyntax.encapsulated(number)
        let description = try Samples.description(rows: 200, columns: 240, samples: samples, allocated: samples == 1 ? 16 : 8, stored: samples == 1 ? 12 : 8)
        let frame = try Samples.frame(description, isSmooth: true)
        let encoded = try coding.encode(frame, syntax, EncodingParameters(compressionRatio: 8))
        #expect(encoded.photometricInterpretation == (samples == 1 ? .monochrome2 : .ybrICT))
        #expect(encoded.bytes.count <= frame.bytes.count / 8 + 64)
        let decoded = try coding.decode(encoded.bytes, syntax, description)
        #expect(decoded.description.photometricInterpretation == (samples == 1 ? .monochrome2 : .rgb))
        let differences = zip(try Frame(frame).integers, try Frame(decoded).integers).map { abs($0 - $1) }
        #expect(differences.max() ?? .max <= 8)
    }

    @Test("YBR_FULL and palette indices are kept as they are, without a transform")
    func labels() throws {
        for (samples, term) in [(3, "YBR_FULL"), (1, "PALETTE COLOR"), (1, "MONOCHROME1")] {
            let description = try Samples.description(rows: 20, columns: 30, samples: samples, allocated: 8, stored: 8, term)
            let frame = try Samples.frame(description)
            for number in [90, 201] {
                let encoded = try coding.encode(frame, .encapsulated(number), EncodingParameters())
                #expect(encoded.photometricInterpretation.rawValue == term)
                #expect(try coding.decode(encoded.bytes, .encapsulated(number), description) == frame)
            }
        }
    }

    @Test("What would be lost is refused: overlay bits, indices into a palette, depths beyond 16")
    func refusals() throws {
        let narrow = try Samples.description(rows: 2, columns: 2, stored: 12)
        let overlaid = try NativeFrame(description: narrow, bytes: [1, 0, 2, 0x10, 3, 0, 4, 0])
        #expect(throws: ImageError(.unsupported, .bitsStored, "")) { try coding.encode(overlaid, .encapsulated(90), EncodingParameters()) }
        #expect(throws: ImageError(.unsupported, .bitsStored, "")) { try coding.encode(overlaid, .encapsulated(201), EncodingParameters()) }
        let palette = try Samples.frame(Samples.description(rows: 2, columns: 2, allocated: 8, stored: 8, "PALETTE COLOR"))
        #expect(throws: ImageError(.unsupported, .photometricInterpretation, "")) { try coding.encode(palette, .encapsulated(91), EncodingParameters()) }
        let deep = try Samples.frame(Samples.description(rows: 2, columns: 2, allocated: 32, stored: 24))
        #expect(throws: ImageError(.unsupported, .bitsStored, "")) { try coding.encode(deep, .encapsulated(90), EncodingParameters()) }
        #expect(throws: ImageError(.unsupported, .transferSyntaxUID, "")) { try coding.encode(palette, .encapsulated(92), EncodingParameters()) }
    }

    @Test("A code stream's sign against Pixel Representation: the low Bits Stored bits are the sample", arguments: [90, 201])
    func signs(number: Int) throws {
        let unsigned = try Samples.description(rows: 8, columns: 8, stored: 13), signed = try Samples.description(rows: 8, columns: 8, stored: 13, isSigned: true)
        let frame = try Samples.frame(unsigned)
        let encoded = try coding.encode(frame, .encapsulated(number), EncodingParameters())
        // 6192 of 13 bits unsigned is -2000 of 13 bits signed.
        let read = try Frame(coding.decode(encoded.bytes, .encapsulated(number), signed)).integers
        #expect(read == (try Frame(frame).integers.map { $0 >= 4096 ? $0 - 8192 : $0 }))

        let negative = try Samples.frame(signed)
        let other = try coding.encode(negative, .encapsulated(number), EncodingParameters())
        let again = try Frame(coding.decode(other.bytes, .encapsulated(number), unsigned)).integers
        #expect(again == (try Frame(negative).integers.map { $0 & 8191 }))

        // Fewer bits than Bits Stored: numbers as they are, and none below zero where there is no place for them.
        let wide = try Samples.description(rows: 8, columns: 8, stored: 16)
        #expect(throws: ImageError(.invalid, .pixelRepresentation, "")) { try coding.decode(other.bytes, .encapsulated(number), wide) }
        let wideSigned = try Samples.description(rows: 8, columns: 8, stored: 16, isSigned: true)
        #expect(try Frame(coding.decode(encoded.bytes, .encapsulated(number), wideSigned)).integers == Frame(frame).integers)
    }

    @Test("HTJ2K RPCL: TLM in the main header, RPCL order, a lowest resolution of at most 64 (PS3.5 §10.18)")
    func rpcl() throws {
        let description = try Samples.description(rows: 3000, columns: 2900, allocated: 8, stored: 8)
        let bytes = try coding.encode(Samples.frame(description, isSmooth: true), .encapsulated(202), EncodingParameters()).bytes
        let cod = try #require(offset(of: [0xFF, 0x52], in: bytes)), tlm = try #require(offset(of: [0xFF, 0x55], in: bytes))
        let sot = try #require(offset(of: [0xFF, 0x90], in: bytes))
        #expect(bytes[cod + 5] == 2)
        #expect(2900 >> Int(bytes[cod + 9]) <= 64)
        #expect(tlm < sot)
        // Ltlm 10, Ztlm 0, Stlm 60H, tile 0, then the length that the tile-part itself has.
        #expect(Array(bytes[(tlm + 2)..<(tlm + 8)]) == [0, 10, 0, 0x60, 0, 0])
        #expect(bytes[(tlm + 8)..<(tlm + 12)] == bytes[(sot + 6)..<(sot + 10)])
    }

    private func offset(of marker: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast(1).first { bytes[$0] == marker[0] && bytes[$0 + 1] == marker[1] }
    }
}
