import Foundation
import Testing

@testable import DICOM

@Suite("Coercion rules")
struct CoercionRulesTests {
    private static func dataSet(_ elements: [DataElement] = []) -> DataSet {
        DataSet([
            DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2"), DataElement(.sopInstanceUID, .UI, "1.2.3.4"),
            DataElement(.patientID, .LO, "4711"), DataElement(.patientName, .PN, "Doe^Jane"), DataElement(.modality, .CS, "CT"),
            DataElement(.accessionNumber, .SH, "A12345678901"), DataElement(.rows, .US, integers: [512]), DataElement(.institutionName, .LO, "OLD"),
            DataElement(.requestAttributesSequence, items: [
                DataSet([DataElement(.requestedProcedureID, .SH, "R1")]), DataSet([DataElement(.requestedProcedureID, .SH, "R2")]),
            ]),
            DataElement(Tag(0x0009, 0x0010), .LO, "ACME"), DataElement(Tag(0x0009, 0x1010), .LO, "secret"), DataElement(Tag(0x0009, 0x1011), .LO, "public"),
            DataElement(Tag(0x0009, 0x0011), .LO, "OTHER"), DataElement(Tag(0x0009, 0x1110), .LO, "kept"),
        ] + elements)
    }

    private static func rules(_ json: String) throws -> CoercionRules { try JSONDecoder().decode(CoercionRules.self, from: Data("[\(json)]".utf8)) }

    private static func corrected(_ json: String, _ dataSet: DataSet = dataSet()) throws -> DataSet {
        let coerced = try rules(json).apply(to: dataSet, CoercionContext(callingAETitle: "CT1", calledAETitle: "ISOCENTER"))
        #expect(coerced.problems == [])
        return coerced.correction?.applied(to: dataSet) ?? dataSet
    }

