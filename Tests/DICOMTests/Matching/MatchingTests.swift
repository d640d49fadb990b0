import Testing

@testable import DICOM

@Suite("Attribute matching")
struct MatchingTests {
    static let study = {
        var dataSet = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.studyDate, .DA, "20040119"), DataElement(.studyTime, .TM, "101530"),
            DataElement(.acquisitionDateTime, .DT, "20040119101530.25+0100"),
            DataElement(.accessionNumber, .SH, "A1234"), DataElement(.modalitiesInStudy, .CS, "CT", "PT"),
            DataElement(.studyDescription, .LO, "Thorax native"), DataElement(.institutionName, .LO),
            DataElement(.patientName, .PN, "Åström^Weiß=山田^太郎=やまだ^たろう"), DataElement(.patientID, .LO, "P*1"),
            DataElement(.studyInstanceUID, .UI, "1.2.3"), DataElement(.instanceNumber, .IS, "007"), DataElement(.sliceThickness, .DS, "1.50"),
            DataElement(.rows, .US, integers: [512]), DataElement(.frameIncrementPointer, .AT, bytes: [0x18, 0, 0x63, 0x10]),
            DataElement(Tag(0x0018, 0x9087), .FD, decimals: [1000]),
            DataElement(.requestAttributesSequence, items: [
                DataSet([DataElement(.requestedProcedureID, .SH, "R1"), DataElement(.scheduledProcedureStepID, .SH, "S1")]),
                DataSet([DataElement(.requestedProcedureID, .SH, "R2"), DataElement(.scheduledProcedureStepID, .SH, "S2")]),
            ]),
        ])
        dataSet.inheritedCharacterSet = .utf8
        return dataSet
    }()

    static func key(_ elements: DataElement...) -> DataSet { DataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 192")] + elements) }

    static let absent = Tag(0x0010, 0x0021)

    @Test("One key", arguments: [
        // Single value
        (DataElement(.accessionNumber, .SH, "A1234"), true), (DataElement(.accessionNumber, .SH, "A123"), false),
        (DataElement(.accessionNumber, .SH, "a1234"), false), (DataElement(.accessionNumber, .SH, " A1234 "), true),
        (DataElement(.instanceNumber, .IS, "7"), true), (DataElement(.instanceNumber, .IS, "8"), false), (DataElement(.sliceThickness, .DS, "1.5"), true),
        (DataElement(.rows, .US, integers: [512]), true), (DataElement(.rows, .US, integers: [256]), false),
        (DataElement(.frameIncrementPointer, .AT, bytes: [0x18, 0, 0x63, 0x10]), true), (DataElement(Tag(0x0018, 0x9087), .FD, decimals: [1000]), true),
        (DataElement(.accessionNumber, .UN, "A1234"), true),
        // Universal
        (DataElement(.accessionNumber, .SH), true), (DataElement(absent, .LO), true), (DataElement(absent, .LO, "*"), true), (DataElement(.rows, .US, integers: []), true),
        (DataElement(absent, .LO, "x"), false), (DataElement(.institutionName, .LO, "x"), false), (DataElement(.institutionName, .LO, "*"), true),
        // Wildcards
        (DataElement(.studyDescription, .LO, "Thorax*"), true), (DataElement(.studyDescription, .LO, "*native"), true), (DataElement(.studyDescription, .LO, "T?orax*"), true),
        (DataElement(.studyDescription, .LO, "Tho*nat*"), true), (DataElement(.studyDescription, .LO, "Thorax?"), false), (DataElement(.studyDescription, .LO, "thorax*"), false),
        (DataElement(.patientID, .LO, "P*1"), true), (DataElement(.patientID, .LO, "P?1"), true), (DataElement(.institutionName, .LO, "?*"), false),
        (DataElement(.studyInstanceUID, .UI, "1.2.*"), false),
        // Values
        (DataElement(.modalitiesInStudy, .CS, "PT"), true), (DataElement(.modalitiesInStudy, .CS, "MR"), false), (DataElement(.modalitiesInStudy, .CS, "MR", "CT"), true),
        // List of UID
        (DataElement(.studyInstanceUID, .UI, "1.2.4", "1.2.3"), true), (DataElement(.studyInstanceUID, .UI, "1.2.4"), false), (DataElement(.studyInstanceUID, .UI, "1.2"), false),
        // Names
        (DataElement(.patientName, .PN, "ASTROM^WEISS"), true), (DataElement(.patientName, .PN, "åström*"), true), (DataElement(.patientName, .PN, "astrom"), false),
        (DataElement(.patientName, .PN, "*weis*"), true), (DataElement(.patientName, .PN, "山田*"), true), (DataElement(.patientName, .PN, "=山田^太郎"), true),
        (DataElement(.patientName, .PN, "=山本*"), false), (DataElement(.patientName, .PN, "ASTROM^WEISS==やまだ*"), true), (DataElement(.patientName, .PN, "Astrom^Weiss^^^"), true),
        // Dates and times
        (DataElement(.studyDate, .DA, "20040119"), true), (DataElement(.studyDate, .DA, "20040120"), false), (DataElement(.studyDate, .DA, "20040101-20040131"), true),
        (DataElement(.studyDate, .DA, "20040119-"), true), (DataElement(.studyDate, .DA, "20040120-"), false), (DataElement(.studyDate, .DA, "-20040119"), true),
        (DataElement(.studyDate, .DA, "-20040118"), false), (DataElement(.studyDate, .DA, "2004.01.19"), true), (DataElement(.studyDate, .DA, "20040131-20040101"), false),
        (DataElement(.studyDate, .DA, "200401*"), true), (DataElement(.studyDate, .DA, "nonsense"), false),
        (DataElement(.studyTime, .TM, "10-11"), true), (DataElement(.studyTime, .TM, "101530"), true), (DataElement(.studyTime, .TM, "1015"), true),
        (DataElement(.studyTime, .TM, "1016-"), false), (DataElement(.studyTime, .TM, "-1015"), true), (DataElement(.studyTime, .TM, "10:15:30"), true),
        (DataElement(.acquisitionDateTime, .DT, "20040119"), true), (DataElement(.acquisitionDateTime, .DT, "20040119091530.25+0000"), true),
        (DataElement(.acquisitionDateTime, .DT, "20040119101530.25+0000"), false), (DataElement(.acquisitionDateTime, .DT, "2003-2004"), true),
        (DataElement(.acquisitionDateTime, .DT, "200401191015+0100-"), true), (DataElement(.acquisitionDateTime, .DT, "200401191016+0100-"), false),
        // Sequences: all keys of the item in one and the same item
        (DataElement(.requestAttributesSequence, items: [key(DataElement(.requestedProcedureID, .SH, "R2"))]), true),
        (DataElement(.requestAttributesSequence, items: [key(DataElement(.requestedProcedureID, .SH, "R2"), DataElement(.scheduledProcedureStepID, .SH, "S1"))]), false),
        (DataElement(.requestAttributesSequence, items: []), true), (DataElement(.requestAttributesSequence, items: [DataSet()]), true),
        (DataElement(.referencedImageSequence, items: [DataSet([DataElement(.referencedSOPInstanceUID, .UI)])]), true),
        (DataElement(.referencedImageSequence, items: [DataSet([DataElement(.referencedSOPInstanceUID, .UI, "1.2")])]), false),
        // Not keys
        (DataElement(.queryRetrieveLevel, .CS, "STUDY"), true), (DataElement(.timezoneOffsetFromUTC, .SH, "+0100"), true),
    ])
    func oneKey(element: DataElement, isMatch: Bool) {
        #expect(Matching.matches(Self.study, identifier: Self.key(element)) == isMatch)
    }

    @Test("Every key has to match") func several() {
        #expect(Matching.matches(Self.study, identifier: Self.key(DataElement(.accessionNumber, .SH, "A1234"), DataElement(.studyDate, .DA, "2004*"))))
        #expect(!Matching.matches(Self.study, identifier: Self.key(DataElement(.accessionNumber, .SH, "A1234"), DataElement(.patientID, .LO, "other"))))
        #expect(Matching.matches(Self.study, identifier: DataSet()))
    }

    @Test("Date and time as one instant where that was negotiated", arguments: [
        ("20040118-20040120", "11-09", false, true), ("20040119-20040120", "11-12", false, false), ("20040118-20040119", "11-1015", false, true),
        ("20040118-20040119", "11-1014", false, false), ("20040118-20040120", "10-11", true, true), ("20040101-20040120", "11-12", false, true),
        ("20040118-", "12-", false, true), ("-20040119", "-1014", false, false),
    ])
    func combined(date: String, time: String, separate: Bool, together: Bool) {
        let identifier = Self.key(DataElement(.studyDate, .DA, date), DataElement(.studyTime, .TM, time))
        #expect(Matching.matches(Self.study, identifier: identifier, options: .combinedDateTime) == together)
        #expect(Matching.matches(Self.study, identifier: identifier) == separate)
    }

    @Test("Wildcards take no time to speak of") func manyStars() {
        #expect(!Matching.wildcard(String(repeating: "a*", count: 200) + "b", matches: String(repeating: "a", count: 2000)))
        #expect(Matching.wildcard("", matches: ""))
        #expect(Matching.wildcard("**", matches: ""))
        #expect(!Matching.wildcard("?", matches: ""))
    }

    @Test("Folding", arguments: [
        ("ÅSTRÖM", "astrom"), ("Weiß", "weiss"), ("STRASSE", "strasse"), ("Łukasz Øster Æther Þór", "lukasz oster aether thor"),
        ("ＡＢＣ１２", "abc12"), ("İstanbul ILICA ı", "istanbul ilica i"), ("Ελληνικός", "ελληνικοσ"), ("ЙОД", "иод"), ("O’Brien–Smith", "o'brien-smith"),
        ("ﬁancé", "fiance"), ("e\u{301}", "e"), ("", ""), ("Doe^John", "doe^john"), ("ﾔﾏﾀﾞ", "ヤマタ\u{3099}"), ("山田", "山田"), ("㎏", "kg"), ("ศรีสุข", "ศรีสุข"),
    ])
    func fold(text: String, folded: String) {
        #expect(Array(Fold.fold(text).unicodeScalars) == Array(folded.unicodeScalars))
        #expect(Fold.fold(Fold.fold(text)) == Fold.fold(text))
    }

    @Test("Composed and decomposed are one", arguments: [("ダ", "ﾀﾞ"), ("박", "\u{1107}\u{1161}\u{11A8}"), ("한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"), ("é", "E\u{301}")])
    func composition(a: String, b: String) { #expect(Array(Fold.fold(a).utf8) == Array(Fold.fold(b).utf8)) }

    @Test("Different letters stay different", arguments: [("か", "が"), ("ハ", "パ"), ("박", "방")])
    func different(a: String, b: String) { #expect(Array(Fold.fold(a).utf8) != Array(Fold.fold(b).utf8)) }
}
