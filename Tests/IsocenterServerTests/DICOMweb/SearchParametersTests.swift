import Archive
import DICOM
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
    ]

    @Test("Attributes by keyword, tag and path", arguments: keyCases)
    func keys(_ text: String, _ path: [String], _ values: [String]) throws {
        let keys = try SearchParameters(text, level: .series).query.keys
        #expect(keys.map { $0.path.map(\.hex) } == [path])
        #expect(keys.map(\.values) == [values])
    }

    @Test("What has no meaning is refused by name", arguments: [
        "Patient=1", "limit=-1", "limit=ten", "offset=1.5", "fuzzymatching=perhaps", "includefield=Nonsense", "0010002=1", "..=1",
    ])
    func refused(_ text: String) {
        #expect(throws: HTTPFailure.self) { try SearchParameters(text, level: .study) }
    }

    @Test("A limit above ours is ours")
    func limit() throws {
        #expect(try SearchParameters("limit=1000000&offset=7", level: .study).query.limit == Query.largestLimit)
        #expect(try SearchParameters("limit=1000000&offset=7", level: .study).query.offset == 7)
    }
}
