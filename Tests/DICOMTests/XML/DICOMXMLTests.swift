import Testing

@testable import DICOM

@Suite("DICOM XML")
struct DICOMXMLTests {
    static func body(_ dataSet: DataSet, bulkData: DICOMXML.BulkDataURI? = nil) throws -> String {
        let text = String(decoding: try DICOMXML.encode(dataSet, bulkData: bulkData), as: UTF8.self)
        let head = """
            <?xml version="1.0" encoding="UTF-8"?>
            <NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">

            """
        #expect(text.hasPrefix(head) && text.hasSuffix("</NativeDicomModel>\n"))
        return String(text.dropFirst(head.count).dropLast("</NativeDicomModel>\n".count))
    }

    static func document(_ body: String) -> [UInt8] { Array("<?xml version=\"1.0\"?>\n<NativeDicomModel>\(body)</NativeDicomModel>".utf8) }

    /// Attributes as the tables of PS3.19 §A.1.5 prescribe them, checked with DCMTK's dcm2xml --native-format.
    static let attributes: [(DataElement, String)] = [
        (DataElement(.modality, .CS, "CT"), #"<DicomAttribute tag="00080060" vr="CS" keyword="Modality"><Value number="1">CT</Value></DicomAttribute>"#),
        (DataElement(.imageType, .CS, "ORIGINAL", "", "X"), #"<DicomAttribute tag="00080008" vr="CS" keyword="ImageType"><Value number="1">ORIGINAL</Value><Value number="2"></Value><Value number="3">X</Value></DicomAttribute>"#),
        (DataElement(.studyDate, .DA), #"<DicomAttribute tag="00080020" vr="DA" keyword="StudyDate"></DicomAttribute>"#),
        (DataElement(.studyDescription, .LO, "  "), #"<DicomAttribute tag="00081030" vr="LO" keyword="StudyDescription"></DicomAttribute>"#),
        (DataElement(.patientComments, .LT, " a<b>\\ \"c\"&\r\n\td "), "<DicomAttribute tag=\"00104000\" vr=\"LT\" keyword=\"PatientComments\"><Value number=\"1\"> a&lt;b&gt;\\ \"c\"&amp;&#13;\n\td</Value></DicomAttribute>"),
        (DataElement(.patientName, .PN, "Yamada^Tarou^^Dr.=山田^太郎=やまだ^たろう"), """
            <DicomAttribute tag="00100010" vr="PN" keyword="PatientName"><PersonName number="1">\
            <Alphabetic><FamilyName>Yamada</FamilyName><GivenName>Tarou</GivenName><NamePrefix>Dr.</NamePrefix></Alphabetic>\
            <Ideographic><FamilyName>山田</FamilyName><GivenName>太郎</GivenName></Ideographic>\
            <Phonetic><FamilyName>やまだ</FamilyName><GivenName>たろう</GivenName></Phonetic></PersonName></DicomAttribute>
            """),
        (DataElement(.operatorsName, .PN, "A^B^C^D^E^F", "", "=山"), """
            <DicomAttribute tag="00081070" vr="PN" keyword="OperatorsName"><PersonName number="1"><Alphabetic><FamilyName>A</FamilyName>\
            <GivenName>B</GivenName><MiddleName>C</MiddleName><NamePrefix>D</NamePrefix><NameSuffix>E^F</NameSuffix></Alphabetic></PersonName>\
            <PersonName number="2"></PersonName><PersonName number="3"><Ideographic><FamilyName>山</FamilyName></Ideographic></PersonName></DicomAttribute>
            """),
        (DataElement(.instanceNumber, .IS, "+007", "x"), #"<DicomAttribute tag="00200013" vr="IS" keyword="InstanceNumber"><Value number="1">+007</Value><Value number="2">x</Value></DicomAttribute>"#),
        (DataElement(.pixelSpacing, .DS, "0.50", ".5e-3"), #"<DicomAttribute tag="00280030" vr="DS" keyword="PixelSpacing"><Value number="1">0.50</Value><Value number="2">.5e-3</Value></DicomAttribute>"#),
        (DataElement(.rows, .US, integers: [512, 65535]), #"<DicomAttribute tag="00280010" vr="US" keyword="Rows"><Value number="1">512</Value><Value number="2">65535</Value></DicomAttribute>"#),
        (DataElement(.smallestImagePixelValue, .SS, integers: [-1024]), #"<DicomAttribute tag="00280106" vr="SS" keyword="SmallestImagePixelValue"><Value number="1">-1024</Value></DicomAttribute>"#),
        (DataElement(Tag(0x0018, 0x9087), .FD, decimals: [1000.5, 1e-7]), #"<DicomAttribute tag="00189087" vr="FD" keyword="DiffusionBValue"><Value number="1">1000.5</Value><Value number="2">1e-07</Value></DicomAttribute>"#),
        (DataElement(Tag(0x0018, 0x9087), .FD, decimals: [.nan, .infinity, -.infinity]), #"<DicomAttribute tag="00189087" vr="FD" keyword="DiffusionBValue"><Value number="1">NaN</Value><Value number="2">INF</Value><Value number="3">-INF</Value></DicomAttribute>"#),
        (DataElement(Tag(0x0018, 0x9073), .FL, decimals: [0.1]), #"<DicomAttribute tag="00189073" vr="FL" keyword="AcquisitionDuration"><Value number="1">0.1</Value></DicomAttribute>"#),
        (DataElement(Tag(0x0008, 0x040C), .UV, bytes: [UInt8](repeating: 0xFF, count: 8)), #"<DicomAttribute tag="0008040C" vr="UV" keyword="FileOffsetInContainer"><Value number="1">18446744073709551615</Value></DicomAttribute>"#),
        (DataElement(.frameIncrementPointer, .AT, bytes: [0x18, 0x00, 0x63, 0x10]), #"<DicomAttribute tag="00280009" vr="AT" keyword="FrameIncrementPointer"><Value number="1">00181063</Value></DicomAttribute>"#),
        (DataElement(.overlayData, .OW, bytes: [0, 1, 2, 3]), #"<DicomAttribute tag="60003000" vr="OW" keyword="OverlayData"><InlineBinary>AAECAw==</InlineBinary></DicomAttribute>"#),
        (DataElement(Tag(0x0009, 0x1001), .UN, bytes: [1, 2]), #"<DicomAttribute tag="00091001" vr="UN"><InlineBinary>AQI=</InlineBinary></DicomAttribute>"#),
        (DataElement(.referencedImageSequence, items: []), #"<DicomAttribute tag="00081140" vr="SQ" keyword="ReferencedImageSequence"></DicomAttribute>"#),
        (DataElement(.referencedImageSequence, items: [DataSet([DataElement(.referencedSOPClassUID, .UI, "1.2")]), DataSet()]), """
            <DicomAttribute tag="00081140" vr="SQ" keyword="ReferencedImageSequence">
            <Item number="1">
            <DicomAttribute tag="00081150" vr="UI" keyword="ReferencedSOPClassUID"><Value number="1">1.2</Value></DicomAttribute>
            </Item>

            <Item number="2">
            </Item>
            </DicomAttribute>
            """),
    ]

    @Test("Attributes as PS3.19 has them, and back", arguments: attributes.indices)
    func attribute(index: Int) throws {
        let (element, expected) = Self.attributes[index]
        var dataSet = DataSet([element])
        dataSet.inheritedCharacterSet = .utf8
        #expect(try Self.body(dataSet) == expected + "\n")
        var again = try DICOMXML.decode(Self.document(expected))
        again[.specificCharacterSet] = nil
        again.inheritedCharacterSet = .utf8
        #expect(try Self.body(again) == expected + "\n")
    }

    @Test("Other character sets become UTF-8") func characterSet() throws {
        let item = DataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 144"), DataElement(.codeMeaning, .LO, bytes: [0xB3, 0xE0])])
        let dataSet = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientName, .PN, bytes: [0x4A, 0xE9]),
            DataElement(.procedureCodeSequence, items: [item]),
        ])
        let read = try DICOMXML.decode(try DICOMXML.encode(dataSet))
        #expect(read.string(.patientName) == "Jé")
        #expect(read.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(read.items(.procedureCodeSequence).first?.string(.codeMeaning) == "Гр")
        #expect(try DICOMXML.decode(Self.document(#"<DicomAttribute tag="00100020" vr="LO"><Value number="1">é</Value></DicomAttribute>"#)).string(.specificCharacterSet) == "ISO_IR 192")
    }

    @Test("What XML cannot hold becomes U+FFFD", arguments: [
        ("a\u{1}b\u{1B}", "a\u{FFFD}b\u{FFFD}"), ("\u{FFFE}x\u{FFFF}\u{FFFD}\u{FFBE}", "\u{FFFD}x\u{FFFD}\u{FFFD}\u{FFBE}"), ("a\r\n\tb", "a\r\n\tb"), ("\u{85}\u{2028}😀", "\u{85}\u{2028}😀"),
    ])
    func characters(text: String, expected: String) throws {
        let dataSet = DataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.patientComments, .LT, text)])
        #expect(try DICOMXML.decode(try DICOMXML.encode(dataSet)).string(.patientComments) == expected)
    }

    @Test("Private attributes name their creator; a block written as 00 is found or reserved") func privateAttributes() throws {
        let dataSet = DataSet([
            DataElement(Tag(0x0029, 0x0010), .LO, "OTHER"), DataElement(Tag(0x0029, 0x0011), .LO, "ACME \"<1>\""),
            DataElement(Tag(0x0029, 0x1110), .LO, "x"),
        ])
        let text = try Self.body(dataSet)
        #expect(text.contains(##"<DicomAttribute tag="00291110" vr="LO" privateCreator="ACME &quot;&lt;1&gt;&quot;"><Value number="1">x</Value>"##))
        #expect(try DICOMXML.decode(Self.document(text)) == dataSet)
        // As DCMTK has it.
        let relative = text.replacing("tag=\"00291110\"", with: "tag=\"00290010\"")
        #expect(try DICOMXML.decode(Self.document(relative)) == dataSet)
        let alone = try DICOMXML.decode(Self.document(#"<DicomAttribute tag="00291010" vr="LO"/><DicomAttribute tag="00290020" vr="LO" privateCreator="A"><Value number="1">x</Value></DicomAttribute><DicomAttribute tag="00290020" vr="LO" privateCreator="B"/>"#))
        #expect(alone.string(Tag(0x0029, 0x0011)) == "A")
        #expect(alone.string(Tag(0x0029, 0x1120)) == "x")
        #expect(alone.string(Tag(0x0029, 0x0012)) == "B")
        #expect(throws: DICOMXMLError(code: .model, path: "", offset: 0, message: "")) {
            try DICOMXML.decode(Self.document(text.replacing("ACME &quot;&lt;1&gt;&quot;", with: "ACME")))
        }
    }

    @Test("Bulk data") func bulkData() throws {
        let inner = DataSet([DataElement(.overlayData, .OW, bytes: [1, 2])])
        let dataSet = DataSet([
            DataElement(.referencedImageSequence, items: [DataSet(), inner]),
            DataElement(tag: .pixelData, vr: .OW, value: .external(ByteRange(offset: 0, length: 10))),
        ])
        #expect(throws: WriteError.self) { try DICOMXML.encode(dataSet) }
        let text = try Self.body(dataSet) { path, _ in "/bulk/\(path)?a=1&b=2" }
        #expect(text.contains(#"<BulkData uri="/bulk/00081140/1/60003000?a=1&amp;b=2"/>"#))
        let read = try DICOMXML.decode(Self.document(text)) { path, uri in uri == "/bulk/\(path)?a=1&b=2" ? [9, 9] : nil }
        #expect(read.bytes(.pixelData) == [9, 9])
        #expect(throws: DICOMXMLError(code: .bulkData, path: "", offset: 0, message: "")) { try DICOMXML.decode(Self.document(text)) }
        let uuid = #"<DicomAttribute tag="7FE00010" vr="OW"><BulkData uuid="47b8d1d4"/></DicomAttribute>"#
        #expect(try DICOMXML.decode(Self.document(uuid)) { _, uri in uri == "urn:uuid:47b8d1d4" ? [1, 2] : nil }.bytes(.pixelData) == [1, 2])
    }

    @Test("XML of other writers", arguments: [
        (#"<DicomAttribute tag="00080060" vr="CS"><Value number="1">C<![CDATA[T]]><!-- x --></Value></DicomAttribute>"#, "CT"),
        ("\n  <DicomAttribute\n tag='00080060' vr = \"CS\" >\r\n <Value\tnumber='1'>&#67;&#x54;</Value >\r\n</DicomAttribute >\n", "CT"),
        (#"<n:DicomAttribute xmlns:n="x" tag="00080060" vr="CS"><n:Value number="1">CT</n:Value></n:DicomAttribute>"#, "CT"),
        (#"<DicomAttribute tag="00080060"><Value number="1">CT</Value></DicomAttribute><?pi x?>"#, "CT"),
        (#"<DicomAttribute tag="00080060" vr="CS"><Value>CT</Value></DicomAttribute>"#, "CT"),
        (#"<DicomAttribute tag="00080060" vr="CS"><Value number="2">CT</Value></DicomAttribute>"#, "\\CT"),
    ])
    func tolerated(body: String, modality: String) throws {
        #expect(try DICOMXML.decode(Self.document(body)).strings(.modality).joined(separator: "\\") == modality)
    }

    private static let bomb = """
        <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
        <NativeDicomModel><DicomAttribute tag="00080060" vr="CS"><Value number="1">&lol1;</Value></DicomAttribute></NativeDicomModel>
        """
    private static let external = """
        <?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
        <NativeDicomModel><DicomAttribute tag="00080060" vr="CS"><Value number="1">&f;</Value></DicomAttribute></NativeDicomModel>
        """

    @Test("What is no XML, or more of it than is read, is refused", arguments: [
        "", " ", "x", "<", "<a", "<NativeDicomModel>", "<NativeDicomModel></NativeDicomModell>", "<NativeDicomModel/>x", "<NativeDicomModel/><b/>", "<NativeDicomModel", "<NativeDicomModel a>",
        "<NativeDicomModel a=b/>", "<NativeDicomModel a='b' a='b'/>", "<NativeDicomModel a='<'/>", "<NativeDicomModel a='b'c='d'/>", "<NativeDicomModel>]]></NativeDicomModel>",
        "<NativeDicomModel>&nbsp;</NativeDicomModel>", "<NativeDicomModel>&#0;</NativeDicomModel>", "<NativeDicomModel>&#xD800;</NativeDicomModel>", "<NativeDicomModel>&#-1;</NativeDicomModel>",
        "<NativeDicomModel>&#+9;</NativeDicomModel>", "<NativeDicomModel>&</NativeDicomModel>", "<NativeDicomModel>\u{1}</NativeDicomModel>", "<NativeDicomModel>\u{FFFF}</NativeDicomModel>",
        "<NativeDicomModel><!-- -- --></NativeDicomModel>", "<NativeDicomModel><![CDATA[</NativeDicomModel>", "<NativeDicomModel><?xml version='1.0'?></NativeDicomModel>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><NativeDicomModel/>", "<?xml version='2.0'?><NativeDicomModel/>", "<?xml encoding='UTF-8'?><NativeDicomModel/>", bomb, external,
    ])
    func syntax(text: String) {
        #expect(throws: DICOMXMLError(code: .syntax, path: "", offset: 0, message: "")) { try DICOMXML.decode(Array(text.utf8)) }
    }

    @Test("XML that is no data set is refused", arguments: [
        ("x", .model), ("<Value/>", .model), ("<DicomAttribute/>", .model), (#"<DicomAttribute tag="PatientName" vr="PN"/>"#, .model), (#"<DicomAttribute tag="0010,0010" vr="PN"/>"#, .model),
        (#"<DicomAttribute tag="00100010" vr="XX"/>"#, .model), (#"<DicomAttribute tag="00091001"/>"#, .model), (#"<DicomAttribute tag="00100010" vr="PN"/><DicomAttribute tag="00100010" vr="PN"/>"#, .model),
        (#"<DicomAttribute tag="00100010" vr="PN" privateCreator="A"/>"#, .model), (#"<DicomAttribute tag="00080060" vr="CS">CT</DicomAttribute>"#, .model),
        (#"<DicomAttribute tag="00080060" vr="CS"><Value number="1"/><Value number="1"/></DicomAttribute>"#, .model), (#"<DicomAttribute tag="00080060" vr="CS"><Value number="0"/></DicomAttribute>"#, .model),
        (#"<DicomAttribute tag="00080060" vr="CS"><Value number="70000"/></DicomAttribute>"#, .tooManyElements),
        (#"<DicomAttribute tag="00080060" vr="CS"><Value number="1"><b/></Value></DicomAttribute>"#, .model), (#"<DicomAttribute tag="00080060" vr="CS"><PersonName number="1"/></DicomAttribute>"#, .model),
        (#"<DicomAttribute tag="00080060" vr="CS"><Item number="1"/></DicomAttribute>"#, .model), (#"<DicomAttribute tag="00081140" vr="SQ"><Value number="1"/></DicomAttribute>"#, .model),
        (#"<DicomAttribute tag="00081140" vr="SQ"><InlineBinary/></DicomAttribute>"#, .value), (#"<DicomAttribute tag="60003000" vr="OW"><InlineBinary>A?</InlineBinary></DicomAttribute>"#, .value),
        (#"<DicomAttribute tag="60003000" vr="OW"><InlineBinary>AA==</InlineBinary><Value number="1"/></DicomAttribute>"#, .model), (#"<DicomAttribute tag="60003000" vr="OW"><BulkData/></DicomAttribute>"#, .model),
        (#"<DicomAttribute tag="00100010" vr="PN"><PersonName number="1"><Latin/></PersonName></DicomAttribute>"#, .model),
        (#"<DicomAttribute tag="00280010" vr="US"><Value number="1">65536</Value></DicomAttribute>"#, .value), (#"<DicomAttribute tag="00280010" vr="US"><Value number="1">x</Value></DicomAttribute>"#, .value),
        (#"<DicomAttribute tag="00280009" vr="AT"><Value number="1">PatientID</Value></DicomAttribute>"#, .value), (#"<DicomAttribute tag="60003000" vr="OW"><Value number="1">1</Value></DicomAttribute>"#, .value),
    ] as [(String, DICOMXMLError.Code)])
    func model(body: String, code: DICOMXMLError.Code) {
        #expect(throws: DICOMXMLError(code: code, path: "", offset: 0, message: "")) { try DICOMXML.decode(Self.document(body)) }
    }

    @Test("Not UTF-8, and UTF-16") func notUTF8() {
        for bytes in [Array("<NativeDicomModel>".utf8) + [0xFF] + Array("</NativeDicomModel>".utf8), [0xFF, 0xFE, 0x3C, 0x00]] {
            #expect(throws: DICOMXMLError(code: .syntax, path: "", offset: 0, message: "")) { try DICOMXML.decode(bytes) }
        }
    }

    @Test("Depth is limited, of data sets and of plain XML") func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Self.document(String(repeating: #"<DicomAttribute tag="00081140" vr="SQ"><Item number="1">"#, count: depth) + String(repeating: "</Item></DicomAttribute>", count: depth))
        }
        #expect(try DICOMXML.decode(nested(64)).items(.referencedImageSequence).count == 1)
        for bytes in [nested(65), nested(100_000), Array(String(repeating: "<a>", count: 100_000).utf8)] {
            #expect(throws: DICOMXMLError.self) { try DICOMXML.decode(bytes) }
        }
    }

    @Test("Numbers cannot make much of little") func gaps() {
        let body = (0..<100).map { "<DicomAttribute tag=\"0010\(1000 + $0)\" vr=\"LO\"><Value number=\"60000\">x</Value></DicomAttribute>" }.joined()
        #expect(throws: DICOMXMLError(code: .tooManyElements, path: "", offset: 0, message: "")) { try DICOMXML.decode(Self.document(body)) }
    }

    @Test("An error names its place") func place() {
        do {
            _ = try DICOMXML.decode(Self.document(#"<DicomAttribute tag="00081140" vr="SQ"><Item number="2"><DicomAttribute tag="00280010" vr="US"><Value number="1">70000</Value></DicomAttribute></Item></DicomAttribute>"#))
            Issue.record("was read")
        } catch {
            #expect(error.description.hasPrefix("00081140/1/00280010 at byte "))
            #expect(error.description.contains(#""70000" is no value of US"#))
        }
    }
}
