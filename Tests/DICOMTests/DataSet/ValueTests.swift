import Testing

@testable import DICOM

@Suite("Typed values")
struct ValueTests {
    // MARK: PN

    @Test("Examples of PS3.5 §6.2.1.1", arguments: [
        ("Adams^John Robert Quincy^^Rev.^B.A. M.Div.", ["Adams", "John Robert Quincy", "", "Rev.", "B.A. M.Div."]),
        ("Morrison-Jones^Susan^^^Ph.D., Chief Executive Officer", ["Morrison-Jones", "Susan", "", "", "Ph.D., Chief Executive Officer"]),
        ("Doe^John", ["Doe", "John", "", "", ""]),
        ("Smith^Fluffy", ["Smith", "Fluffy", "", "", ""]),
        ("ABC Farms^Running on Water", ["ABC Farms", "Running on Water", "", "", ""]),
        ("", ["", "", "", "", ""]),
    ])
    func personName(text: String, components: [String]) {
        let name = PersonName(text)
        let group = name.alphabetic
        #expect([group.familyName, group.givenName, group.middleName, group.prefix, group.suffix] == components)
        #expect(name.text == text)
        #expect(name.isEmpty == text.isEmpty)
    }

    @Test("Groups", arguments: [
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada", "山田", "やまだ", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("=山田^太郎", "", "山田", "", "=山田^太郎"),
        ("Wang^Xiao^^^==", "Wang", "", "", "Wang^Xiao"),
        ("A^B^C^D^E^F", "A", "", "", "A^B^C^D^E^F"),
        (" Doe ^ John ", "Doe", "", "", "Doe^John"),
    ])
    func groups(text: String, alphabetic: String, ideographic: String, phonetic: String, formatted: String) {
        let name = PersonName(text)
        #expect(name.groups.map(\.familyName) == [alphabetic, ideographic, phonetic])
        #expect(name.text == formatted)
    }

    // MARK: DA, TM, DT, AS

