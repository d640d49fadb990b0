import DICOM
import DICOMImage
import Testing

/// Code streams that lie: a picture or an error, soon, and before anything large is allocated.
@Suite("Hostile JPEG 2000 and HTJ2K")
struct JPEG2000HostileTests {
    static let coding = DirectFrameCoding()
    static let numbers = [90, 91, 201, 202, 203]

    static func stream(_ number: Int, samples: Int = 1) throws -> (bytes: [UInt8], description: PixelDescription) {
        let description = try Samples.description(rows: 48, columns: 64, samples: samples, allocated: samples == 1 ? 16 : 8, stored: samples == 1 ? 12 : 8)
        let encoded = try coding.encode(Samples.frame(description, isSmooth: true), .encapsulated(number), EncodingParameters(compressionRatio: 4))
        return (encoded.bytes, description)
    }

    @Test("Cut off anywhere: refused, never a blurred picture", arguments: numbers)
    func truncated(number: Int) throws {
        for samples in [1, 3] {
            let (bytes, description) = try Self.stream(number, samples: samples)
            for percent in 0..<100 {
                let cut = Array(bytes.prefix(bytes.count * percent / 100))
                for bytes in [cut, cut + [0xFF, 0xD9], cut + [0, 0, 0, 0]] {
                    #expect(throws: ImageError.self, "\(percent) %") { try Self.coding.decode(bytes, .encapsulated(number), description) }
                }
            }
        }
    }

    @Test("Without EOC, as some devices send it: the picture", arguments: numbers)
    func withoutEnd(number: Int) throws {
        var (bytes, description) = try Self.stream(number)
        let expected = try Self.coding.decode(bytes, .encapsulated(number), description)
        while bytes.suffix(2) != [0xFF, 0xD9] { bytes.removeLast() }
        bytes.removeLast(2)
        for padded in [bytes, bytes + [0]] { #expect(try Self.coding.decode(padded, .encapsulated(number), description) == expected) }
    }

    /// Bytes of one marker segment, changed; the rest as it was.
    struct Lie: CustomTestStringConvertible {
        let name: String
        /// nil: a picture, or whatever error a library finds.
        let code: ImageError.Code?
        let change: @Sendable (inout Stream) -> Void
        var testDescription: String { name }

        init(_ name: String, _ code: ImageError.Code?, _ change: @escaping @Sendable (inout Stream) -> Void) {
            (self.name, self.code, self.change) = (name, code, change)
        }
    }

    /// A code stream whose marker segments are found by their marker.
    struct Stream {
        var bytes: [UInt8]

        func find(_ marker: UInt8) -> Int { bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker } ?? 0 }
        mutating func set(_ marker: UInt8, _ offset: Int, _ values: UInt8...) {
            let start = find(marker) + offset
            bytes.replaceSubrange(start..<(start + values.count), with: values)
        }
        mutating func insert(_ segment: [UInt8], before marker: UInt8) { bytes.insert(contentsOf: segment, at: find(marker)) }
    }

