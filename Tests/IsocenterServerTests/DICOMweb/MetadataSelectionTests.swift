import DICOM
import Testing

@testable import IsocenterServer

@Suite struct MetadataSelectionTests {
    private static let dataSet = DataSet([
        DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.sopInstanceUID, .UI, "1.2"), DataElement(.modality, .CS, "CT"),
        DataElement(Tag(0x0009, 0x0010), .LO, "ACME"), DataElement(Tag(0x0009, 0x1001), .LO, "x"), DataElement(Tag(0x0009, 0x1002), .LO, "y"),
        DataElement(.patientName, .PN, "Jé"),
        DataElement(.requestAttributesSequence, items: [
            DataSet([DataElement(.requestedProcedureID, .SH, "R"), DataElement(.scheduledProcedureStepID, .SH, "S"), DataElement(Tag(0x0009, 0x0010), .LO, "ACME")]),
        ]),
    ])

    static let cases: [(String, String)] = [
        ("includefield=Modality", "00080005 00080018 00080060"),
        ("includefield=00080060,PatientName", "00080005 00080018 00080060 00100010"),
        ("includefield=Modality&includefield=00100010", "00080005 00080018 00080060 00100010"),
        ("includefield=RequestAttributesSequence", "00080005 00080018 00400275(00090010 00400009 00401001)"),
        ("includefield=RequestAttributesSequence.RequestedProcedureID", "00080005 00080018 00400275(00401001)"),
        ("includefield=00400275.00401001%2C00400275", "00080005 00080018 00400275(00090010 00400009 00401001)"),
        ("includefield=00091001", "00080005 00080018 00090010 00091001"),
        ("excludeprivate=true", "00080005 00080018 00080060 00100010 00400275(00400009 00401001)"),
        ("excludeprivate=true&includefield=00091001,RequestAttributesSequence", "00080005 00080018 00400275(00400009 00401001)"),
        ("includefield=all&includefield=Modality", "00080005 00080018 00080060 00090010 00091001 00091002 00100010 00400275(00090010 00400009 00401001)"),
        ("excludeprivate=false&accept=application/json", "00080005 00080018 00080060 00090010 00091001 00091002 00100010 00400275(00090010 00400009 00401001)"),
    ]

    private static func tags(_ dataSet: DataSet) -> String {
        dataSet.elements.map { element in
            guard case .items(let items) = element.value else { return element.tag.hex }
            return element.tag.hex + "(" + items.items.map { tags($0.dataSet) }.joined(separator: ",") + ")"
        }.joined(separator: " ")
    }

    @Test("What is shown", arguments: cases.indices) func shown(index: Int) throws {
        let (query, expected) = Self.cases[index]
        #expect(Self.tags(try MetadataSelection(query).applied(to: Self.dataSet)) == expected)
    }

    @Test("What has no meaning is refused by name", arguments: [
        ("includefield=Nothing", "Nothing"), ("includefield=0008", "0008"), ("includefield=Modality.", "Modality."), ("fields=Modality", "fields"), ("excludeprivate=yes", "excludeprivate"),
    ])
    func refused(query: String, word: String) {
        #expect { try MetadataSelection(query) } throws: { error in
            (error as? HTTPFailure)?.status == .badRequest && (error as? HTTPFailure)?.message.contains(word) == true
        }
    }

    @Test func keysTellSelectionsApart() throws {
        let keys = try ["", "includefield=Modality", "includefield=PatientName", "excludeprivate=true", "includefield=00400275.00401001", "includefield=00400275,00401001"]
            .map { try MetadataSelection($0).key }
        #expect(Set(keys).count == keys.count)
        #expect(try MetadataSelection("includefield=Modality,PatientName").key == MetadataSelection("includefield=00100010&includefield=00080060").key)
    }
}
