import Archive
import DICOM
import Foundation
import Testing

@testable import IsocenterServer

@Suite("Search parameters (PS3.18 §8.3.4)")
struct SearchParametersTests {
    static let keyCases: [(String, [String], [String])] = [
        ("PatientID=11235813", ["00100020"], ["11235813"]),
        ("00100020=11235813", ["00100020"], ["11235813"]),
        ("PatientName=SMI%2A", ["00100010"], ["SMI*"]),
        ("PatientName=VAN+DER", ["00100010"], ["VAN DER"]),
        ("StudyInstanceUID=1.2,1.3", ["0020000D"], ["1.2", "1.3"]),
        ("StudyInstanceUID=1.2%5C1.3", ["0020000D"], ["1.2", "1.3"]),
        ("StudyDescription=a,b", ["00081030"], ["a,b"]),
        ("RequestAttributesSequence.ScheduledProcedureStepID=7", ["00400275", "00400009"], ["7"]),
        ("00400275.00400009=7", ["00400275", "00400009"], ["7"]),
        ("ModalitiesInStudy=CT,MR", ["00080061"], ["CT", "MR"]),
        ("ModalitiesInStudy=CT&ModalitiesInStudy=MR", ["00080061"], ["CT", "MR"]),
        ("PatientID=%22%22", ["00100020"], ["\"\""]),
        ("StudyDescription=", ["00081030"], []),
    ]

    @Test("Attributes by keyword, tag and path", arguments: keyCases)
    func keys(_ text: String, _ path: [String], _ values: [String]) throws {
        let keys = try SearchParameters(text, level: .series).query.keys
        #expect(keys.map { $0.path.map(\.hex) } == [path])
        #expect(keys.map(\.values) == [values])
    }

    @Test("What has no meaning is refused by name", arguments: [
        "Patient=1", "limit=-1", "limit=ten", "offset=1.5", "fuzzymatching=perhaps", "includefield=Nonsense", "0010002=1", "..=1",
        "limit=1&limit=2", "orderby=Nonsense", "orderby=PixelData", "TimezoneOffsetFromUTC=noon", "cursor=t00.i1&offset=3", "includecount=yes", "page=2",
    ])
    func refused(_ text: String) {
        #expect(throws: HTTPFailure.self) { try SearchParameters(text, level: .study) }
    }

    @Test("Fields of the answers by keyword, tag and path")
    func fields() throws {
        let query = try SearchParameters("includefield=00081030,ProtocolName&includefield=RequestAttributesSequence.ScheduledProcedureStepID", level: .series).query
        let paths = query.answeredPaths
        #expect(paths.contains([Tag(0x0008, 0x1030)]) && paths.contains([Tag(0x0018, 0x1030)]))
        #expect(paths.contains([Tag(0x0040, 0x0275), Tag(0x0040, 0x0009)]))
    }

    @Test("Orders", arguments: [
        ("-StudyDate,PatientName", ["00080020": false, "00100010": true]), ("00100020", ["00100020": true]),
    ])
    func orders(_ text: String, _ expected: [String: Bool]) throws {
        let sort = try SearchParameters("orderby=\(text)", level: .study).query.sort
        #expect(Dictionary(uniqueKeysWithValues: sort.map { ($0.tag.hex, $0.isAscending) }) == expected)
    }

    @Test("A zone of time, its plus escaped or not", arguments: [("%2B0100", 60), ("+0100", 60), ("-0330", -210)])
    func zones(_ text: String, _ minutes: Int) throws {
        #expect(try SearchParameters("TimezoneOffsetFromUTC=\(text)", level: .study).query.timezone == minutes)
    }

    @Test("A patient of a path is an ID, or an ID and its issuer")
    func patients() throws {
        var parameters = try SearchParameters("", level: .study)
        parameters.within(patient: "4711^^^West&1.2&ISO")
        #expect(parameters.keys.map(\.values) == [["4711"], ["West"]])
    }

    @Test("Lines of values as RFC 4180 has them, and nothing that a spreadsheet would carry out")
    func table() throws {
        let query = try SearchParameters("includefield=StudyDescription", level: .study).query
        let table = SearchTable(query)
        var answer = DataSet()
        answer.set(DataElement(.studyDescription, .LO, "=cmd|' /C calc'!A0, \"quoted\""))
        answer.set(DataElement(.patientID, .LO, "-12"))
        answer.set(DataElement(.numberOfStudyRelatedInstances, .IS, integers: [3]))
        let columns = table.header.trimmingCharacters(in: .newlines).split(separator: ",").map(String.init)
        #expect(columns.contains("PatientName") && columns.contains("RetrieveURL") && !columns.contains("SpecificCharacterSet"))
        let row = table.row(answer)
        #expect(row.contains("\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\""))
        #expect(row.contains(",-12,") && row.hasSuffix("\r\n") && row.contains("3"))
    }

    @Test("A limit above ours is ours")
    func limit() throws {
        #expect(try SearchParameters("limit=1000000&offset=7", level: .study).query.limit == Query.largestLimit)
        #expect(try SearchParameters("limit=1000000&offset=7", level: .study).query.offset == 7)
    }
}
