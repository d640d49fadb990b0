import DICOM
import Testing

@testable import DICOMImage

@Suite("Attributes that follow the pixel data")
struct TranscodedAttributesTests {
    static let new = UID("1.2.3.9")!

    private func pixels(_ header: DataSet, from: String = "explicit", to: String, _ photometric: PhotometricInterpretation? = nil, isLossy: Bool = false, ratio: Double? = nil) throws -> TranscodedPixels {
        let description = try PixelDescription(header).aligned
        let method = Compression.named(to)?.method(EncodingParameters()) ?? ""
        return TranscodedPixels(
            from: .named(from), to: .named(to), photometricInterpretation: photometric ?? description.photometricInterpretation, description: description,
            loss: isLossy ? .init(method: method, ratio: 12.3456, newSOPInstanceUID: Self.new, description: "made smaller") : nil, sourceRatio: ratio)
    }

    private func header(_ changes: DataElement...) -> DataSet {
        var header = Image.header(
            Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "RGB"), Image.us(.planarConfiguration, 1), Image.us(.bitsStored, 12), Image.us(.highBit, 13))
        header.set(DataElement(.sopClassUID, uid: UID("1.2.840.10008.5.1.4.1.1.7")!))
        header.set(DataElement(.sopInstanceUID, uid: UID("1.2.3.4")!))
        header.set(DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL"))
        for change in changes { header.set(change) }
        return header
    }

    @Test("Without loss: colour, order and place of the samples; the instance stays itself")
    func lossless() throws {
        let source = header(DataElement(.extendedOffsetTable, .OV, integers: [0]), DataElement(.smallestImagePixelValue, .US, integers: [3]))
        let result = TranscodedAttributes.applied(try pixels(source, to: "j2k", .ybrRCT), to: source)
        #expect(result.string(.photometricInterpretation) == "YBR_RCT")
        #expect(result.integer(.planarConfiguration) == 0)
        #expect(result.integer(.highBit) == 11)
        #expect(result[.extendedOffsetTable] == nil)
        #expect(result.integer(.smallestImagePixelValue) == 3)
        #expect(result.uid(.sopInstanceUID)?.text == "1.2.3.4")
        #expect(result.strings(.imageType) == ["ORIGINAL", "PRIMARY", "AXIAL"])
        #expect(result[.lossyImageCompression] == nil)
    }

    @Test("With loss: another image, which says what happened and from which it was made")
    func lossy() throws {
        let source = header(Image.cs(.lossyImageCompression, "00"), DataElement(.smallestImagePixelValue, .US, integers: [3]), DataElement(.derivationDescription, .ST, "cropped"))
        let result = TranscodedAttributes.applied(try pixels(source, to: "j2k-lossy", .ybrICT, isLossy: true), to: source)
        #expect(result.string(.lossyImageCompression) == "01")
        #expect(result.strings(.lossyImageCompressionMethod) == ["ISO_15444_1"])
        #expect(result.strings(.lossyImageCompressionRatio) == ["12.35"])
        #expect(result.uid(.sopInstanceUID) == Self.new)
        #expect(result.strings(.imageType) == ["DERIVED", "PRIMARY", "AXIAL"])
        #expect(result.string(.derivationDescription) == "cropped; made smaller")
        let code = try #require(result.items(.derivationCodeSequence).first)
        #expect(code.string(.codeValue) == "113040" && code.string(.codingSchemeDesignator) == "DCM")
        let image = try #require(result.items(.sourceImageSequence).first)
        #expect(image.uid(.referencedSOPInstanceUID)?.text == "1.2.3.4" && image.uid(.referencedSOPClassUID)?.text == "1.2.840.10008.5.1.4.1.1.7")
        #expect(image.items(.purposeOfReferenceCodeSequence).first?.string(.codeValue) == "121320")
        #expect(result[.smallestImagePixelValue] == nil)
    }

    @Test("Lost once more: a value more for each time")
    func again() throws {
        let source = header(
            Image.cs(.lossyImageCompression, "01"), DataElement(.lossyImageCompressionRatio, .DS, "4"), DataElement(.lossyImageCompressionMethod, .CS, "ISO_10918_1"),
            DataElement(.sourceImageSequence, items: [DataSet([DataElement(.referencedSOPInstanceUID, uid: Self.new)])]))
        let result = TranscodedAttributes.applied(try pixels(source, from: "jpeg", to: "jpegls-near", isLossy: true), to: source)
        #expect(result.strings(.lossyImageCompressionMethod) == ["ISO_10918_1", "ISO_14495_1"])
        #expect(result.strings(.lossyImageCompressionRatio) == ["4", "12.35"])
        let sources = result.items(.sourceImageSequence)
        #expect(sources.count == 2 && sources[1].items(.purposeOfReferenceCodeSequence).isEmpty)
    }

    @Test("What was lossy and did not say so, says so when it is no longer compressed", arguments: [
        ("jpeg", "explicit", ["ISO_10918_1"]), ("jpeg-extended", "j2k", ["ISO_10918_1"]), ("j2k-lossy", "explicit", []), ("rle", "explicit", []),
    ])
    func silent(from: String, to: String, methods: [String]) throws {
        let result = TranscodedAttributes.applied(try pixels(header(), from: from, to: to, ratio: 8), to: header())
        #expect(result.strings(.lossyImageCompressionMethod) == methods)
        #expect(result.strings(.lossyImageCompressionRatio) == methods.map { _ in "8.00" })
        #expect(result.string(.lossyImageCompression) == (methods.isEmpty ? nil : "01"))
        #expect(result.uid(.sopInstanceUID)?.text == "1.2.3.4")
    }

    @Test("Names of syntaxes are those of the standard's table, each once")
    func table() {
        #expect(Set(Compression.table.map(\.name)).count == Compression.table.count)
        for row in Compression.table {
            #expect(row.transferSyntax?.name != row.uid, "\(row.name)")
            #expect(row.transferSyntax?.isVideo == false)
        }
        #expect(Compression.named("JPEGLS")?.uid == "1.2.840.10008.1.2.4.80")
        var parameters = EncodingParameters()
        #expect(Compression.named("jpegls-near")?.method(parameters) == "ISO_14495_1")
        parameters.nearLossless = 0
        #expect(Compression.named("jpegls-near")?.method(parameters) == nil)
    }
}