    @Test("Dates", arguments: [
        ("20040119", "20040119"), ("2004.01.19", "20040119"), ("20040229", "20040229"), ("20000229", "20000229"),
        ("19000229", nil), ("20030229", nil), ("20041301", nil), ("20040100", nil), ("2004", nil), ("20040119 ", nil), ("2004-01-19", nil),
        ("2004011a", nil), ("", nil), ("200401190", nil), ("-0040119", nil),
    ] as [(String, String?)])
    func date(text: String, expected: String?) { #expect(CalendarDate(text)?.text == expected) }

    @Test("Times", arguments: [
        ("10", "10"), ("1011", "1011"), ("101112", "101112"), ("101112.5", "101112.5"), ("101112.123456", "101112.123456"),
        ("10:11:12", "101112"), ("10:11:12.5", "101112.5"), ("10:11", "1011"), ("235960", "235960"), ("000000", "000000"),
        ("24", nil), ("1060", nil), ("101161", nil), ("101112.", nil), ("101112.1234567", nil), ("1", nil), ("10111", nil), ("1011.5", nil),
        ("10:1112", nil), ("", nil), ("1a", nil),
    ] as [(String, String?)])
    func time(text: String, expected: String?) { #expect(TimeOfDay(text)?.text == expected) }

    @Test("Date times", arguments: [
        ("2004", "2004"), ("200401", "200401"), ("20040119", "20040119"), ("2004011910", "2004011910"),
        ("20040119101112.5+0130", "20040119101112.5+0130"), ("20040119101112-0500", "20040119101112-0500"), ("2004+1400", "2004+1400"),
        ("20040119101112.5", "20040119101112.5"), ("2004+1401", nil), ("2004-1201", nil), ("200413", nil), ("20040119+01", nil),
        ("2004011924", nil), ("200401191011121", nil), ("", nil), ("20040230", nil), ("20040119101112+0160", nil),
    ] as [(String, String?)])
    func dateTime(text: String, expected: String?) { #expect(DateTime(text)?.text == expected) }

    @Test("Days are counted as calendars do", arguments: [
        ("19700101", 0), ("20000229", 11016), ("20000301", 11017), ("19691231", -1), ("20380119", 24855), ("16000101", -135_140),
    ])
    func days(text: String, number: Int) { #expect(CalendarDate(text)?.dayNumbers == number...number) }

    @Test("An offset shifts the instant") func offset() throws {
        let east = try #require(DateTime("20040119120000+0200")), utc = try #require(DateTime("20040119100000+0000"))
        #expect(east.microseconds() == utc.microseconds())
        #expect(try #require(DateTime("20040119120000")).microseconds(defaultOffset: 120) == utc.microseconds())
    }

    @Test("Ages", arguments: [("018M", 18, Age.Unit.months), ("000D", 0, .days), ("999Y", 999, .years), ("003W", 3, .weeks)])
    func age(text: String, count: Int, unit: Age.Unit) {
        #expect(Age(text) == Age(count: count, unit: unit))
        #expect(Age(text)?.text == text)
    }

    @Test(arguments: ["18M", "018", "018m", "0018M", "-18M", ""]) func noAge(text: String) { #expect(Age(text) == nil) }

    // MARK: Ranges

    @Test("Ranges of dates", arguments: [
        ("20040101-20041231", "20040101", "20041231"), ("20040101-", "20040101", nil), ("-20041231", nil, "20041231"),
        ("20040119", "20040119", "20040119"), ("2004.01.01-2004.12.31", "20040101", "20041231"),
    ] as [(String, String?, String?)])
    func dateRange(text: String, first: String?, last: String?) throws {
        let range = try #require(ValueRange<CalendarDate>(text))
        #expect(range.first?.text == first)
        #expect(range.last?.text == last)
    }

    @Test(arguments: ["-", "", "2004", "20040101-2004", "20040101-20040102-20040103", "2004*"]) func noDateRange(text: String) {
        #expect(ValueRange<CalendarDate>(text) == nil)
    }

    @Test("A hyphen of DT is an offset where it can be one", arguments: [
        ("20070101-0500", "20070101-0500", "20070101-0500"), ("20070101-2008", "20070101", "2008"),
        ("20070101-0500-20080101-0500", "20070101-0500", "20080101-0500"), ("20070101-20080101", "20070101", "20080101"),
        ("20070101-0500-", "20070101-0500", nil), ("-20070101-0500", nil, "20070101-0500"), ("200701011200+0100-", "200701011200+0100", nil),
    ] as [(String, String?, String?)])
    func dateTimeRange(text: String, first: String?, last: String?) throws {
        let range = try #require(ValueRange<DateTime>(text))
        #expect(range.first?.text == first)
        #expect(range.last?.text == last)
    }

    // MARK: VM and VR

    @Test("Value multiplicity", arguments: [
        ("1", [1], [0, 2]), ("1-3", [1, 2, 3], [0, 4]), ("1-n", [1, 2, 1000], [0]), ("2-2n", [2, 4, 100], [0, 1, 3]),
        ("3-3n", [3, 6], [2, 4]), ("6-n", [6, 7], [5]), ("2-n", [2, 3], [1]), ("1-99", [99], [100]),
    ])
    func multiplicity(text: String, allowed: [Int], refused: [Int]) throws {
        let vm = try #require(VM(text))
        for count in allowed { #expect(vm.allows(count), "\(count)") }
        for count in refused { #expect(!vm.allows(count), "\(count)") }
    }

    @Test(arguments: ["", "n", "0", "3-1", "1-2-3", "1-xn"]) func noMultiplicity(text: String) { #expect(VM(text) == nil) }

    @Test("Every VM of the dictionary is understood") func everyVM() {
        for tag in DataElementTable.tags { #expect(DataElementTable.entry(for: tag).flatMap { VM($0.vm) } != nil, "\(tag)") }
    }

    static let long = String(repeating: "x", count: 65)

    @Test("Values that keep the rules", arguments: [
        DataElement(.patientName, .PN, "Doe^John"), DataElement(.patientName, .PN, long.dropLast() + "=" + long.dropLast()),
        DataElement(.modality, .CS, "CT"), DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY"), DataElement(.studyDate, .DA, "20040119"),
        DataElement(.sliceThickness, .DS, "1.25E-01"), DataElement(.instanceNumber, .IS, "-2147483648"), DataElement(.patientAge, .AS, "018M"),
        DataElement(.sopClassUID, .UI, "1.2.840.10008.1.1"), DataElement(.rows, .US, integers: [512]), DataElement(.studyDate, .DA),
        DataElement(.patientComments, .LT, "a\\b\r\nc"), DataElement(.studyDescription, .LO, "Ærø"), DataElement(.smallestImagePixelValue, .SS, integers: [-1]),
    ])
    func conforming(element: DataElement) { #expect(element.validate(in: .utf8) == []) }

    @Test("Values that break a rule", arguments: [
        (DataElement(.patientName, .PN, long), [.length(maximum: 64)]),
        (DataElement(.accessionNumber, .SH, "12345678901234567"), [.length(maximum: 16)]),
        (DataElement(.modality, .CS, "ct"), [.character]),
        (DataElement(.modality, .CS, "CT", "MR"), [.multiplicity(count: 2, vm: "1")]),
        (DataElement(.imageType, .CS, "ORIGINAL"), [.multiplicity(count: 1, vm: "2-n")]),
        (DataElement(.studyDate, .DA, "20041301"), [.form]),
        (DataElement(.sliceThickness, .DS, "nan"), [.form]),
        (DataElement(.sliceThickness, .DS, "1.23456789012345678"), [.length(maximum: 16)]),
        (DataElement(.instanceNumber, .IS, "2147483648"), [.form]),
        (DataElement(.sopClassUID, .UI, "1.02"), [.form]),
        (DataElement(.sopClassUID, .LO, "1.2"), [.vr(allowed: [.UI])]),
        (DataElement(.studyDescription, .LO, "a\nb"), [.character]),
        (DataElement(.rows, .US, bytes: [1, 2, 3, 4]), [.multiplicity(count: 2, vm: "1")]),
        (DataElement(.echoTime, .FD, bytes: [1, 2]), [.vr(allowed: [.DS]), .form, .multiplicity(count: 0, vm: "1")]),
    ] as [(DataElement, [Violation.Rule])])
    func violating(element: DataElement, rules: [Violation.Rule]) { #expect(element.validate(in: .utf8).map(\.rule) == rules) }

    @Test("Violations in items have their path") func path() {
        let item = DataSet([DataElement(.referencedSOPClassUID, .UI, "1.x")])
        let dataSet = DataSet([DataElement(.referencedImageSequence, items: [DataSet(), item])])
        #expect(dataSet.validate() == [Violation(path: [.referencedImageSequence, .referencedSOPClassUID], value: 0, rule: .form)])
        #expect(dataSet.validate().first?.description == "(0008,1140) › (0008,1150) value 1: not of the form of its value representation")
    }

    // MARK: Private blocks

    @Test("A private element is found in whatever block its creator has") func privateElement() {
        var dataSet = DataSet([
            DataElement(Tag(0x0029, 0x0010), .LO, "SIEMENS CSA HEADER"), DataElement(Tag(0x0029, 0x0012), .LO, "OTHER"),
            DataElement(Tag(0x0029, 0x1210), .LO, "value"),
        ])
        #expect(dataSet.privateElement(creator: "OTHER", group: 0x0029, element: 0x10)?.tag == Tag(0x0029, 0x1210))
        #expect(dataSet.privateElement(creator: "OTHER", group: 0x0029, element: 0x11) == nil)
        #expect(dataSet.privateElement(creator: "NOBODY", group: 0x0029, element: 0x10) == nil)
        #expect(dataSet.privateCreator(of: Tag(0x0029, 0x1210)) == "OTHER")
        dataSet.set(DataElement(Tag(0x0029, 0x0013), .LO, "OTHER"))
        dataSet.set(DataElement(Tag(0x0029, 0x1311), .LO, "second block"))
        #expect(dataSet.privateBlocks(creator: "OTHER", group: 0x0029) == [0x12, 0x13])
        #expect(dataSet.privateElement(creator: "OTHER", group: 0x0029, element: 0x11)?.tag == Tag(0x0029, 0x1311))
    }
}
