import DICOM
import DICOMImage
import Testing

@Suite("Colour profiles")
struct ICCProfileTests {
    private static let header = Image.header(
        rows: 1, columns: 4, Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "RGB"), Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7))
    private static let colours: [UInt8] = [128, 64, 64, 200, 150, 100, 100, 120, 140, 255, 255, 255]
    /// Adobe RGB (1998) to sRGB by the two standards' matrices and curves, in floating point.
    private static let fromAdobe: [Double] = [146.1, 61.8, 61.8, 217.2, 151.4, 97.1, 90.1, 120.8, 142.1, 255, 255, 255]

    private func render(_ changes: [DataElement], _ options: RenderOptions) throws -> Rendering {
        var header = Self.header
        for change in changes { header.set(change) }
        let frame = try Frame(native: Self.colours, description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        return try Render.rendering(of: frame, dataSet: header, frameIndex: 0, options: options)
    }

    private func profile(_ space: ICCProfile.Space) throws -> DataElement { DataElement(.iccProfile, .OB, bytes: try ICCProfile(space).bytes) }

    @Test("A profile in the image, by name, or of the optical path: brought to sRGB where nothing is asked for", arguments: ["ICCProfile", "ColorSpace", "OpticalPathSequence"])
    func converted(source: String) throws {
        let changes: [DataElement] = switch source {
        case "ICCProfile": [try profile(.adobeRGB)]
        case "ColorSpace": [Image.cs(Tag(0x0028, 0x2002), "ADOBERGB")]
        default: [DataElement(Tag(0x0048, 0x0105), items: [DataSet([try profile(.adobeRGB)])])]
        }
        let rendering = try render(changes, RenderOptions(format: .png))
        guard case .eight(let levels) = rendering.picture.levels else { return }
        for (level, expected) in zip(levels, Self.fromAdobe) { #expect(abs(Double(level) - expected) <= 1.5) }
        #expect(rendering.facts.profileSource == source)
        #expect(rendering.facts.colourSpace == .sRGB)
        #expect(rendering.picture.profile == nil)
    }

    @Test("Values of iccprofile (PS3.18 8.3.5.1.5)", arguments: [
        (RenderOptions.Profile.no, false, nil), (.yes, false, .adobeRGB), (.adobergb, true, .adobeRGB), (.srgb, true, .sRGB), (.rommrgb, true, .rommRGB),
    ] as [(RenderOptions.Profile, Bool, ICCProfile.Space?)])
    func asked(option: RenderOptions.Profile, isConverted: Bool, embedded: ICCProfile.Space?) throws {
        let rendering = try render([try profile(.adobeRGB)], RenderOptions(format: .png, profile: option))
        #expect(rendering.picture.profile == (try embedded.map { try ICCProfile($0) }))
        guard case .eight(let levels) = rendering.picture.levels else { return }
        if option == .srgb { for (level, expected) in zip(levels, Self.fromAdobe) { #expect(abs(Double(level) - expected) <= 1.5) } }
        // To the space they are in already: no colour moves by more than rounding.
        if !isConverted || option == .adobergb { for (level, stored) in zip(levels, Self.colours) { #expect(abs(Int(level) - Int(stored)) <= (isConverted ? 1 : 0)) } }
    }

    @Test("An image that does not say what its colours are is left as it is; taken for sRGB only where asked, and said so")
    func unknown() throws {
        #expect(try render([], RenderOptions()).picture.levels == .eight(Self.colours))
        #expect(try render([], RenderOptions()).facts.notes == [])
        let asked = try render([], RenderOptions(profile: .yes))
        #expect(asked.picture.profile == (try ICCProfile(.sRGB)))
        #expect(asked.facts.notes.count == 1)
    }

    @Test("The profile lies in the file", arguments: [RenderOptions.Format.png, .jpeg(quality: 90)])
    func file(format: RenderOptions.Format) throws {
        let file = try render([try profile(.adobeRGB)], RenderOptions(format: format, profile: .yes)).encoded(format)
        let name = format == .png ? Array("iCCPICC profile".utf8) + [0, 0] : Array("ICC_PROFILE".utf8) + [0, 1, 1] + (try ICCProfile(.adobeRGB)).bytes
        #expect(file.indices.contains { file[$0...].starts(with: name) })
    }

    @Test("A broken profile is said, and the colours stay as they are", arguments: [
        [1, 2, 3, 4], .init(repeating: 0, count: 200), (try? ICCProfile(.sRGB).bytes).map { Array($0.prefix(140)) } ?? [],
        (try? ICCProfile(.sRGB).bytes).map { bytes in bytes.enumerated().map { $0.offset >= 128 ? 0xFF : $0.element } } ?? [],
    ] as [[UInt8]])
    func broken(bytes: [UInt8]) throws {
        let rendering = try render([DataElement(.iccProfile, .OB, bytes: bytes)], RenderOptions())
        #expect(rendering.picture.levels == .eight(Self.colours))
        #expect(rendering.facts.notes.count == 1)
    }

    @Test("A named space is always the same bytes")
    func deterministic() throws {
        for space in ICCProfile.Space.allCases { #expect(try ICCProfile(space) == ICCProfile(space)) }
    }
}
