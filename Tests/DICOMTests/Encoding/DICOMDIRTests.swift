import Testing

@testable import DICOM

@Suite("DICOMDIR")
struct DICOMDIRTests {
    // MARK: Directories made here

    struct Entry {
        var type: String
        var next = 0, lower = 0
        var file: [String] = []
        var isInUse = true
        var name = ""
    }

    /// Records refer to each other by their number from 1; 0 is none.
    static func directory(_ entries: [Entry], first: Int = 1) throws -> [UInt8] {
        // Offsets have a fixed size: a first pass finds them.
        var offsets = [Int](repeating: 0, count: entries.count + 1)
        for _ in 0..<2 {
            let items = entries.map { entry in
                DataSet([
                    DataElement(.offsetOfTheNextDirectoryRecord, .UL, integers: [entry.next < offsets.count ? offsets[entry.next] : entry.next]),
                    DataElement(.recordInUseFlag, .US, integers: [entry.isInUse ? 0xFFFF : 0]),
                    DataElement(.offsetOfReferencedLowerLevelDirectoryEntity, .UL, integers: [entry.lower < offsets.count ? offsets[entry.lower] : entry.lower]),
                    DataElement(.directoryRecordType, .CS, entry.type), DataElement(.referencedFileID, .CS, strings: entry.file),
                    DataElement(.patientID, .LO, entry.name),
                ])
            }
            let dataSet = DataSet([
                DataElement(.sopClassUID, .UI, "1.2.840.10008.1.3.10"), DataElement(.sopInstanceUID, .UI, "1.2.3"), DataElement(.fileSetID, .CS, "DISK"),
                DataElement(.offsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, .UL, integers: [first < offsets.count ? offsets[first] : first]),
                DataElement(.directoryRecordSequence, items: items),
            ])
            let bytes = try FileMetaInformation.file(dataSet, as: .explicitVRLittleEndian)
            let file = try FileReader.read(bytes)
            let records = file.body?.reader.recordOffsets.map { Int($0 + file.dataSetOffset) } ?? []
            if offsets.dropFirst().elementsEqual(records) { return bytes }
            offsets = [0] + records
        }
        throw CocoaLikeError.unstable
    }

    enum CocoaLikeError: Error { case unstable }

    static func outline(_ records: [DICOMDIR.Record]) -> String {
        records.map { $0.type + ($0.path.map { " " + $0.joined(separator: "/") } ?? "") + ($0.children.isEmpty ? "" : " (" + outline($0.children) + ")") }.joined(separator: ", ")
    }

    @Test("Records form a tree by their offsets") func tree() throws {
        let directory = try DICOMDIR(try Self.directory([
            Entry(type: "IMAGE", next: 0, file: ["D", "I2"]), Entry(type: "PATIENT", next: 3, lower: 4), Entry(type: "PATIENT"),
            Entry(type: "STUDY", lower: 5), Entry(type: "SERIES", lower: 6), Entry(type: "IMAGE", next: 1, file: ["D", "I1"]),
        ], first: 2))
        #expect(Self.outline(directory.records) == "PATIENT (STUDY (SERIES (IMAGE D/I1, IMAGE D/I2))), PATIENT")
        #expect(directory.fileSetID == "DISK")
        #expect(directory.warnings.isEmpty)
        #expect(directory.referencedFiles.map(\.path) == [["D", "I1"], ["D", "I2"]])
    }

    @Test("Deleted records are left out") func deleted() throws {
        let directory = try DICOMDIR(try Self.directory([Entry(type: "IMAGE", next: 2, file: ["A"], isInUse: false), Entry(type: "IMAGE", file: ["B"])]))
        #expect(Self.outline(directory.records) == "IMAGE B")
    }

