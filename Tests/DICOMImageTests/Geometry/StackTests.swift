import DICOM
import DICOMImage
import Testing

@Suite("Stacks of slices")
struct StackTests {
    private func stacks(_ objects: [DataSet]) -> [ImageStack] {
        ImageStack.stacks(of: objects.enumerated().flatMap { StackFrame.all(of: $1, instance: $0) })
    }

    private func numbers(_ stack: ImageStack) -> [Int] { stack.frames.compactMap(\.instanceNumber) }

    @Test("Along the normal, from the end the numbers begin at", arguments: [
        ([3, 1, 4, 2], [2.0, 0, 3, 1], [1, 2, 3, 4]), ([3, 1, 4, 2], [1.0, 3, 0, 2], [1, 2, 3, 4]),
        // Geometry decides over numbers that are wrong.
        ([1, 2, 4, 3], [0.0, 1, 2, 3], [1, 2, 4, 3]),
    ])
    func order(given: [Int], places: [Double], expected: [Int]) throws {
        let found = stacks(zip(given, places).map { Phantom().slice($0, at: $1) })
        #expect(found.count == 1)
        #expect(numbers(found[0]) == expected)
        #expect(found[0].steps?.median == 2.5)
        #expect(found[0].tilt == 0)
    }

    @Test("An oblique volume: its affine map by hand (PS3.3 C.7.6.2.1.1)")
    func oblique() throws {
        let phantom = Phantom(rowDirection: SIMD3(0.6, 0.8, 0), columnDirection: SIMD3(0, 0, -1), step: SIMD3(-2, 1.5, 0))
        let stack = try #require(stacks((1...5).map { phantom.slice($0, at: Double($0 - 1)) }).first)
        guard case .even(let affine) = stack.volume else { Issue.record("\(stack.volume)"); return }
        // Columns 1.1 mm along (0.6, 0.8, 0), rows 0.7 mm down, slices 2.5 mm along row × column = (-0.8, 0.6, 0).
        let expected = [0.66, 0, -2, -100, 0.88, 0, 1.5, -120, 0, -0.7, 0, 30, 0, 0, 0, 1]
        #expect(zip(affine.matrix, expected).allSatisfy { abs($0 - $1) < 1e-9 })
        let corner = affine.position(column: 10, row: 20, slice: 4), byHand = SIMD3(-101.4, -105.2, 16.0)
        for axis in 0..<3 { #expect(abs(corner[axis] - byHand[axis]) < 1e-9) }
        #expect(stack.tilt == 0)
    }

    @Test("Tilted by 20°: the shear is in the third column, not in the normal")
    func tilted() throws {
        // tan 20° = 0.36397; 2.5 mm along the normal, 0.90993 mm aside.
        let phantom = Phantom(step: SIMD3(0, 0.9099256, 2.5))
        let stack = try #require(stacks((1...11).map { phantom.slice($0, at: Double($0)) }).first)
        #expect(abs(stack.tilt - 20) < 1e-4)
        #expect(abs((stack.steps?.median ?? 0) - 2.5) < 1e-9)
        #expect(stack.remarks == ["the slices are tilted by 20°"])
        guard case .even(let affine) = stack.volume else { Issue.record("\(stack.volume)"); return }
        #expect(abs(affine.sliceStep.y - 0.9099256) < 1e-6 && abs(affine.sliceStep.z - 2.5) < 1e-9)
    }

    @Test("Three slices missing, a localiser, and noise in the cosines")
    func missing() throws {
        var objects = (1...10).filter { !(5...7).contains($0) }.map { Phantom().slice($0, at: Double($0)) }
        objects[2].set(Image.ds(.imageOrientationPatient, 1, 1e-4, 0, -1e-4, 1, 0))
        objects.insert(Phantom(rowDirection: SIMD3(0, 1, 0), columnDirection: SIMD3(0, 0, -1)).slice(0, at: 0), at: 4)
        let found = stacks(objects)
        #expect(found.map(\.frames.count) == [1, 7])
        #expect(found[0].volume == .none(reason: "a single image"))
        // Slice 4 lies at 30 + 4 · 2.5 mm, slice 8 at 30 + 8 · 2.5 mm.
        let words = "3 slices are missing between slices 4 and 5 (40 and 50 mm)"
        #expect(found[1].volume == .none(reason: words))
        #expect(found[1].remarks == [words])
        let gap = try #require(found[1].steps?.gaps.first)
        #expect((gap.after, gap.millimetres, gap.missing) == (3, 10, 3))
    }

    private static let stepTable: [([Double], Double, Bool, Int)] = [
        // Within 0.05 mm of the median, 1 % of large steps: even.
        ([0, 2.5, 5.04, 7.5], 2.5, false, 0), ([0, 10, 20.09, 30], 10, false, 0), ([0, 10, 20.2, 30], 10, true, 0),
        ([0, 2.5, 5.2, 7.5], 2.5, true, 0), ([0, 1, 2, 4, 5], 1, true, 1), ([9, 8, 6, 5, 4], 1, true, 1),
        // Another distance from some place on: nothing is missing.
        ([0, 2.5, 5, 7.5, 10, 15, 20, 25], 2.5, true, 0),
        // Small animals: steps of 0.02 mm.
        ([0, 0.02, 0.04, 0.08, 0.1], 0.02, true, 1),
    ]

    @Test("Steps between positions", arguments: stepTable)
    func steps(positions: [Double], median: Double, isUneven: Bool, gaps: Int) throws {
        let steps = try #require(SliceSteps(positions))
        #expect(abs(steps.median - median) < 0.05)
        #expect(steps.isUneven == isUneven)
        #expect(steps.gaps.count == gaps)
    }

    @Test("Two b-values and three phases at every place")
    func fourDimensions() throws {
        var objects: [DataSet] = []
        for place in 0..<5 { for phase in 0..<3 { for b in [0.0, 1000] {
            objects.append(Phantom().slice(
                objects.count + 1, at: Double(place), Image.cs(.modality, "MR"), DataElement(Tag(0x0018, 0x9087), .FD, decimals: [b]),
                // Trigger times wander a little from slice to slice.
                Image.ds(Tag(0x0018, 0x1060), Double(phase * 100 + place)), DataElement(.contentTime, .TM, "1000\(10 + objects.count)")))
        } } }
        let stack = try #require(stacks(objects.shuffled()).first)
        #expect(stack.positions == [30, 32.5, 35, 37.5, 40])
        #expect(stack.combinationCount == 6)
        #expect(stack.dimensions.map(\.name) == ["b-value", "Trigger Time"])
        #expect(stack.dimensions.map(\.values) == [["0.0", "1000.0"], ["1", "2", "3"]])
        #expect(stack.dimensions.map(\.isCounted) == [false, true])
        guard case .even = stack.volume else { Issue.record("\(stack.volume)"); return }
        // The numbers run through the phases of a place first: so does the reader.
        #expect(stack.places == (0..<5).flatMap { Array(repeating: $0, count: 6) })
        #expect(Array(stack.combinations.prefix(6)) == [0, 1, 2, 3, 4, 5])
    }

    @Test("Echoes one volume after the other stay one after the other")
    func echoes() throws {
        let objects = [4.6, 2.3].enumerated().flatMap { n, time in (0..<4).map { Phantom().slice(n * 4 + $0 + 1, at: Double($0), Image.ds(.echoTime, time)) } }
        let stack = try #require(stacks(objects).first)
        #expect(stack.dimensions.map(\.name) == ["Echo Time"])
        #expect(stack.places == [0, 1, 2, 3, 0, 1, 2, 3])
        #expect(stack.frames.map { $0.values[.echoTime] } == Array(repeating: "2.3", count: 4) + Array(repeating: "4.6", count: 4))
    }

    @Test("A place taken twice with nothing to tell the two apart, and a phase without its slice")
    func refused() {
        let twice = (1...5).map { Phantom().slice($0, at: Double($0)) } + [Phantom().slice(6, at: 3)]
        #expect(stacks(twice)[0].volume == .none(reason: "several images lie at one position and nothing tells them apart"))
        let phases = (0..<10).filter { $0 != 7 }.map { Phantom().slice($0, at: Double($0 / 2), DataElement(.temporalPositionIdentifier, .IS, integers: [$0 % 2 + 1])) }
        #expect(stacks(phases)[0].volume == .none(reason: "slice 4 has 1 of 2 images"))
    }

    @Test("What is no volume says why", arguments: [
        (["DX"], "1.2.840.10008.5.1.4.1.1.1.1", "projection images"), (["MG"], "1.2.840.10008.5.1.4.1.1.13.1.3", "breast tomosynthesis: in-plane only"),
        (["MG"], "1.2.840.10008.5.1.4.1.1.13.1.4", "projection images"), (["XA"], "1.2.840.10008.5.1.4.1.1.12.1", "projection images"),
    ])
    func kinds(modality: [String], sopClass: String, reason: String) {
        let objects = (1...4).map { Phantom().slice($0, at: Double($0), Image.cs(.modality, modality[0]), DataElement(.sopClassUID, .UI, sopClass)) }
        #expect(stacks(objects)[0].volume == .none(reason: reason))
    }

    @Test("Other reasons")
    func reasons() {
        #expect(stacks([Phantom().slice(1, at: 0), Phantom().slice(2, at: 1)])[0].volume == .none(reason: "two slices are too few to tell whether one is missing"))
        let perfusion = (1...4).map { Phantom().slice($0, at: 0, DataElement(.acquisitionNumber, .IS, integers: [$0])) }
        #expect(stacks(perfusion)[0].volume == .none(reason: "frames of one position"))
        var shifted = (1...5).map { Phantom().slice($0, at: Double($0)) }
        shifted[2].set(Image.ds(.imagePositionPatient, -90, -120, 37.5))
        #expect(stacks(shifted)[0].volume == .none(reason: "the slices are shifted against each other"))
        let bare = (1...3).map { Image.header(DataElement(.instanceNumber, .IS, integers: [4 - $0])) }
        let unplaced = stacks(bare)
        #expect(unplaced.map(numbers) == [[1, 2, 3]])
        #expect(unplaced[0].volume == .none(reason: "the images do not say where they lie"))
        var unsized = (1...4).map { Phantom().slice($0, at: Double($0)) }
        for n in unsized.indices { unsized[n].set(Image.ds(.pixelSpacing, 0, 0)) }
        #expect(stacks(unsized)[0].volume == .none(reason: "the size of a pixel is not known"))
    }

    @Test("Uneven slices keep an origin each")
    func uneven() {
        let stack = stacks([0.0, 1, 2, 3, 5, 7, 9].enumerated().map { Phantom().slice($0, at: $1) })[0]
        guard case .uneven(_, _, let origins) = stack.volume else { Issue.record("\(stack.volume)"); return }
        #expect(origins.map(\.z) == [30, 32.5, 35, 37.5, 42.5, 47.5, 52.5])
        #expect(stack.remarks == ["the distance between slices is uneven"])
    }

    @Test("Frames of an enhanced image out of order; more frames claimed than described")
    func enhanced() throws {
        let positions = [3.0, 1, 2, 4].map { place in
            DataSet([DataElement(.planePositionSequence, items: [DataSet([Image.ds(.imagePositionPatient, 0, 0, place * 5)])])])
        }
        let shared = DataSet([
            DataElement(.pixelMeasuresSequence, items: [DataSet([Image.ds(.pixelSpacing, 1, 1)])]),
            DataElement(.planeOrientationSequence, items: [DataSet([Image.ds(.imageOrientationPatient, 1, 0, 0, 0, 1, 0)])]),
        ])
        let object = Image.header(
            DataElement(.numberOfFrames, .IS, integers: [2_000_000_000]), DataElement(.sharedFunctionalGroupsSequence, items: [shared]),
            DataElement(.perFrameFunctionalGroupsSequence, items: positions))
        let found = stacks([object])
        #expect(found.count == 2)
        #expect(found[0].frames.map(\.frames.lowerBound) == [1, 2, 0, 3])
        #expect(found[1].frames.map(\.frames) == [4..<2_000_000_000])
    }
}
