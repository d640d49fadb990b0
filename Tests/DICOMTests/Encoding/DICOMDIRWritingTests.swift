import Testing

@testable import DICOM

@Suite("Writing a DICOMDIR")
struct DICOMDIRWritingTests {
    private static let ct = UID(known: "1.2.840.10008.5.1.4.1.1.2")

    private static func instance(patient: String, study: String, series: String, number: Int, name: String = "A^B") -> DataSet {
        DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.patientName, .PN, name), DataElement(.patientID, .LO, patient),
            DataElement(.studyInstanceUID, .UI, study), DataElement(.seriesInstanceUID, .UI, series), DataElement(.modality, .CS, "CT"),
            DataElement(.instanceNumber, .IS, integers: [number]), DataElement(.studyDate, .DA, "20240131"),
        ])
    }

    private func directory(_ instances: [DataSet]) throws -> DICOMDIR {
        var writer = DICOMDIR.Writer(fileSetID: "DISK")
        for (index, instance) in instances.enumerated() {
            let fileID = DICOMDIR.Writer.fileID(study: 1, series: 1, instance: index + 1, sopClass: Self.ct)
            try writer.add(instance, fileID: fileID, sopClass: Self.ct, sopInstance: UID(known: "1.9.\(index + 1)"), transferSyntax: .explicitVRLittleEndian)
        }
        return try DICOMDIR(try writer.encoded())
    }

    @Test("Patients, studies and series are one record each, whatever order their instances come in") func tree() throws {
        let read = try directory([
            Self.instance(patient: "1", study: "1.1", series: "1.1.1", number: 1), Self.instance(patient: "2", study: "1.2", series: "1.2.1", number: 1, name: "Ä^Ö"),
            Self.instance(patient: "1", study: "1.1", series: "1.1.2", number: 1), Self.instance(patient: "1", study: "1.1", series: "1.1.1", number: 2),
        ])
        #expect(DICOMDIRTests.outline(read.records) == """
            PATIENT (STUDY (SERIES (IMAGE DICOM/ST000001/SE000001/IM000001, IMAGE DICOM/ST000001/SE000001/IM000004), \
            SERIES (IMAGE DICOM/ST000001/SE000001/IM000003))), PATIENT (STUDY (SERIES (IMAGE DICOM/ST000001/SE000001/IM000002)))
            """)
        #expect(read.warnings.isEmpty && read.fileSetID == "DISK")
        #expect(read.records[1].dataSet.string(.patientName) == "Ä^Ö")
        let image = try #require(read.referencedFiles.first)
        #expect(image.sopClassUID == Self.ct && image.sopInstanceUID?.text == "1.9.1" && image.transferSyntaxUID?.text == "1.2.840.10008.1.2.1")
    }

    @Test("What the file does not say is empty, not made up") func missing() throws {
        let study = try #require(try directory([Self.instance(patient: "1", study: "1.1", series: "1.1.1", number: 1)]).records.first?.children.first)
        #expect(study.dataSet[.studyID] != nil && study.dataSet.string(.studyID) ?? "" == "")
        #expect(study.dataSet[.studyTime] != nil && study.dataSet[.accessionNumber] != nil)
    }

    @Test("An empty file set") func empty() throws {
        #expect(try DICOMDIR(try DICOMDIR.Writer().encoded()).records.isEmpty)
    }

    /// PS3.3 Table F.4-1; the types are those that pydicom gives instances of these classes.
    @Test(arguments: [
        ("2", "IMAGE"), ("7.2", "IMAGE"), ("66.4", "IMAGE"), ("481.1", "IMAGE"), ("77.1.6", "IMAGE"), ("481.2", "RT DOSE"), ("481.3", "RT STRUCTURE SET"),
        ("481.5", "RT PLAN"), ("481.8", "RT PLAN"), ("481.4", "RT TREAT RECORD"), ("481.9", "RT TREAT RECORD"), ("11.1", "PRESENTATION"), ("11.4", "PRESENTATION"),
        ("131", "PRESENTATION"), ("9.1.1", "WAVEFORM"), ("9.5.1", "WAVEFORM"), ("88.11", "SR DOCUMENT"), ("88.33", "SR DOCUMENT"), ("78.6", "SR DOCUMENT"),
        ("79.1", "SR DOCUMENT"), ("88.59", "KEY OBJECT DOC"), ("4.2", "SPECTROSCOPY"), ("4.1", "IMAGE"), ("66", "RAW DATA"), ("66.1", "REGISTRATION"),
        ("66.3", "REGISTRATION"), ("66.2", "FIDUCIAL"), ("67", "VALUE MAP"), ("77.1.5.3", "STEREOMETRIC"), ("78.1", "MEASUREMENT"), ("80.1", "MEASUREMENT"),
        ("66.5", "SURFACE"), ("68.1", "SURFACE SCAN"), ("66.6", "TRACT"), ("90.1", "ASSESSMENT"), ("104.1", "ENCAP DOC"), ("104.3", "ENCAP DOC"),
    ])
    func typesOfRecords(sopClass: String, expected: String) {
        #expect(DirectoryRecordType.leaf(of: UID(known: "1.2.840.10008.5.1.4.1.1." + sopClass)).name == expected)
    }

    @Test("File IDs that are none are refused", arguments: [[], ["a"], ["TOOLONGNAME"], ["A", ""], Array(repeating: "A", count: 9), ["A.B"]])
    func fileIDs(fileID: [String]) {
        var writer = DICOMDIR.Writer()
        #expect(throws: WriteError.self) {
            try writer.add(DataSet([]), fileID: fileID, sopClass: Self.ct, sopInstance: Self.ct, transferSyntax: .explicitVRLittleEndian)
        }
    }
}
