import DICOM
import Testing

/// The tree of PS3.16 TID 2010; what other programs make of it the peer tests show.
struct KeyObjectDocumentTests {
    private static func image(_ series: String, _ instance: String, frames: [Int] = []) -> EvidenceImage {
        EvidenceImage(series: UID(series)!, sopClass: UID("1.2.840.10008.5.1.4.1.1.2")!, sopInstance: UID(instance)!, frames: frames)
    }

    private static func made(_ images: [EvidenceImage], description: String? = nil) -> DataSet {
        let header = DataSet([DataElement(.patientID, .LO, "P1"), DataElement(.studyInstanceUID, .UI, "1.2")])
        return KeyObjectDocument(title: KeyObjectDocument.titles[0], description: description, observer: "anna", images: images).dataSet(
            inStudyOf: header, sopInstance: UID("1.9")!, series: UID("1.8")!, seriesNumber: 8, instanceNumber: 3, date: "20260503", time: "101500")
    }

    @Test func theTitleStandsAboveWordsAndImages() {
        let root = ContentItem(Self.made([Self.image("1.1", "1.1.1"), Self.image("1.1", "1.1.2", frames: [2, 5])], description: "Größe"))
        #expect(root.name == "Of Interest" && root.children.map(\.type) == ["CODE", "CODE", "PNAME", "TEXT", "IMAGE", "IMAGE"])
        #expect(root.children[3].value == "Größe" && root.children[3].name == "Key Object Description")
        #expect(root.children.flatMap(\.references).map(\.sopInstance.text) == ["1.1.1", "1.1.2"])
    }

    @Test func framesAreNamedInTheContentAndNotInTheEvidence() throws {
        let document = Self.made([Self.image("1.1", "1.1.2", frames: [2, 5])])
        let reference = try #require(document.items(.contentSequence).last?.items(.referencedSOPSequence).first)
        #expect(reference.integers(.referencedFrameNumber) == [2, 5])
        let evidence = document.items(.currentRequestedProcedureEvidenceSequence)[0].items(.referencedSeriesSequence)[0].items(.referencedSOPSequence)
        #expect(evidence.map { $0.string(.referencedSOPInstanceUID) } == ["1.1.2"] && evidence[0][.referencedFrameNumber] == nil)
    }

    @Test func titlesAreOnceEach() {
        #expect(Set(KeyObjectDocument.titles.map(\.value)).count == KeyObjectDocument.titles.count && KeyObjectDocument.titles.allSatisfy { $0.scheme == "DCM" })
    }
}
