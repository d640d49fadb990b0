import DICOM
import Foundation
import Testing

@testable import IsocenterServer

@Suite("The manifest of a series (docs/develop/http-api.md)")
struct SeriesManifestTests {
    typealias Tag = DICOM.Tag

    private static func stored(_ number: Int) throws -> ManifestImage.Stored {
        .init(
            sopInstance: try #require(UID("1.2.\(number)")), sopClass: try #require(UID("1.2.840.10008.5.1.4.1.1.2")),
            transferSyntax: TransferSyntax(try #require(UID("1.2.840.10008.1.2.1"))), hasPixelData: true)
    }

    private static func slice(_ number: Int, z: Double, _ more: DataElement...) -> DataSet {
        var dataSet = DataSet([
            DataElement(.modality, .CS, "CT"), DataElement(.instanceNumber, .IS, integers: [number]), DataElement(.rows, .US, integers: [64]),
            DataElement(.columns, .US, integers: [48]), DataElement(.pixelSpacing, .DS, decimals: [0.7, 1.1]),
            DataElement(.imagePositionPatient, .DS, decimals: [-10, -20, z]), DataElement(.imageOrientationPatient, .DS, decimals: [1, 0, 0, 0, 1, 0]),
            DataElement(.frameOfReferenceUID, .UI, "1.2.3"),
        ])
        for element in more { dataSet.set(element) }
        return dataSet
    }

    /// The answer as the page reads it.
    private func json(_ objects: [DataSet]) throws -> [String: Any] {
        let entries = try objects.enumerated().map { SeriesManifest.Entry(try Self.stored($1.integer(.instanceNumber) ?? 0), $1, index: $0) }
        return try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(SeriesManifest(entries))) as? [String: Any])
    }

    @Test("Instances and order along the normal, falling as the numbers rise; localisers apart")
    func order() throws {
        var localiser = Self.slice(1, z: 0)
        localiser.set(DataElement(.imageOrientationPatient, .DS, decimals: [0, 1, 0, 0, 0, -1]))
        let manifest = try json([Self.slice(4, z: 15), Self.slice(2, z: 25), localiser, Self.slice(3, z: 20), Self.slice(5, z: 10)])
        let instances = try #require(manifest["instances"] as? [[String: Any]])
        #expect(instances.map { $0["instanceNumber"] as? Int } == [1, 2, 3, 4, 5])
        let stacks = try #require(manifest["stacks"] as? [[String: Any]])
        #expect(stacks.map { $0["order"] as? [[Int]] } == [[[0, 1, 1]], [[1, 1, 1], [2, 1, 1], [3, 1, 1], [4, 1, 1]]])
        #expect(stacks[1]["positions"] as? [Double] == [25, 20, 15, 10])
        #expect(stacks[1]["sides"] as? [String] == ["H", "F"])
        #expect(stacks[1]["sliceSpacing"] as? Double == 5)
        let volume = try #require(stacks[1]["volume"] as? [String: Any])
        #expect(volume["affine"] as? [Double] == [1.1, 0, 0, -10, 0, 0.7, 0, -20, 0, 0, -5, 25, 0, 0, 0, 1])
        #expect((stacks[0]["volume"] as? [String: Any])?["reason"] as? String == "a single image")
    }

    @Test("Facts of an image: spacing with its source, letters, what the display needs beside")
    func facts() throws {
        let table = DataElement(.voilutSequence, items: [DataSet([DataElement(.lutExplanation, .LO, "soft")])])
        let image = try #require((try json([Self.slice(1, z: 0, table, DataElement(Tag(0x6002, 0x0010), .US, integers: [64]))])["instances"] as? [[String: Any]])?.first)
        let spacing = try #require(image["spacing"] as? [String: Any])
        #expect(spacing["row"] as? Double == 0.7 && spacing["column"] as? Double == 1.1)
        #expect(spacing["source"] as? String == "patient" && spacing["warnings"] as? [String] == [])
        #expect(image["letters"] as? [String: String] == ["left": "R", "right": "L", "top": "A", "bottom": "P"])
        #expect(image["display"] as? [String] == ["voiLUT", "overlay"])
        #expect(image["perFrame"] is NSNull && image["presentationLUTShape"] is NSNull)
    }

    @Test("An enhanced image: what frames share is the image's, what is theirs stands with them")
    func enhanced() throws {
        func group(_ macro: Tag, _ elements: DataElement...) -> DataElement { DataElement(macro, items: [DataSet(elements)]) }
        let shared = DataSet([
            group(.pixelMeasuresSequence, DataElement(.pixelSpacing, .DS, decimals: [2, 2])),
            group(.planeOrientationSequence, DataElement(.imageOrientationPatient, .DS, decimals: [0, 1, 0, 0, 0, -1])),
            group(.frameVOILUTSequence, DataElement(.windowCenter, .DS, decimals: [40]), DataElement(.windowWidth, .DS, decimals: [400])),
        ])
        let frames = [30.0, 10, 20].map { x in DataSet([
            group(.planePositionSequence, DataElement(.imagePositionPatient, .DS, decimals: [x, 0, 0])),
            group(.pixelValueTransformationSequence, DataElement(.rescaleSlope, .DS, decimals: [x / 10]), DataElement(.rescaleIntercept, .DS, decimals: [-1])),
        ]) }
        let manifest = try json([DataSet([
            DataElement(.modality, .CS, "MR"), DataElement(.rows, .US, integers: [8]), DataElement(.columns, .US, integers: [8]),
            DataElement(.numberOfFrames, .IS, integers: [3]), DataElement(.sharedFunctionalGroupsSequence, items: [shared]),
            DataElement(.perFrameFunctionalGroupsSequence, items: frames),
        ])])
        let stack = try #require((manifest["stacks"] as? [[String: Any]])?.first)
        // The first frame has the greatest x, but the last two rise: the numbers agree with falling.
        #expect(stack["positions"] as? [Double] == [-30, -20, -10])
        #expect(stack["order"] as? [[Int]] == [[0, 1, 1], [0, 3, 1], [0, 2, 1]])
        #expect(stack["sides"] as? [String] == ["R", "L"])
        let image = try #require((manifest["instances"] as? [[String: Any]])?.first)
        #expect(image["windowCenter"] as? [Double] == [40] && image["pixelSpacing"] as? [Double] == [2, 2])
        let own = try #require(image["perFrame"] as? [[String: Any]])
        #expect(own.map { $0["rescaleSlope"] as? Double } == [3, 1, 2])
        #expect(own.map { $0["imagePosition"] as? [Double] } == [[30, 0, 0], [10, 0, 0], [20, 0, 0]])
        #expect(own.allSatisfy { $0["letters"] == nil && $0["windowCenter"] == nil })
    }
}