    @Test("Each action", arguments: [
        (#""set": {"InstitutionName": "North"}"#, "InstitutionName", ["North"]),
        (#""set": {"StudyID": "${AccessionNumber:1-8}"}"#, "StudyID", ["A1234567"]),
        (#""set": {"PatientID": "${CallingAETitle}-${PatientID}$$"}"#, "PatientID", ["CT1-4711$"]),
        (#""set": {"PatientComments": "${PatientName^2} ${PatientName^1}${PatientName^5}"}"#, "PatientComments", ["Jane Doe"]),
        (#""set": {"ImageType": "ORIGINAL\\PRIMARY"}"#, "ImageType", ["ORIGINAL", "PRIMARY"]),
        (#""set": {"RequestAttributesSequence.AccessionNumber": "${AccessionNumber}"}"#, "RequestAttributesSequence.AccessionNumber", ["A12345678901", "A12345678901"]),
        (#""set": {"IssuerOfAccessionNumberSequence.LocalNamespaceEntityID": "RIS"}"#, "IssuerOfAccessionNumberSequence.LocalNamespaceEntityID", ["RIS"]),
        (#""set": {"PatientID": "${AccessionNumber}", "AccessionNumber": "${PatientID}"}"#, "AccessionNumber", ["4711"]),
        (#""set": {"(0009,ACME,10)": "x"}"#, "(0009,ACME,10)", ["x"]),
        (#""set": {"(0019,NEW,01)": "x"}"#, "(0019,NEW,01)", ["x"]),
        (#""set": {"SeriesNumber": "7"}"#, "SeriesNumber", ["7"]),
        (#""set": {"00081030": "Thorax"}"#, "StudyDescription", ["Thorax"]),
        (#""set": {"PatientName": "Žofie"}"#, "PatientName", ["Žofie"]),
        (#""remove": ["PatientName"]"#, "PatientName", []),
        (#""remove": ["RequestAttributesSequence.RequestedProcedureID"]"#, "RequestAttributesSequence.RequestedProcedureID", []),
        (#""remove": ["(0009,ACME)"]"#, "(0009,ACME,11)", []),
        (#""remove": ["(0009,ACME)"]"#, "(0009,OTHER,10)", ["kept"]),
        (#""map": {"InstitutionName": {"values": {"OLD": "NEW"}}}"#, "InstitutionName", ["NEW"]),
        (#""map": {"InstitutionName": {"values": {"ELSE": "NEW"}}}"#, "InstitutionName", ["OLD"]),
        (#""map": {"InstitutionName": {"values": {"ELSE": "NEW"}, "otherwise": "X"}}"#, "InstitutionName", ["X"]),
        (#""map": {"RequestAttributesSequence.RequestedProcedureID": {"values": {"R2": "P2"}}}"#, "RequestAttributesSequence.RequestedProcedureID", ["R1", "P2"]),
        (#""map": {"StationName": {"values": {}, "otherwise": "X"}}"#, "StationName", []),
        (#""upperCase": ["PatientName"]"#, "PatientName", ["DOE^JANE"]),
        (#""lowerCase": ["PatientName"]"#, "PatientName", ["doe^jane"]),
        (#""issuer": {"patientID": "NORTH"}"#, "IssuerOfPatientID", ["NORTH"]),
        (#""issuer": {"patientID": "NORTH", "prefix": "N-"}"#, "PatientID", ["N-4711"]),
        (#""issuer": {"accessionNumber": "RIS"}"#, "IssuerOfAccessionNumberSequence.LocalNamespaceEntityID", ["RIS"]),
        // In the order of the actions, not of the file.
        (#""set": {"PatientID": "${InstitutionName}"}, "map": {"InstitutionName": {"values": {"OLD": "NEW"}}}"#, "PatientID", ["NEW"]),
    ])
    func action(json: String, path: String, values: [String]) throws {
        let corrected = try Self.corrected(#"{"name": "r", \#(json)}"#)
        #expect(corrected.strings(at: try AttributePath(path)) == values)
    }

    @Test("Conditions", arguments: [
        (#"{}"#, true), (#"{"Modality": "CT"}"#, true), (#"{"Modality": "MR"}"#, false), (#"{"Modality": ["MR", "C?"]}"#, true), (#"{"Modality": "!CT"}"#, false),
        (#"{"Modality": "!M*"}"#, true), (#"{"IssuerOfPatientID": ""}"#, true), (#"{"PatientID": ""}"#, false), (#"{"PatientID": "!"}"#, true),
        (#"{"CallingAETitle": "CT1"}"#, true), (#"{"CallingAETitle": "CT2"}"#, false), (#"{"CalledAETitle": "ISO*"}"#, true),
        (#"{"SOPClassUID": "CTImageStorage"}"#, true), (#"{"SOPClassUID": "!CTImageStorage"}"#, false), (#"{"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}"#, false),
        (#"{"Rows": "512"}"#, true), (#"{"RequestAttributesSequence.RequestedProcedureID": "R2"}"#, true), (#"{"(0009,ACME,10)": "secret"}"#, true),
        (#"{"Modality": "CT", "PatientID": "0*"}"#, false),
    ])
    func condition(json: String, holds: Bool) throws {
        let corrected = try Self.corrected(#"{"name": "r", "when": \#(json), "set": {"StudyID": "X"}}"#)
        #expect((corrected.string(.studyID) == "X") == holds)
    }

    @Test("What is wrong is said when the rule is made", arguments: [
        (#"{"set": {"StudyID": "X"}}"#, "needs a name"), (#"{"name": "r"}"#, "does nothing"), (#"{"name": "r", "sett": {}}"#, "no 'sett'"),
        (#"{"name": "r", "set": {"PatientIdd": "X"}}"#, "no keyword"), (#"{"name": "r", "set": {"StudyInstanceUID": "1.2"}}"#, "names the object"),
        (#"{"name": "r", "map": {"SOPInstanceUID": {"values": {"1": "2"}}}}"#, "names the object"), (#"{"name": "r", "remove": ["SeriesInstanceUID"]}"#, "names the object"),
        (#"{"name": "r", "set": {"Rows": "1"}}"#, "how the pixel data lies"), (#"{"name": "r", "set": {"SpecificCharacterSet": "ISO_IR 100"}}"#, "characterSet"),
        (#"{"name": "r", "remove": ["PixelData"]}"#, "0008 to 7FDF"), (#"{"name": "r", "set": {"00091010": "x"}}"#, "name its creator"),
        (#"{"name": "r", "set": {"RequestAttributesSequence": "x"}}"#, "a sequence"), (#"{"name": "r", "set": {"PatientName.StudyID": "x"}}"#, "only a sequence"),
        (#"{"name": "r", "set": {"SeriesNumber": "seven"}}"#, "is no value"), (#"{"name": "r", "set": {"StudyID": "12345678901234567"}}"#, "longer than 16"),
        (#"{"name": "r", "set": {"PatientBirthDate": "1.1.1970"}}"#, "is no value"), (#"{"name": "r", "set": {"StudyID": "${Foo}"}}"#, "no keyword"),
        (#"{"name": "r", "set": {"StudyID": "$x"}}"#, "after $"), (#"{"name": "r", "set": {"StudyID": "${PatientID:5-2}"}}"#, "first and last"),
        (#"{"name": "r", "characterSet": {"declare": "LATIN1"}}"#, "none of the standard's"), (#"{"name": "r", "when": {"SOPClassUID": "Foo"}, "remove": ["StudyID"]}"#, "neither a UID"),
        (#"{"name": "r", "refuse": {"status": "0000", "words": "no"}}"#, "is no failure"), (#"{"name": "r", "refuse": {"status": "A700", "words": ""}}"#, "say in words"),
        (#"{"name": "r", "refuse": {"status": "A700", "words": "no"}, "remove": ["StudyID"]}"#, "two rules"),
    ])
    func wrongRules(json: String, words: String) throws {
        let error = #expect(throws: CoercionError.self) { try Self.rules(json) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("The status of a refusal", arguments: ["A700", "A900", "C000", "0122", "0124", "0110"])
    func refusal(status: String) throws {
        let rules = try Self.rules(#"{"name": "a", "when": {"Modality": "MR"}, "refuse": {"status": "C000", "words": "no"}}, {"name": "b", "refuse": {"status": "\#(status)", "words": "not from here"}}"#)
        let refusal = #expect(throws: CoercionRefusal.self) { try rules.apply(to: Self.dataSet()) }
        #expect(refusal == CoercionRefusal(status: UInt16(status, radix: 16) ?? 0, words: "not from here", rule: "b"))
    }

    @Test func whatCannotBeDoneIsSaidAndLeftAsItWas() throws {
        let rules = try Self.rules(#"{"name": "r", "set": {"StudyID": "${AccessionNumber}${AccessionNumber}", "InstitutionName": "North"}}"#)
        let coerced = try rules.apply(to: Self.dataSet())
        #expect(coerced.problems.count == 1)
        #expect(coerced.problems.first?.contains("(0020,0010)") == true)
        #expect(coerced.correction?.tags == [.institutionName])
    }

    @Test func nothingChangedIsNoCorrection() throws {
        #expect(try Self.rules(#"{"name": "r", "set": {"PatientID": "4711"}, "remove": ["PatientComments"]}"#).apply(to: Self.dataSet()).correction == nil)
        #expect(try CoercionRules.none.apply(to: Self.dataSet()).correction == nil)
    }

    @Test func outerSpacesGo() throws {
        let dataSet = Self.dataSet([DataElement(.patientID, .LO, " 4711"), DataElement(.patientName, .PN, "  Doe^Jane  ")])
        let corrected = try Self.corrected(#"{"name": "r", "trim": ["PatientID", "PatientName", "Modality"]}"#, dataSet)
        #expect(corrected.bytes(.patientID).map(Array.init) == Array("4711".utf8))
        #expect(corrected.bytes(.patientName).map(Array.init) == Array("Doe^Jane".utf8))
    }

    @Test("Character sets", arguments: [
        // ISO 8859-5 and 8859-1; the name of PS3.5 §H is among them.
        ("", "ISO_IR 144", [0xBB, 0xEE, 0xDA, 0xE1, 0xD5, 0xDC, 0xD1, 0xE3, 0xE0, 0xD3], "Люксембург"),
        ("ISO_IR 100", "ISO_IR 144", [0xB8, 0xD2, 0xD0, 0xDD, 0xDE, 0xD2], "Иванов"),
        ("ISO_IR 144", "ISO_IR 100", [0x42, 0x75, 0x63, 0x5E, 0x4A, 0xE9, 0x72, 0xF4, 0x6D, 0x65], "Buc^Jérôme"),
    ])
    func characterSets(label: String, truth: String, bytes: [UInt8], text: String) throws {
        var dataSet = Self.dataSet([DataElement(tag: .patientName, vr: .PN, value: .bytes(bytes[...]))])
        if !label.isEmpty { dataSet.set(DataElement(.specificCharacterSet, .CS, label)) }
        let item = DataSet([DataElement(tag: .patientName, vr: .PN, value: .bytes(bytes[...]))])
        dataSet.set(DataElement(Tag(0x0038, 0x0004), items: [item]))

        let declared = try Self.corrected(#"{"name": "r", "characterSet": {"declare": "\#(truth)"}}"#, dataSet)
        #expect(declared.string(.patientName) == text)
        #expect(declared.bytes(.patientName).map(Array.init) == bytes)
        #expect(declared.item(0, of: Tag(0x0038, 0x0004))?.string(.patientName) == text)

        let converted = try Self.corrected(#"{"name": "r", "characterSet": {"declare": "\#(truth)", "convert": "ISO_IR 192"}}"#, dataSet)
        let read = try Self.read(DataSetWriter.encode(converted, as: .explicitLittle))
        #expect(read.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(read.string(.patientName) == text)
        #expect(read.item(0, of: Tag(0x0038, 0x0004))?.string(.patientName) == text)
    }

    @Test func whatIsNotReadableIsNotConverted() throws {
        let dataSet = Self.dataSet([DataElement(tag: .patientName, vr: .PN, value: .bytes([0xBB, 0xEE]))])
        let coerced = try Self.rules(#"{"name": "r", "characterSet": {"convert": "ISO_IR 192"}}"#).apply(to: dataSet)
        #expect(coerced.correction == nil)
        #expect(coerced.problems.first?.contains("(0010,0010) is not readable in ISO_IR 6") == true)
    }

    @Test func theOriginalStandsBesideTheCorrection() throws {
        let original = Self.dataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(tag: .patientName, vr: .PN, value: .bytes([0xC4, 0x62]))])
        let coerced = try Self.rules(#"{"name": "r", "characterSet": {"convert": "ISO_IR 192"}, "set": {"StudyID": "7"}, "remove": ["InstitutionName"]}"#).apply(to: original)
        let correction = try #require(coerced.correction)
        let attribution = Correction.Attribution(time: "20261125120000.000000+0000", system: "ISOCENTER", source: "CT1")
        let corrected = try Self.read(DataSetWriter.encode(correction.applied(to: original, by: attribution), as: .explicitLittle))
        #expect(corrected.string(.patientName) == "Äb")
        #expect(corrected[.institutionName] == nil)
        let item = try #require(corrected.item(0, of: .originalAttributesSequence))
        #expect(item.string(.reasonForTheAttributeModification) == "COERCE")
        #expect(item.string(.modifyingSystem) == "ISOCENTER")
        #expect(item.string(.sourceOfPreviousValues) == "CT1")
        #expect(item.string(.attributeModificationDateTime) == "20261125120000.000000+0000")
        #expect(item.itemCount(.modifiedAttributesSequence) == 1)
        let previous = try #require(item.item(0, of: .modifiedAttributesSequence))
        #expect(previous.string(.specificCharacterSet) == "ISO_IR 100")
        #expect(previous.string(.patientName) == "Äb")
        #expect(previous.string(.institutionName) == "OLD")
        #expect(previous[.studyID] != nil && previous.string(.studyID) == nil)
        // A second one stands behind the first.
        #expect(correction.applied(to: corrected, by: attribution).itemCount(.originalAttributesSequence) == 2)
    }

    @Test func rulesAreWrittenAsTheyWereRead() throws {
        let json = #"{"name":"r","refuse":{"status":"A700","words":"no"},"when":{"Modality":["CT","MR"],"PatientID":"1*"}}"#
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        #expect(String(decoding: try encoder.encode(Self.rules(json)), as: UTF8.self) == "[\(json)]")
    }

    private static func read(_ bytes: [UInt8]) throws -> DataSet {
        var reader = DataSetReader(encoding: .explicitLittle, length: UInt64(bytes.count))
        try reader.feed(bytes)
        try reader.finish()
        return reader.dataSet
    }
}
