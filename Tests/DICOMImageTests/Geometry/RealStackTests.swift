import DICOM
import DICOMImage
import Foundation
import Testing

/// Expected numbers were computed with pydicom and numpy from the same files.
@Suite("Stacks of real series", .enabled(if: Corpus.root != nil, "no corpus beside the repository (ISOCENTER_CORPUS)"))
struct RealStackTests {
    private func stacks(_ folder: String) throws -> [ImageStack] {
        let paths = Corpus.manifest.filter { $0["rows"] != "" }.compactMap { $0["path"] }.filter { $0.hasPrefix(folder) }.sorted()
        try #require(!paths.isEmpty)
        var frames: [StackFrame] = []
        for (n, path) in paths.enumerated() {
            let file = try FileReader.read(try Corpus.bytes(path), options: .init())
            frames += StackFrame.all(of: file.dataSet, instance: n)
        }
        return ImageStack.stacks(of: frames)
    }

    private func even(_ stack: ImageStack) -> Affine? {
        if case .even(let affine) = stack.volume { affine } else { nil }
    }

    @Test("A head tilted by 18.5° whose distance changes from 4 to 7 mm")
    func tiltedHead() throws {
        let found = try stacks("dcm_qa_ct-ge-head/")
        #expect(found.count == 1)
        #expect(found[0].frames.compactMap(\.instanceNumber) == Array(1...28))
        #expect(abs(found[0].tilt - 18.5) < 0.001)
        let steps = try #require(found[0].steps)
        #expect(abs(steps.median - 4.002) < 0.001)
        #expect(steps.isUneven && steps.gaps.isEmpty)
        guard case .uneven(let columnStep, _, let origins) = found[0].volume else { Issue.record("\(found[0].volume)"); return }
        #expect(abs(columnStep.x - 0.4882812) < 1e-7)
        #expect(abs(origins[0].z - 5.8360586) < 1e-6 && abs(origins[27].z - 157.7760586) < 1e-6)
        #expect(found[0].remarks == ["the distance between slices is uneven", "the slices are tilted by 18.5°"])
    }

    @Test("Regular series of three modalities", arguments: [("CT", 114, 531.04, 0.976562), ("MR", 107, 534.3102, 0.976562), ("PET", 114, 531.019996, 3.90625)])
    func regular(name: String, count: Int, first: Double, pixel: Double) throws {
        let found = try stacks("ibsi-sts/STS_013/\(name)")
        #expect(found.map(\.frames.count) == [count])
        let affine = try #require(even(found[0]))
        #expect(abs(affine.sliceStep.z - 3.27) < 0.001 && affine.sliceStep.x == 0 && affine.sliceStep.y == 0)
        #expect(abs(affine.origin.z - first) < 1e-6 && affine.columnStep.x == pixel)
        #expect(found[0].tilt == 0 && found[0].remarks == [])
    }

    @Test("192 sagittal slices")
    func sagittal() throws {
        let found = try stacks("fnndsc-sag-mr/")
        #expect(found.map(\.frames.count) == [192])
        let affine = try #require(even(found[0]))
        #expect(abs((affine.sliceStep * affine.sliceStep).sum().squareRoot() - 0.9) < 1e-6)
        #expect(abs(affine.origin.x - 76.87800909) < 1e-8)
    }

    @Test("Enhanced images: frames by their own places and times", arguments: [
        ("dicom2nifti/philips_enhanced/fmri/001/", 8, 4, ["Temporal Position"], 3.3125), ("dcmqi/data/segmentations/24x38x3/multiframe/", 3, 1, [], 2.5),
        ("dcm_qa_agfa/Agfa/011-", 25, 2, ["Temporal Position"], 3.3), ("dcmjs/test/cine-test.dcm", 8, 1, [], 1.3),
    ])
    func enhanced(path: String, places: Int, combinations: Int, dimensions: [String], step: Double) throws {
        let found = try stacks(path)
        #expect(found.count == 1)
        #expect(found[0].positions.count == places)
        #expect(found[0].combinationCount == combinations)
        #expect(found[0].dimensions.map(\.name) == dimensions)
        #expect(found[0].frames.allSatisfy { $0.frames.count == 1 })
        let affine = try #require(even(found[0]))
        #expect(abs((affine.sliceStep * affine.sliceStep).sum().squareRoot() - step) < 0.001)
    }
}