    @Test("Offsets that lead nowhere, or round in a circle", arguments: [
        [Entry(type: "PATIENT", lower: 7777), Entry(type: "STUDY"), Entry(type: "SERIES"), Entry(type: "IMAGE", file: ["A"]), Entry(type: "PATIENT")],
        [Entry(type: "PATIENT", next: 1), Entry(type: "STUDY"), Entry(type: "SERIES"), Entry(type: "IMAGE", file: ["A"]), Entry(type: "PATIENT")],
        [Entry(type: "PATIENT", lower: 2), Entry(type: "STUDY", lower: 1), Entry(type: "SERIES"), Entry(type: "IMAGE", file: ["A"]), Entry(type: "PATIENT")],
    ])
    func brokenOffsets(entries: [Entry]) throws {
        let directory = try DICOMDIR(try Self.directory(entries))
        #expect(Self.outline(directory.records) == "PATIENT (STUDY (SERIES (IMAGE A))), PATIENT")
        #expect(directory.warnings.contains { $0.message.contains("taken in their order") })
    }

    @Test("A record that nothing leads to is not lost") func lost() throws {
        let directory = try DICOMDIR(try Self.directory([Entry(type: "IMAGE", file: ["A"]), Entry(type: "IMAGE", file: ["B"])]))
        #expect(directory.referencedFiles.map(\.path) == [["A"], ["B"]])
        #expect(directory.warnings.count == 1)
    }

    @Test("Paths stay on the medium", arguments: [
        (["..", "ETC"], nil), (["A", ".."], nil), (["."], nil), (["/ETC", "PASSWD"], nil), (["A//B"], nil), (["C:", "X"], nil), (["A", "", "B"], nil), (["A\u{1}"], nil),
        (["A/B"], ["A", "B"]), (["../../x"], nil), (["a.dcm"], ["a.dcm"]),
    ] as [([String], [String]?)])
    func paths(file: [String], path: [String]?) throws {
        let directory = try DICOMDIR(try Self.directory([Entry(type: "IMAGE", file: file)]))
        #expect(directory.records.first?.path == path)
        #expect(directory.warnings.isEmpty == (path != nil))
    }

    @Test("Not a directory") func notADirectory() throws {
        let image = DataSet([DataElement(.sopClassUID, .UI, "1.2.3"), DataElement(.sopInstanceUID, .UI, "1.2.3")])
        #expect(throws: ReadError(.notDICOM, offset: 0, "")) { try DICOMDIR(try FileMetaInformation.file(image, as: .explicitVRLittleEndian)) }
        #expect(throws: ReadError(.notDICOM, offset: 0, "")) { try DICOMDIR(Array("no".utf8)) }
    }

    // MARK: Directories of others

    @Test("Records longer than their sequence are not read by guessing", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
    func lyingLengths() throws {
        let bytes = try Corpus.bytes("pydicom/test_files/dicomdirtests/DICOMDIR-nooffset")
        #expect(throws: ReadError(.lengthExceedsParent, offset: 0, "")) { try DICOMDIR(bytes) }
    }

    @Test("File sets of the corpus, counts as pydicom has them", .enabled(if: Corpus.root != nil, "no corpus beside the repository"), arguments: [
        ("DICOMDIR", 52, 31, 2, "77654033/CR1/6154"), ("DICOMDIR-bigEnd", 52, 31, 2, "77654033/CR1/6154"), ("DICOMDIR-implicit", 52, 31, 2, "77654033/CR1/6154"),
        ("DICOMDIR-reordered", 52, 31, 2, "77654033/CR1/6154"), ("DICOMDIR-nopatient", 52, 31, 2, "77654033/CR1/6154"),
        ("TINY_ALPHA/DICOMDIR", 53, 50, 1, "PT000000/ST000000/SE000000/IM000000"), ("DICOMDIR-empty.dcm", 0, 0, 0, nil),
    ] as [(String, Int, Int, Int, String?)])
    func corpus(name: String, records: Int, files: Int, roots: Int, first: String?) throws {
        let folder = "pydicom/test_files/dicomdirtests/" + name
        let directory = try DICOMDIR(try Corpus.bytes(folder))
        #expect(directory.records.flatMap(\.tree).count == records)
        #expect(directory.records.count == roots)
        #expect(directory.referencedFiles.count == files)
        #expect(directory.referencedFiles.map { $0.path.joined(separator: "/") }.contains(first ?? "") == (first != nil))
        // Below each series are its images, whatever the order of the records.
        for series in directory.records.flatMap(\.tree) where series.type == "SERIES" { #expect(series.children.allSatisfy { $0.type == "IMAGE" } && !series.children.isEmpty) }
    }
}
