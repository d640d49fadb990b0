import DICOM
import Testing

/// The tree of PS3.16 TID 1500 as a reader of content trees sees it; what other programs make of it the peer tests show.
struct MeasurementReportTests {
    private static let image = MeasurementReport.Image(series: UID("1.2.1")!, sopClass: UID("1.2.840.10008.5.1.4.1.1.2")!, sopInstance: UID("1.2.1.1")!)

    private static func made(_ groups: [MeasurementReport.Group]) -> DataSet {
        let header = DataSet([
            DataElement(.patientName, .PN, "Röntgen^Élodie"), DataElement(.patientID, .LO, "P1"), DataElement(.studyInstanceUID, .UI, "1.2"), DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
        ])
        return MeasurementReport(observer: "anna", groups: groups).dataSet(
            inStudyOf: header, sopInstance: UID("1.9")!, series: UID("1.8")!, seriesNumber: 7, date: "20260503", time: "101500")
    }

    @Test func whatIsMeasuredStandsBelowItsGroupWithItsPlace() throws {
        let line = MeasurementReport.Coordinates(.polyline, [0.5, 0.5, 10.25, 0.5], in: Self.image)
        let report = Self.made([.init(name: "Length", trackingUID: UID("2.25.1")!, scale: "in the patient", measurements: [.init(.length, 6.825, .millimetre, from: [line])])])
        let root = ContentItem(report)
        #expect(root.name == "Imaging Measurement Report")
        let group = try #require(root.children.last?.children.first)
        #expect(group.name == "Measurement Group" && group.children.map(\.name) == ["Tracking Identifier", "Tracking Unique Identifier", "Length", "Scale of lengths"])
        let length = group.children[2]
        #expect(length.value == "6.825 millimeter" && length.relationship == "CONTAINS")
        #expect(length.children.map(\.relationship) == ["INFERRED FROM"] && length.children[0].children[0].references.map(\.sopInstance) == [Self.image.sopInstance])
        #expect(report.string(.patientName) == "Röntgen^Élodie" && report.string(.studyInstanceUID) == "1.2" && report.string(.patientSex) == nil && report[.patientSex] != nil)
    }

    @Test func everyImageIsEvidenceOnce() {
        func region(_ frame: Int?, _ image: MeasurementReport.Image) -> MeasurementReport.Group {
            var image = image
            image.frames = frame.map { [$0] } ?? []
            return .init(name: "x", trackingUID: .random(), region: .init(.circle, [5, 5, 9, 5], in: image))
        }
        let other = MeasurementReport.Image(series: UID("1.2.2")!, sopClass: Self.image.sopClass, sopInstance: UID("1.2.2.1")!)
        let report = Self.made([region(1, Self.image), region(2, Self.image), region(nil, other)])
        let study = report.items(.currentRequestedProcedureEvidenceSequence)
        let series = study.flatMap { $0.items(.referencedSeriesSequence) }
        #expect(study.count == 1 && series.map { $0.string(.seriesInstanceUID) } == ["1.2.1", "1.2.2"])
        #expect(series.map { $0.items(.referencedSOPSequence).count } == [1, 1])
    }

    @Test func nothingBreaksItsValueRepresentation() {
        let report = Self.made([.init(name: "Größe", trackingUID: UID("2.25.1")!, comment: "ja\nnein", region: .init(.point, [1.0 / 3, 2.0 / 3], in: Self.image), measurements: [.init(.area, 1.0 / 3, .squareMillimetre)])])
        #expect(report.validate().isEmpty, "\(report.validate())")
    }
}
