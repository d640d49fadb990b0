import Testing

@testable import DICOM

@Suite("DICOM JSON")
struct DICOMJSONTests {
    static func json(_ dataSet: DataSet, bulkData: DICOMJSON.BulkDataURI? = nil) throws -> String {
        String(decoding: try DICOMJSON.encode(dataSet, bulkData: bulkData), as: UTF8.self)
    }

    /// Attribute objects as PS3.18 §F.2 prescribes them.
    static let attributes: [(DataElement, String)] = [
        (DataElement(.modality, .CS, "CT"), #""00080060":{"vr":"CS","Value":["CT"]}"#),
        (DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", ""), #""00080008":{"vr":"CS","Value":["ORIGINAL","PRIMARY",null]}"#),
        (DataElement(.studyDate, .DA), #""00080020":{"vr":"DA"}"#),
        (DataElement(.studyDescription, .LO, "  "), #""00081030":{"vr":"LO"}"#),
        (DataElement(.sopClassUID, .UI, "1.2.3"), #""00080016":{"vr":"UI","Value":["1.2.3"]}"#),
        (DataElement(.patientComments, .LT, " a\\b \"c\"\r\n\u{1} "), #""00104000":{"vr":"LT","Value":[" a\\b \"c\"\r\n\u0001"]}"#),
        // PN (F.2.2)
        (DataElement(.patientName, .PN, "Yamada^Tarou=山田^太郎=やまだ^たろう"),
         #""00100010":{"vr":"PN","Value":[{"Alphabetic":"Yamada^Tarou","Ideographic":"山田^太郎","Phonetic":"やまだ^たろう"}]}"#),
        (DataElement(.patientName, .PN, "=山田"), #""00100010":{"vr":"PN","Value":[{"Ideographic":"山田"}]}"#),
        (DataElement(.operatorsName, .PN, "A^B", "", "C"), #""00081070":{"vr":"PN","Value":[{"Alphabetic":"A^B"},null,{"Alphabetic":"C"}]}"#),
        // Numbers of text
        (DataElement(.instanceNumber, .IS, "7"), #""00200013":{"vr":"IS","Value":[7]}"#),
        (DataElement(.instanceNumber, .IS, "+007", "-0", "x"), #""00200013":{"vr":"IS","Value":[7,-0,"x"]}"#),
        (DataElement(.pixelSpacing, .DS, "0.50", ".5", "1.", "+1E-3", "-.25e2"), #""00280030":{"vr":"DS","Value":[0.50,0.5,1,1E-3,-0.25e2]}"#),
        (DataElement(.pixelSpacing, .DS, "nan", "1,5", "", "0"), #""00280030":{"vr":"DS","Value":["nan","1,5",null,0]}"#),
        // Binary numbers
        (DataElement(.rows, .US, integers: [512, 65535]), #""00280010":{"vr":"US","Value":[512,65535]}"#),
        (DataElement(.smallestImagePixelValue, .SS, integers: [-1024]), #""00280106":{"vr":"SS","Value":[-1024]}"#),
        (DataElement(Tag(0x0018, 0x9087), .FD, decimals: [1000.5, 1e-7]), #""00189087":{"vr":"FD","Value":[1000.5,1e-07]}"#),
        (DataElement(Tag(0x0018, 0x9087), .FD, decimals: [.nan, .infinity, -.infinity]), #""00189087":{"vr":"FD","Value":["NaN","inf","-inf"]}"#),
        (DataElement(Tag(0x0018, 0x9073), .FL, decimals: [0.1]), #""00189073":{"vr":"FL","Value":[0.1]}"#),
        (DataElement(Tag(0x0072, 0x0082), .SV, integers: [-5, 1 << 60]), #""00720082":{"vr":"SV","Value":[-5,"1152921504606846976"]}"#),
        (DataElement(Tag(0x0008, 0x040C), .UV, integers: [1 << 53 - 1, 1 << 53]), #""0008040C":{"vr":"UV","Value":[9007199254740991,"9007199254740992"]}"#),
        (DataElement(.frameIncrementPointer, .AT, bytes: [0x18, 0x00, 0x63, 0x10]), #""00280009":{"vr":"AT","Value":["00181063"]}"#),
        // Bytes (F.2.7)
        (DataElement(.encapsulatedDocument, .OB, bytes: [0, 1, 2, 3]), #""00420011":{"vr":"OB","InlineBinary":"AAECAw=="}"#),
        (DataElement(Tag(0x0009, 0x1001), .UN, bytes: [1, 2]), #""00091001":{"vr":"UN","InlineBinary":"AQI="}"#),
        (DataElement(.encapsulatedDocument, .OB, bytes: []), #""00420011":{"vr":"OB"}"#),
        // Sequences
        (DataElement(.referencedImageSequence, items: []), #""00081140":{"vr":"SQ"}"#),
        (DataElement(.referencedImageSequence, items: [DataSet([DataElement(.referencedSOPClassUID, .UI, "1.2")]), DataSet()]),
         #""00081140":{"vr":"SQ","Value":[{"00081150":{"vr":"UI","Value":["1.2"]}},{}]}"#),
    ]

    @Test("Attributes as PS3.18 Annex F has them", arguments: attributes.indices)
    func attribute(index: Int) throws {
        let (element, expected) = Self.attributes[index]
        var dataSet = DataSet([element])
        dataSet.inheritedCharacterSet = .utf8
        #expect(try Self.json(dataSet) == "{\(expected)}")
        // Read and written again it is the same.
        let again = try DICOMJSON.decode(Array("{\(expected)}".utf8))
        var copy = again
        copy[.specificCharacterSet] = nil
        copy.inheritedCharacterSet = .utf8
        #expect(try Self.json(copy) == "{\(expected)}".replacing("-0,", with: "0,").replacing("+1E-3", with: "1E-3"))
    }

    @Test("Other character sets become UTF-8") func characterSet() throws {
        let item = DataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 144"), DataElement(.codeMeaning, .LO, bytes: [0xB3, 0xE0])])
        let dataSet = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientName, .PN, bytes: [0x4A, 0xE9]),
            DataElement(.procedureCodeSequence, items: [item]),
        ])
        #expect(try Self.json(dataSet) == """
            {"00080005":{"vr":"CS","Value":["ISO_IR 192"]},\
            "00081032":{"vr":"SQ","Value":[{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080104":{"vr":"LO","Value":["Гр"]}}]},\
            "00100010":{"vr":"PN","Value":[{"Alphabetic":"Jé"}]}}
            """)
        let read = try DICOMJSON.decode(try DICOMJSON.encode(dataSet))
        #expect(read.string(.patientName) == "Jé")
        #expect(read.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(read.items(.procedureCodeSequence).first?.string(.codeMeaning) == "Гр")
    }

    @Test("Text that is not ASCII makes the data set name UTF-8") func utf8() throws {
        let read = try DICOMJSON.decode(Array(#"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"J\u00e9\ud83d\ude00"}]}}"#.utf8))
        #expect(read.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(read.string(.patientName) == "Jé😀")
    }

    @Test("Group lengths have no place") func groupLength() throws {
        #expect(try Self.json(DataSet([DataElement(Tag(0x0008, 0), .UL, integers: [10]), DataElement(.modality, .CS, "CT")])) == #"{"00080060":{"vr":"CS","Value":["CT"]}}"#)
    }

    @Test("Items in UN are a sequence") func unknownSequence() throws {
        let element = DataElement(tag: Tag(0x0009, 0x1001), vr: .UN, value: .items(Items([DataSet()])))
        #expect(try Self.json(DataSet([element])) == #"{"00091001":{"vr":"SQ","Value":[{}]}}"#)
    }

    @Test("Bulk data") func bulkData() throws {
        let inner = DataSet([DataElement(.overlayData, .OW, bytes: [1, 2])])
        let dataSet = DataSet([
            DataElement(.referencedImageSequence, items: [DataSet(), inner]),
            DataElement(.patientComments, .LT, String(repeating: "x", count: 2000)),
            DataElement(tag: .pixelData, vr: .OW, value: .external(ByteRange(offset: 0, length: 10))),
        ])
        var asked: [String] = []
        let text = try Self.json(dataSet) { path, _ in
            asked.append(path.description)
            return path.tag == .patientComments ? nil : "/bulk/\(path)"
        }
        #expect(asked == ["00081140/1/60003000", "00104000", "7FE00010"])
        #expect(text.contains(#""60003000":{"vr":"OW","BulkDataURI":"/bulk/00081140/1/60003000"}"#))
        #expect(text.contains(#""7FE00010":{"vr":"OW","BulkDataURI":"/bulk/7FE00010"}"#))
        #expect(ElementPath("00081140/1/60003000") == ElementPath([.init(.referencedImageSequence, item: 1)], .overlayData))
        #expect(ElementPath("00081140/60003000") == nil)
        #expect(throws: DICOMJSONError(code: .bulkData, path: "", offset: nil, message: "")) { try DICOMJSON.encode(dataSet) }
        // And back.
        let read = try DICOMJSON.decode(Array(text.utf8)) { path, uri in uri == "/bulk/\(path)" ? [9, 9] : nil }
        #expect(read.bytes(.pixelData) == [9, 9])
        #expect(throws: DICOMJSONError(code: .bulkData, path: "", offset: nil, message: "")) { try DICOMJSON.decode(Array(text.utf8)) }
    }

    @Test("JSON of other writers", arguments: [
        (#"{"00100010":{"vr":"PN","Value":["Doe^John"]}}"#, #"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"Doe^John"}]}}"#),
        (#"{"00080060":{"Value":["CT"]}}"#, #"{"00080060":{"vr":"CS","Value":["CT"]}}"#),
        (#"{"00200013":{"vr":"IS","Value":["7"]}}"#, #"{"00200013":{"vr":"IS","Value":[7]}}"#),
        (#"{"00280010":{"vr":"US","Value":["512",1E2,3.0]}}"#, #"{"00280010":{"vr":"US","Value":[512,100,3]}}"#),
        (#"{"0020000d":{"vr":"UI","Value":["1.2"]}}"#, #"{"0020000D":{"vr":"UI","Value":["1.2"]}}"#),
        (#"{"00280030":{"vr":"DS","Value":[0.12345678901234567]}}"#, #"{"00280030":{"vr":"DS","Value":[0.12345678901235]}}"#),
        (#"{"00080060":{"vr":"CS","Value":null},"00081140":{"vr":"SQ","Value":[]}}"#, #"{"00080060":{"vr":"CS"},"00081140":{"vr":"SQ"}}"#),
        (" \u{FEFF}{ \"00080060\" : {\"vr\":\"CS\",\n\"Value\": [ \"C\\u0054\" ] , \"x\": [true,false,{}]} } ".replacing(" \u{FEFF}", with: "\u{FEFF}"), #"{"00080060":{"vr":"CS","Value":["CT"]}}"#),
        (#"{"00080000":{"vr":"UL","Value":[1]}}"#, "{}"),
    ])
    func tolerated(text: String, expected: String) throws { #expect(try Self.json(try DICOMJSON.decode(Array(text.utf8))) == expected) }

    @Test("What is no data set is refused", arguments: [
        ("", .syntax), ("{", .syntax), ("{}x", .syntax), (#"{"00080060":{"vr":"CS","Value":["CT"]}"#, .syntax), ("{'a':1}", .syntax), (#"{"a" 1}"#, .syntax),
        (#"{"00080060":{"vr":"CS","Value":["C"#, .syntax), (#"{"00080060":{"vr":"CS","Value":["\x"]}}"#, .syntax), ("{\"00080060\":{\"vr\":\"C\nS\"}}", .syntax),
        (#"{"00280010":{"vr":"US","Value":[01]}}"#, .syntax), (#"{"00280010":{"vr":"US","Value":[1.]}}"#, .syntax), (#"{"00280010":{"vr":"US","Value":[-]}}"#, .syntax),
        (#"{"00280010":{"vr":"US","Value":[1,]}}"#, .syntax), ("nul", .syntax), (#"{"00080060":{"vr":"CS","Value":["\u12"]}}"#, .syntax),
        ("[]", .model), ("7", .model), (#"{"PatientName":{}}"#, .model), (#"{"0010,0010":{"vr":"PN"}}"#, .model), (#"{"00100010":"x"}"#, .model),
        (#"{"00100010":{"vr":"XX"}}"#, .model), (#"{"00091001":{"Value":["x"]}}"#, .model), (#"{"00100010":{"vr":"PN","Value":"x"}}"#, .model),
        (#"{"00100010":{"vr":"PN","Value":["x"],"InlineBinary":""}}"#, .model), (#"{"00100010":{"vr":"PN"},"00100010":{"vr":"PN"}}"#, .model),
        (#"{"00081140":{"vr":"SQ","Value":["x"]}}"#, .model),
        (#"{"00280010":{"vr":"US","Value":[65536]}}"#, .value), (#"{"00280010":{"vr":"US","Value":[-1]}}"#, .value), (#"{"00280010":{"vr":"US","Value":["x"]}}"#, .value),
        (#"{"00280010":{"vr":"US","Value":[1.5]}}"#, .value), (#"{"00200013":{"vr":"IS","Value":[1.5]}}"#, .value), (#"{"00280030":{"vr":"DS","Value":[1E999]}}"#, .value),
        (#"{"00080060":{"vr":"CS","Value":[7]}}"#, .value), (#"{"00280009":{"vr":"AT","Value":["PatientID"]}}"#, .value),
        (#"{"00420011":{"vr":"OB","InlineBinary":"A"}}"#, .value), (#"{"00420011":{"vr":"OB","InlineBinary":"AA=A"}}"#, .value), (#"{"00420011":{"vr":"OB","InlineBinary":"A?=="}}"#, .value),
        (#"{"00420011":{"vr":"OB","Value":["AAAA"]}}"#, .value), (#"{"00081140":{"vr":"SQ","InlineBinary":"AAAA"}}"#, .value),
    ] as [(String, DICOMJSONError.Code)])
    func refused(text: String, code: DICOMJSONError.Code) {
        #expect(throws: DICOMJSONError(code: code, path: "", offset: nil, message: "")) { try DICOMJSON.decode(Array(text.utf8)) }
    }

    @Test("Not UTF-8") func notUTF8() {
        #expect(throws: DICOMJSONError(code: .syntax, path: "", offset: nil, message: "")) {
            try DICOMJSON.decode(Array(#"{"00080060":{"vr":""#.utf8) + [0xFF] + Array(#""}}"#.utf8))
        }
    }

    @Test("Depth is limited, of data sets and of plain JSON") func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            let open = #"{"00081140":{"vr":"SQ","Value":["#
            return Array((String(repeating: open, count: depth) + "{}" + String(repeating: "]}}", count: depth)).utf8)
        }
        #expect(try DICOMJSON.decode(nested(64)).items(.referencedImageSequence).count == 1)
        #expect(throws: DICOMJSONError(code: .nestingTooDeep, path: "", offset: nil, message: "")) { try DICOMJSON.decode(nested(65)) }
        #expect(throws: DICOMJSONError(code: .nestingTooDeep, path: "", offset: nil, message: "")) { try DICOMJSON.decode(nested(50_000)) }
        #expect(throws: DICOMJSONError(code: .nestingTooDeep, path: "", offset: nil, message: "")) { try DICOMJSON.decode([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) }
    }

    @Test("An error names its place") func place() {
        do {
            _ = try DICOMJSON.decode(Array(#"{"00081140":{"vr":"SQ","Value":[{},{"00280010":{"vr":"US","Value":[70000]}}]}}"#.utf8))
            Issue.record("was read")
        } catch {
            #expect(error.description == #"00081140/1/00280010 : "70000" is no value of US"#)
        }
    }

    @Test func arrays() throws {
        let dataSets = [DataSet([DataElement(.modality, .CS, "CT")]), DataSet()]
        let bytes = try DICOMJSON.encode(dataSets)
        #expect(String(decoding: bytes, as: UTF8.self) == #"[{"00080060":{"vr":"CS","Value":["CT"]}},{}]"#)
        #expect(try DICOMJSON.decodeAll(bytes) == dataSets)
        #expect(try DICOMJSON.decodeAll(Array("{}".utf8)).count == 1)
    }

    @Test("Base64", arguments: ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy"])
    func base64(text: String, encoded: String) {
        // RFC 4648 §10.
        var out: [UInt8] = []
        Base64.append(Array(text.utf8)[...], to: &out)
        #expect(String(decoding: out, as: UTF8.self) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(encoded.replacing("=", with: "")) == Array(text.utf8))
    }
}