    static let siz: UInt8 = 0x51, cod: UInt8 = 0x52, qcd: UInt8 = 0x5C, sot: UInt8 = 0x90, sod: UInt8 = 0x93
    static let lies: [Lie] = [
        Lie("one row more", .invalid) { $0.set(siz, 11, 49) },
        Lie("one column less", .invalid) { $0.set(siz, 7, 63) },
        Lie("64 k × 64 k", .invalid) { $0.set(siz, 6, 0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF) },
        Lie("2^32 columns", .invalid) { $0.set(siz, 6, 0xFF, 0xFF, 0xFF, 0xFF) },
        Lie("no columns", .invalid) { $0.set(siz, 6, 0, 0, 0, 0) },
        Lie("origin behind the end", .invalid) { $0.set(siz, 14, 0xFF, 0xFF, 0xFF, 0xFF) },
        Lie("origin 1: another width", .invalid) { $0.set(siz, 14, 0, 0, 0, 1) },
        Lie("tiles of 1 × 1", .tooLarge) { $0.set(siz, 22, 0, 0, 0, 1, 0, 0, 0, 1) },
        Lie("tiles of 8 × 8, one is there", nil) { $0.set(siz, 22, 0, 0, 0, 8, 0, 0, 0, 8) },
        Lie("tiles of no size", .invalid) { $0.set(siz, 22, 0, 0, 0, 0) },
        Lie("tile origin behind the image", .invalid) { $0.set(siz, 30, 0, 0, 0xFF, 0xFF) },
        Lie("0 components", .invalid) { $0.set(siz, 38, 0, 0) },
        Lie("2 components in the room of 1", .invalid) { $0.set(siz, 38, 0, 2) },
        Lie("16384 components", .invalid) { stream in
            stream.set(siz, 2, 0xC0, 0x26)
            stream.set(siz, 38, 0x40, 0x00)
            stream.bytes.insert(contentsOf: [UInt8](repeating: 1, count: 3 * 16383), at: stream.find(siz) + 43)
        },
        Lie("16385 components", .invalid) { $0.set(siz, 38, 0x40, 0x01) },
        Lie("17 bits in 16", .invalid) { $0.set(siz, 40, 16) },
        Lie("38 bits", .invalid) { $0.set(siz, 40, 37) },
        Lie("subsampling 0", .invalid) { $0.set(siz, 41, 0) },
        Lie("subsampling 255", .unsupported) { $0.set(siz, 41, 255, 255) },
        Lie("SIZ of 0 bytes", .truncated) { $0.set(siz, 2, 0, 0) },
        Lie("SIZ of 65535 bytes", nil) { $0.set(siz, 2, 0xFF, 0xFF) },
        Lie("another SIZ", .invalid) { stream in stream.insert(Array(stream.bytes[2..<(2 + 43)]), before: cod) },
        Lie("65535 layers", .tooLarge) { $0.set(cod, 6, 0xFF, 0xFF) },
        Lie("0 layers", .invalid) { $0.set(cod, 6, 0, 0) },
        Lie("progression 5", .invalid) { $0.set(cod, 5, 5) },
        Lie("a component transform of one component", .invalid) { $0.set(cod, 8, 1) },
        Lie("33 decompositions", .invalid) { $0.set(cod, 9, 33) },
        Lie("32 decompositions", nil) { $0.set(cod, 9, 32) },
        Lie("code blocks of 2^17", nil) { $0.set(cod, 10, 15, 15) },
        Lie("all code block styles", nil) { $0.set(cod, 12, 0x3F) },
        Lie("wavelet 7", nil) { $0.set(cod, 13, 7) },
        Lie("precincts said, but none there", nil) { $0.set(cod, 4, 1) },
        Lie("packets with SOP and EPH said, but none there", nil) { $0.set(cod, 4, 6) },
        Lie("precincts of 1 × 1", .tooLarge) { stream in
            let levels = Int(stream.bytes[stream.find(cod) + 9])
            stream.set(cod, 4, 1)
            stream.set(cod, 3, UInt8(13 + levels))
            stream.bytes.insert(contentsOf: [UInt8](repeating: 0, count: levels + 1), at: stream.find(cod) + 14)
        },
        Lie("precincts of 1 × 1 in the tile's header", .tooLarge) { stream in
            stream.insert([0xFF, 0x52, 0, 13, 1, 2, 0, 1, 0, 0, 4, 4, 0, 1, 0], before: sod)
            stream.set(sot, 6, 0, 0, 0, 0)
        },
        Lie("65535 layers in the tile's header", .tooLarge) { stream in
            stream.insert([0xFF, 0x52, 0, 12, 0, 2, 0xFF, 0xFF, 0, 5, 4, 4, 0, 1], before: sod)
            stream.set(sot, 6, 0, 0, 0, 0)
        },
        Lie("no COD", .invalid) { $0.set(cod, 1, 0x64) },
        Lie("no QCD", nil) { $0.set(qcd, 1, 0x64) },
        Lie("QCD of another style", nil) { $0.set(qcd, 4, 0x43) },
        Lie("a marker that is none", .invalid) { $0.set(qcd, 0, 0x12, 0x34) },
        Lie("tile 7", .invalid) { $0.set(sot, 4, 0, 7) },
        Lie("a tile-part of 13 bytes", .truncated) { $0.set(sot, 6, 0, 0, 0, 13) },
        Lie("a tile-part of 4 GB", .truncated) { $0.set(sot, 6, 0xFF, 0xFF, 0xFF, 0xFF) },
        Lie("a tile-part without length", nil) { $0.set(sot, 6, 0, 0, 0, 0) },
        Lie("no SOD", nil) { $0.set(sod, 1, 0x64) },
        Lie("TLM of wrong lengths", nil) { $0.insert([0xFF, 0x55, 0, 10, 0, 0x60, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF], before: sot) },
        Lie("TLM of 2 bytes", nil) { $0.insert([0xFF, 0x55, 0, 2], before: sot) },
        Lie("PPM of nothing", nil) { $0.insert([0xFF, 0x60, 0, 3, 0], before: sot) },
        Lie("PPM that claims 4 GB", nil) { $0.insert([0xFF, 0x60, 0, 9, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0], before: sot) },
        Lie("POC of garbage", nil) { $0.insert([0xFF, 0x5F, 0, 9, 33, 0, 0xFF, 0xFF, 34, 9, 9], before: sot) },
        Lie("COC of component 200", nil) { $0.insert([0xFF, 0x53, 0, 9, 200, 0, 5, 4, 4, 0, 1], before: sot) },
        Lie("RGN shifting by 255", nil) { $0.insert([0xFF, 0x5E, 0, 5, 0, 0, 255], before: sot) },
        Lie("multiple component transform of part 2", nil) { $0.insert([0xFF, 0x74, 0, 8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], before: sot) },
        Lie("nothing", .invalid) { $0.bytes = [] },
        Lie("JPEG", .invalid) { $0.bytes = [0xFF, 0xD8, 0xFF, 0xE0] + $0.bytes },
        Lie("PNG", .invalid) { $0.bytes = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + $0.bytes },
        Lie("ELF", .invalid) { $0.bytes = [0x7F, 0x45, 0x4C, 0x46] + $0.bytes },
        Lie("SOC alone", .truncated) { $0.bytes = [0xFF, 0x4F] },
    ]

