import DICOM
import Testing

@testable import DICOMImage

@Suite("Attributes of frames")
struct FrameAttributesTests {
    private static func position(_ z: Double) -> DataSet {
        DataSet([DataElement(.planePositionSequence, items: [DataSet([Image.ds(.imagePositionPatient, 0, 0, z)])])])
    }

    /// Enhanced, as it comes from a file: the reader's data sets, not those made here.
    private func enhanced(frames: Int, shared: DataSet = DataSet(), _ own: (Int) -> DataSet = { position(Double($0)) }) throws -> DataSet {
        var dataSet = Image.header(DataElement(.numberOfFrames, .IS, "\(frames)"))
        dataSet.set(DataElement(.sharedFunctionalGroupsSequence, items: [shared]))
        dataSet.set(DataElement(.perFrameFunctionalGroupsSequence, items: (0..<frames).map(own)))
        dataSet.set(Image.ds(.sliceThickness, 9))
        var reader = DataSetReader(encoding: .explicitLittle)
        try reader.feed(try DataSetWriter.encode(dataSet, as: .explicitLittle))
        try reader.finish()
        return reader.dataSet
    }

    @Test("Own macros speak before shared ones, and these before the data set")
    func order() throws {
        let measures = DataElement(.pixelMeasuresSequence, items: [DataSet([Image.ds(.pixelSpacing, 1, 2), Image.ds(.sliceThickness, 5)])])
        let own = DataElement(.pixelMeasuresSequence, items: [DataSet([Image.ds(.pixelSpacing, 3, 4)])])
        let dataSet = try enhanced(frames: 2, shared: DataSet([measures])) { $0 == 0 ? Self.position(0) : DataSet(Self.position(1).elements.map { $0 } + [own]) }
        #expect(FrameAttributes(dataSet, frameIndex: 0).decimals(.pixelSpacing) == [1, 2])
        #expect(FrameAttributes(dataSet, frameIndex: 1).decimals(.pixelSpacing) == [3, 4])
        #expect(FrameAttributes(dataSet, frameIndex: 0).decimals(.sliceThickness) == [5])
        // A macro is a whole: of the shared one nothing holds for a frame that has its own.
        #expect(FrameAttributes(dataSet, frameIndex: 1).decimals(.sliceThickness) == [9])
        #expect(FrameAttributes(dataSet, frameIndex: 7).decimals(.imagePositionPatient).isEmpty)
        #expect(FrameAttributes(dataSet, frameIndex: 1).integer(.rows) == 2)
    }

    @Test("Private and unassigned macros do not speak", arguments: [Tag(0x0021, 0x1001), .unassignedSharedConvertedAttributesSequence, .unassignedPerFrameConvertedAttributesSequence])
    func silent(macro: Tag) throws {
        let dataSet = try enhanced(frames: 1) { _ in DataSet([DataElement(macro, items: [DataSet([Image.ds(.sliceThickness, 1)])])]) }
        #expect(FrameAttributes(dataSet, frameIndex: 0).decimals(.sliceThickness) == [9])
    }

    @Test("Ten thousand frames are asked in a time that grows with their number, not with its square")
    func many() throws {
        let frames = 10_000
        let dataSet = try enhanced(frames: frames)
        let start = ContinuousClock.now
        var sum = 0.0
        for frame in 0..<frames { sum += FrameAttributes(dataSet, frameIndex: frame).decimals(.imagePositionPatient)[2] }
        #expect(sum == Double(frames * (frames - 1) / 2))
        // With all items looked at for each frame this takes minutes.
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    // MARK: Concatenations

    private func part(_ number: Int, from first: Int, _ frames: Int, total: Int? = nil, of uid: String = "1.2.3", instance: String? = nil) -> Concatenation.Part {
        Concatenation.Part(sopInstance: UID(instance ?? "1.2.3.\(number)")!, concatenation: UID(uid)!, number: number, total: total, firstFrame: first, frames: frames)
    }

    @Test("Parts in any order become one row of frames")
    func whole() throws {
        let whole = try Concatenation([part(3, from: 7, 1), part(1, from: 0, 3, total: 3), part(2, from: 3, 4)])
        #expect(whole.frames == 8 && whole.gaps.isEmpty)
        let places = (0..<8).map { whole.place(ofFrame: $0).map { "\($0.part.number).\($0.frameIndex)" } }
        #expect(places == ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3", "3.0"])
        #expect(whole.place(ofFrame: 8) == nil && whole.place(ofFrame: -1) == nil)
    }

    @Test("What is missing is told")
    func gaps() throws {
        let whole = try Concatenation([part(2, from: 3, 4, total: 5), part(3, from: 9, 1)])
        #expect(whole.gaps == ["frames 1 to 3 are missing", "frames 8 to 9 are missing", "parts 4 to 5 are missing"])
        #expect(whole.place(ofFrame: 2) == nil && whole.place(ofFrame: 7) == nil)
        #expect(try Concatenation([part(1, from: 0, 3), part(2, from: 4, 1)]).gaps == ["frame 4 is missing"])
    }

    @Test("Contradictions are refused")
    func contradictions() {
        #expect(throws: ImageError(.invalid, .concatenationFrameOffsetNumber, "")) { try Concatenation([part(1, from: 0, 3), part(2, from: 2, 3)]) }
        #expect(throws: ImageError(.invalid, .inConcatenationNumber, "")) { try Concatenation([part(2, from: 0, 3), part(1, from: 3, 3)]) }
        #expect(throws: ImageError(.invalid, .concatenationUID, "")) { try Concatenation([part(1, from: 0, 3), part(2, from: 3, 3, of: "1.2.4")]) }
    }

    @Test("A part is read from its data set, or what it lacks is named")
    func read() throws {
        var dataSet = Image.header(
            DataElement(.concatenationUID, uid: UID("1.2.3")!), DataElement(.sopInstanceUID, uid: UID("1.2.3.2")!), Image.us(.inConcatenationNumber, 2),
            DataElement(.concatenationFrameOffsetNumber, .UL, integers: [3]), DataElement(.numberOfFrames, .IS, "4"))
        #expect(try Concatenation.Part(dataSet) == part(2, from: 3, 4))
        dataSet[.concatenationFrameOffsetNumber] = nil
        #expect(throws: ImageError(.missing, .concatenationFrameOffsetNumber, "")) { try Concatenation.Part(dataSet) }
        dataSet[.concatenationUID] = nil
        #expect(try Concatenation.Part(dataSet) == nil)
    }
}
