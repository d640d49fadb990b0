import DICOM
import DICOMImage
import Foundation
import Testing

@Suite("What is told about a picture")
struct FactsTests {
    private func facts(_ changes: [DataElement], options: RenderOptions = RenderOptions()) throws -> PictureFacts {
        var header = Image.header()
        for change in changes { header.set(change) }
        let frame = try Frame(native: Image.words([0, 100, 200, 300]), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        return try Render.rendering(of: frame, dataSet: header, frameIndex: 0, options: options).facts
    }

    private static let window = [Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256)]

    @Test("Who chose the window")
    func chooser() throws {
        #expect(try facts(Self.window).voiChosenBy == .image)
        #expect(try facts(Self.window, options: RenderOptions(window: Window(center: 1, width: 2))).voiChosenBy == .reader)
        let automatic = try facts([])
        #expect(automatic.voiChosenBy == .automatic)
        #expect(automatic.voi == .range(low: 0, high: 300))
        #expect(automatic.voiChoices == [])
    }

    @Test("Units, and who says them", arguments: [
        ([Image.cs(.rescaleType, "OD"), Image.ds(.rescaleSlope, 1), Image.ds(.rescaleIntercept, 0)], "OD", "RescaleType"),
        ([Image.cs(Tag(0x0054, 0x1001), "BQML")], "BQML", "Units"),
        ([DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2"), Image.ds(.rescaleSlope, 1), Image.ds(.rescaleIntercept, -1024)], "HU", "CTImageStorage"),
        ([Image.ds(.rescaleSlope, 1), Image.ds(.rescaleIntercept, -1024)], nil, nil),
    ] as [([DataElement], String?, String?)])
    func units(changes: [DataElement], term: String?, source: String?) throws {
        let units = try facts(changes).units
        #expect(units?.term == term)
        #expect(units?.source == source)
    }

    @Test("Loss, intent, shape, polarity, padding")
    func image() throws {
        let facts = try facts([
            Image.cs(.lossyImageCompression, "01"), Image.ds(.lossyImageCompressionRatio, 10, 20), DataElement(.lossyImageCompressionMethod, .CS, "ISO_10918_1", "ISO_15444_1"),
            Image.cs(.presentationIntentType, "FOR PROCESSING"), Image.ds(.pixelSpacing, 2, 1), Image.cs(.photometricInterpretation, "MONOCHROME1"), Image.us(.pixelPaddingValue, 300),
        ])
        #expect(facts.lossyCompression.isLossy == true)
        #expect(facts.lossyCompression.ratios == [10, 20])
        #expect(facts.lossyCompression.methods == ["ISO_10918_1", "ISO_15444_1"])
        #expect(facts.isForProcessing)
        #expect(facts.pixelAspectRatio == 2)
        #expect(facts.polarity == .lowIsWhite)
        #expect(facts.padding == 300...300)
        #expect(try self.facts([]).lossyCompression.isLossy == nil)
    }

    @Test("As JSON")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(try facts(Self.window)), as: UTF8.self)
        #expect(text.contains(#""voi":{"center":128,"explanation":null,"function":"LINEAR","kind":"window","width":256}"#))
        #expect(text.contains(#""voiChosenBy":"image""#))
    }
}
