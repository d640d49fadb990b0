import DICOM
import DICOMImage
import Testing

@Suite("Spacing and where it holds")
struct SpacingTests {
    private static let imager = Image.ds(.imagerPixelSpacing, 0.12, 0.12), magnification = Image.ds(.estimatedRadiographicMagnificationFactor, 1.2)
    private static func pixel(_ mm: Double) -> DataElement { Image.ds(.pixelSpacing, mm, mm) }
    private static func type(_ text: String) -> DataElement { Image.cs(Tag(0x0028, 0x0A02), text) }
    private static let description = DataElement(Tag(0x0028, 0x0A04), .LO, "25 mm ball")
    private static let film = Image.ds(.nominalScannedPixelSpacing, 0.17, 0.17)

    /// Radiographs, every combination of PS3.3 §10.7.1, §C.8.11.4, §C.8.11.5, §C.8.6.2.
    private static let radiographs: [([DataElement], Double?, String, String)] = [
        ([pixel(0.1), imager, type("FIDUCIAL"), description], 0.1, "calibrated", "calibrated on an object of known size: 25 mm ball"),
        ([pixel(0.1), imager, type("GEOMETRY")], 0.1, "calibrated", "corrected for magnification"),
        ([imager], 0.12, "detector", "at the detector, not in the patient"),
        ([pixel(0.12), imager], 0.12, "detector", "at the detector, not in the patient"),
        ([imager, magnification], 0.1, "estimated", "estimated from the detector with magnification 1.2"),
        ([pixel(0.12), imager, magnification], 0.1, "estimated", "estimated from the detector with magnification 1.2"),
        ([pixel(0.1), imager, magnification], 0.1, "estimated", "estimated from the detector with magnification 1.2"),
        ([pixel(0.07), imager, magnification], 0.07, "unknown", "as stated; the object does not say where it holds"),
        ([pixel(0.1), imager], 0.1, "unknown", "as stated; the object does not say where it holds"),
        ([pixel(0.1)], 0.1, "unknown", "as stated; the object does not say where it holds"),
        ([film], 0.17, "film", "on the film"),
        ([pixel(0.17), film], 0.17, "film", "on the film"),
        ([pixel(0.2), film], 0.2, "unknown", "as stated; the object does not say where it holds"),
        ([], nil, "none", "unknown: pixels"),
    ]

    @Test("A radiograph's millimetres", arguments: radiographs)
    func radiograph(elements: [DataElement], millimetres: Double?, name: String, words: String) {
        let spacing = Spacing(DataSet([Image.cs(.modality, "DX")] + elements), frameIndex: 0)
        #expect(spacing.source.name == name)
        #expect(spacing.source.words == words)
        #expect(spacing.millimetres.map { ($0.betweenRows * 1e9).rounded() / 1e9 } == millimetres)
        #expect(spacing.warnings == [])
    }

    @Test("Tomography: Pixel Spacing lies in the patient, also without orientation", arguments: ["CT", "MR", "PT", "NM"])
    func tomography(modality: String) throws {
        let spacing = Spacing(DataSet([Image.cs(.modality, modality), Image.ds(.pixelSpacing, 2, 1)]), frameIndex: 0)
        #expect(spacing == Spacing(try #require(.init(betweenRows: 2, betweenColumns: 1)), .patient))
    }

    private static let absurdities: [(Tag, [String])] = [
        (Tag.pixelSpacing, ["0", "0"]), (.pixelSpacing, ["-1", "1"]), (.pixelSpacing, ["0.2"]), (.pixelSpacing, ["0.5", "0.5", "3"]),
        (.pixelSpacing, ["1", "250"]), (.pixelSpacing, ["2000", "2000"]), (.pixelSpacing, ["x", "1"]), (.imagerPixelSpacing, ["0", "0"]),
    ]

    @Test("Absurd values are left out, and said", arguments: absurdities)
    func absurd(tag: Tag, values: [String]) throws {
        let spacing = Spacing(DataSet([DataElement(tag, .DS, strings: values)]), frameIndex: 0)
        #expect(spacing.millimetres == nil)
        #expect(spacing.source == .none)
        let warning = try #require(spacing.warnings.first)
        #expect(warning.contains("Spacing") && warning.contains(values.joined(separator: "\\")))
    }

    @Test("A magnification below 1 is not believed", arguments: [0, 0.8, -1.2, 100])
    func magnification(factor: Double) {
        let spacing = Spacing(DataSet([Image.cs(.modality, "DX"), Self.imager, Image.ds(.estimatedRadiographicMagnificationFactor, factor)]), frameIndex: 0)
        #expect(spacing.source == .detector)
        #expect(spacing.warnings.count == 1)
    }

    @Test("The same from functional groups, shared or per frame", arguments: [true, false])
    func groups(isShared: Bool) throws {
        func frame(_ macro: Tag, _ element: DataElement) -> DataSet {
            DataSet([DataElement(isShared ? .sharedFunctionalGroupsSequence : .perFrameFunctionalGroupsSequence,
                items: [DataSet([DataElement(macro, items: [DataSet([element])])])])])
        }
        let pair = try #require(Spacing.Millimetres(betweenRows: 0.75, betweenColumns: 0.5))
        #expect(Spacing(frame(.pixelMeasuresSequence, Image.ds(.pixelSpacing, 0.75, 0.5)), frameIndex: 0) == Spacing(pair, .patient))
        #expect(Spacing(frame(Tag(0x0028, 0x9443), Image.ds(.imagerPixelSpacing, 0.75, 0.5)), frameIndex: 0) == Spacing(pair, .detector))
        let centre = DataElement(Tag(0x0018, 0x9404), .FL, decimals: [0.75, 0.5])
        #expect(Spacing(frame(Tag(0x0018, 0x9401), centre), frameIndex: 0) == Spacing(pair, .calibrated(.beamCentre, description: nil)))
    }

    private static let aspects: [([DataElement], Double)] = [
        ([Image.ds(.pixelSpacing, 2, 0.5)], 4.0), ([DataElement(.pixelAspectRatio, .IS, integers: [4, 3])], 4.0 / 3),
        ([Image.ds(.pixelSpacing, 0, 0), DataElement(.pixelAspectRatio, .IS, integers: [4, 3])], 4.0 / 3),
        ([DataElement(.pixelAspectRatio, .IS, integers: [4, 0])], 1), ([DataElement(.pixelAspectRatio, .IS, integers: [1, 1000])], 1), ([], 1),
    ]

    @Test("Height of a pixel: spacing, else the ratio, else 1", arguments: aspects)
    func aspect(elements: [DataElement], expected: Double) {
        #expect(Spacing.aspectRatio(DataSet(elements), frameIndex: 0) == expected)
    }
}
