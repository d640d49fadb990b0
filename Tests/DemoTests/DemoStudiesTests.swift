import DICOM
import Demo
import Foundation
import Testing

@Suite("Generated studies")
struct DemoStudiesTests {
    /// Every fourth pixel and slice of all of them.
    static let instances: [DataSet] = DemoStudies.all(scale: 4).flatMap { $0.instances.map { $0.dataSet() } }

    private func series(_ modality: String) -> [DataSet] { Self.instances.filter { $0.string(.modality) == modality } }

    @Test("Everyone is marked as a phantom")
    func marked() {
        for image in Self.instances {
            #expect(image.string(.patientID)?.hasPrefix("DEMO-") == true)
            #expect(image.string(.patientComments) == "Generated phantom, not a person")
            #expect(image.strings(.specificCharacterSet) == ["ISO_IR 192"])
        }
        #expect(Set(Self.instances.compactMap { $0.string(.patientName) }) == ["Fantôme^Éloïse^Zoë", "Maboroshi^Tarou=幻^太郎=まぼろし^たろう", "Привид^Марія"])
    }

    @Test("UIDs are valid, one for each instance, and the same in every run")
    func uids() throws {
        let uids = try Self.instances.map { try #require($0.uid(.sopInstanceUID)).text }
        #expect(Set(uids).count == uids.count)
        #expect(Set(Self.instances.compactMap { $0.uid(.studyInstanceUID) }).count == 5)
        for image in Self.instances { #expect(image.uid(.seriesInstanceUID) != nil && image.uid(.sopClassUID) != nil) }
        let again = try #require(DemoStudies.all(scale: 4).last?.instances.first).dataSet()
        #expect(again == Self.instances.last)
    }

    @Test("Each is written and read again as it was")
    func roundTrip() throws {
        for image in Self.instances {
            let file = try FileReader.read(FileMetaInformation.file(image, as: .explicitVRLittleEndian))
            #expect(file.dataSet == image)
            #expect(file.warnings.isEmpty)
        }
    }

    @Test("Pixel data is as long as the description says")
    func length() throws {
        for image in Self.instances {
            let bits = try #require(FrameTable.bitsPerFrame(image))
            #expect(image.bytes(.pixelData)?.count == Int(bits) / 8 * (image.integer(.numberOfFrames) ?? 1))
        }
    }

    /// Hounsfield units within so many pixels of a place of the patient, in the slice nearest to it.
    private func hounsfield(_ study: String, _ x: Double, _ y: Double, _ z: Double, within reach: Int = 1) throws -> [Double] {
        let slices = series("CT").filter { $0.string(.accessionNumber) == study }
        let slice = try #require(slices.min { abs(($0.decimals(.imagePositionPatient).last ?? 0) - z) < abs(($1.decimals(.imagePositionPatient).last ?? 0) - z) })
        let origin = slice.decimals(.imagePositionPatient), spacing = try #require(slice.decimal(.pixelSpacing)), columns = try #require(slice.integer(.columns))
        let column = Int(((x - origin[0]) / spacing).rounded()), row = Int(((y - origin[1]) / spacing).rounded())
        let bytes = try #require(slice.bytes(.pixelData))
        return (-reach...reach).flatMap { dy in
            (-reach...reach).map { dx in
                let at = bytes.startIndex + ((row + dy) * columns + column + dx) * 2
                return Double(Int(bytes[at]) | Int(bytes[at + 1]) << 8) + (slice.decimal(.rescaleIntercept) ?? 0)
            }
        }
    }

    @Test("Hounsfield units of air, lung, fat, liver, aorta, spine", arguments: [
        ("air in front", 0.0, -140.0, 60.0, -1000.0, 30.0), ("lung", -95, 20, 60, -860, 70), ("liver", -80, 10, -38, 62, 30), ("descending aorta", 28, 25, 62, 180, 40),
        ("spleen", 106, 40, -58, 98, 35),
    ])
    func values(name: String, x: Double, y: Double, z: Double, expected: Double, tolerance: Double) throws {
        let values = try hounsfield("DEMO-A102", x, y, z), value = values.reduce(0, +) / Double(values.count)
        #expect(abs(value - expected) < tolerance, "\(name): \(value)")
    }

    @Test("Slices of a series are evenly spaced in one frame of reference", arguments: ["CT", "MR"])
    func geometry(modality: String) throws {
        for (_, slices) in Dictionary(grouping: series(modality), by: { $0.uid(.seriesInstanceUID) }) {
            let directions = Set(slices.map { $0.decimals(.imageOrientationPatient) })
            let d = try #require(directions.first)
            #expect(directions.count == 1)
            let normal = [d[1] * d[5] - d[2] * d[4], d[2] * d[3] - d[0] * d[5], d[0] * d[4] - d[1] * d[3]]
            let along = slices.map { zip($0.decimals(.imagePositionPatient), normal).map { $0 * $1 }.reduce(0, +) }.sorted()
            let steps = zip(along.dropFirst(), along).map { $0 - $1 }
            let first = try #require(steps.first)
            #expect(first > 1)
            for step in steps { #expect(abs(step - first) < 0.01) }
        }
        #expect(Set(series("MR").compactMap { $0.uid(.frameOfReferenceUID) }).count == 1)
        #expect(Set(series("MR").map { $0.decimals(.imageOrientationPatient).map { ($0 * 100).rounded() } }).count == 3)
    }

    @Test("The follow-up is the same patient, later, with a larger nodule")
    func followUp() throws {
        let first = series("CT").filter { $0.string(.accessionNumber) == "DEMO-A102" }, second = series("CT").filter { $0.string(.accessionNumber) == "DEMO-A107" }
        #expect(first.first?.string(.patientID) == second.first?.string(.patientID))
        #expect(try #require(first.first?.string(.studyDate)) < #require(second.first?.string(.studyDate)))
        func solid(_ study: String) throws -> Int { try hounsfield(study, -78, -8, 104, within: 4).count { $0 > -300 } }
        #expect(try solid("DEMO-A102") >= 1)
        #expect(try solid("DEMO-A107") >= 3 + 2 * solid("DEMO-A102"))
    }

    @Test("The clip says how fast it runs and what a pixel measures")
    func clip() throws {
        let clip = try #require(series("US").first)
        #expect(clip[.frameIncrementPointer]?.tags == [.frameTime])
        #expect(clip.decimal(.frameTime) == 160)
        let region = try #require(clip.items(.sequenceOfUltrasoundRegions).first)
        #expect(region.integer(.physicalUnitsXDirection) == 3)
        #expect(try #require(region.decimal(.physicalDeltaX)) > 0)
    }

    @Test("Files to look at", .enabled(if: ProcessInfo.processInfo.environment["ISOCENTER_DEMO_OUT"] != nil, "ISOCENTER_DEMO_OUT names no folder"))
    func files() throws {
        guard let folder = ProcessInfo.processInfo.environment["ISOCENTER_DEMO_OUT"] else { return }
        for (number, image) in Self.instances.enumerated() {
            let file = try FileMetaInformation.file(image, as: .explicitVRLittleEndian)
            try Data(file).write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(number).dcm"))
        }
    }
}
