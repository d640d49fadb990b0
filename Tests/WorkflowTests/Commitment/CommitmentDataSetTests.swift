import DICOM
import DICOMNetwork
import Testing
@testable import Workflow

struct CommitmentDataSetTests {
    static let (ct, mr) = (UID("1.2.840.10008.5.1.4.1.1.2")!, UID("1.2.840.10008.5.1.4.1.1.4")!)
    static let transaction = UID("1.2.3.4")!

    static func reference(_ number: Int, _ sopClass: UID = ct) -> SOPReference { SOPReference(sopClass: sopClass, sopInstance: UID("1.2.3.\(number)")!) }

    @Test func theUIDsAreThoseOfTheStandard() throws {
        #expect(UIDTable.entry(for: StorageCommitment.sopClass)?.name == "Storage Commitment Push Model SOP Class")
        #expect(UIDTable.entry(for: StorageCommitment.sopInstance)?.name == "Storage Commitment Push Model SOP Instance")
    }

    /// PS3.4 Table J.3-1: both attributes are type 1, and so are those of the items.
    struct BadRequest: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: UInt16
        var dataSet: DataSet
    }

    static var badRequests: [BadRequest] {
        let good = CommitmentRequest(transaction: transaction, references: [reference(1), reference(2)]).dataSet
        func with(_ change: (inout DataSet) -> Void) -> DataSet {
            var dataSet = good
            change(&dataSet)
            return dataSet
        }
        return [
            BadRequest(testDescription: "nothing", status: 0x0115, dataSet: DataSet()),
            BadRequest(testDescription: "no transaction", status: 0x0115, dataSet: with { $0[.transactionUID] = nil }),
            BadRequest(testDescription: "a transaction that is no UID", status: 0x0115, dataSet: with { $0.set(DataElement(.transactionUID, .UI, "1..2")) }),
            BadRequest(testDescription: "no references", status: 0x0115, dataSet: with { $0[.referencedSOPSequence] = nil }),
            BadRequest(testDescription: "an empty sequence", status: 0x0115, dataSet: with { $0.set(DataElement(.referencedSOPSequence, items: [])) }),
            BadRequest(testDescription: "an item without instance", status: 0x0115, dataSet: with {
                $0.set(DataElement(.referencedSOPSequence, items: [DataSet([DataElement(.referencedSOPClassUID, uid: ct)])]))
            }),
            BadRequest(testDescription: "an item with an instance that is no UID", status: 0x0115, dataSet: with {
                $0.set(DataElement(.referencedSOPSequence, items: [
                    DataSet([DataElement(.referencedSOPClassUID, uid: ct), DataElement(.referencedSOPInstanceUID, .UI, "../etc")]),
                ]))
            }),
            BadRequest(testDescription: "more than is taken at once", status: 0x0213, dataSet: with {
                let item = DataSet([DataElement(.referencedSOPClassUID, uid: ct)])
                $0.set(DataElement(.referencedSOPSequence, items: [DataSet](repeating: item, count: 100_001)))
            }),
        ]
    }

    @Test(arguments: badRequests) func aBadRequestIsRefusedByStatus(_ bad: BadRequest) {
        do throws(CommitmentFault) {
            _ = try CommitmentRequest(bad.dataSet)
            Issue.record("taken")
        } catch {
            #expect(error.status.rawValue == bad.status, "\(error)")
        }
    }

    @Test func aRequestReadsAsItWasWritten() throws {
        let request = CommitmentRequest(transaction: Self.transaction, references: [Self.reference(1), Self.reference(2, Self.mr)])
        #expect(try CommitmentRequest(request.dataSet) == request)
    }

    @Test func aReportReadsAsItWasWritten() throws {
        let good = CommitmentReport(transaction: Self.transaction, committed: [Self.reference(1)], failed: [], retrieveAETitle: "ISOCENTER")
        #expect(good.eventType == 1 && good.dataSet[.failedSOPSequence] == nil)
        #expect(try CommitmentReport(good.dataSet, eventType: 1) == good)
        let bad = CommitmentReport(transaction: Self.transaction, committed: [], failed: [.init(reference: Self.reference(1), reason: .noSuchObjectInstance)], retrieveAETitle: nil)
        #expect(bad.eventType == 2 && bad.dataSet[.referencedSOPSequence] == nil)
        #expect(bad.dataSet.items(.failedSOPSequence).first?.integer(.failureReason) == 0x0112)
        #expect(try CommitmentReport(bad.dataSet, eventType: 2) == bad)
    }

    @Test func anotherEventIsRefused() {
        let report = CommitmentReport(transaction: Self.transaction, committed: [], failed: [], retrieveAETitle: nil)
        #expect(throws: CommitmentFault(.noSuchEventType, "event type 3 where 1 and 2 are known")) { try CommitmentReport(report.dataSet, eventType: 3) }
        #expect(throws: CommitmentFault(.noSuchEventType, "event type absent where 1 and 2 are known")) { try CommitmentReport(report.dataSet, eventType: nil) }
    }

    @Test func whatAReportDoesNotPromiseIsNotCommitted() {
        let report = CommitmentReport(
            transaction: Self.transaction, committed: [Self.reference(1), Self.reference(2, Self.mr), Self.reference(3)],
            failed: [.init(reference: Self.reference(3), reason: .processingFailure)], retrieveAETitle: nil)
        #expect(report.results(for: [Self.reference(1), Self.reference(2), Self.reference(3), Self.reference(4)]) == [
            .committed,
            .failed(.classInstanceConflict, "reported as of SOP class \(Self.mr)"),
            .failed(.processingFailure, "processing failure"),
            .failed(.processingFailure, "the report does not mention it"),
        ])
    }
}