    @Test("Lies in marker segments", arguments: numbers)
    func lies(number: Int) throws {
        let (bytes, description) = try Self.stream(number)
        let syntax = try TransferSyntax.encapsulated(number)
        let clock = ContinuousClock()
        for lie in Self.lies {
            var stream = Stream(bytes: bytes)
            lie.change(&stream)
            let taken = clock.measure {
                do throws(ImageError) {
                    let frame = try Self.coding.decode(stream.bytes, syntax, description)
                    #expect(lie.code == nil, "\(lie.name): a picture")
                    #expect(frame.bytes.count == description.frameBytes)
                } catch {
                    if let code = lie.code { #expect(error.code == code, "\(lie.name): \(error)") }
                    #expect(!error.description.isEmpty)
                }
            }
            #expect(taken < .seconds(5), "\(lie.name)")
        }
    }

    @Test("A JP2 wrapper is opened, and its lengths are not believed")
    func wrapper() throws {
        let (bytes, description) = try Self.stream(90)
        let expected = try Self.coding.decode(bytes, .encapsulated(90), description)
        let signature: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
        let type: [UInt8] = [0x6A, 0x70, 0x32, 0x63]
        func box(_ length: [UInt8], _ extended: [UInt8] = []) -> [UInt8] { signature + length + type + extended + bytes }
        let size = UInt32(bytes.count + 8)
        for wrapped in [
            box([0, 0, 0, 0]), box(withUnsafeBytes(of: size.bigEndian) { [UInt8]($0) }), box([0xFF, 0xFF, 0xFF, 0xFF]),
            box([0, 0, 0, 1], [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ] { #expect(try Self.coding.decode(wrapped, .encapsulated(90), description) == expected) }
        for broken in [
            signature, box([0, 0, 0, 9]), signature + [0, 0, 0, 3, 0x66, 0x74, 0x79, 0x70] + bytes, signature + [0, 0, 0, 1, 0x6A, 0x70, 0x32, 0x63, 0, 0],
            signature + [0, 0, 0, 1, 0x66, 0x74, 0x79, 0x70, 0x80, 0, 0, 0, 0, 0, 0, 0] + bytes,
        ] { #expect(throws: ImageError.self) { try Self.coding.decode(broken, .encapsulated(90), description) } }
    }
}
