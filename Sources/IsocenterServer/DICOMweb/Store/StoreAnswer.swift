import Archive
import DICOM
import HTTPTypes
import Hummingbird

/// What became of the instances of a store request (PS3.18 §10.5.3, Annex I).
struct StoreAnswer {
    enum Result {
        case outcome(StoreOutcome)
        /// With the UIDs it said it has, where it got that far.
        case failed((sopClass: UID, sopInstance: UID)?, ArchiveError)
    }

    var results: [Result]
    /// `http://host/dicom-web`
    var root: String

    func response(as type: DataSetAnswer) throws -> Response {
        var referenced: [DataSet] = [], failed: [DataSet] = [], others: [DataSet] = []
        var studies = Set<UID>()
        for result in results {
            switch result {
            case .outcome(let outcome):
                if case .conflict = outcome.result {
                    failed.append(Self.failure(outcome.sopClass, outcome.sopInstance, 0x0111, "another object has this SOP Instance UID and is kept"))
                } else {
                    studies.insert(outcome.study)
                    referenced.append(reference(outcome))
                }
            case .failed(let named?, let error):
                failed.append(Self.failure(named.sopClass, named.sopInstance, error.failureReason, error.message))
            case .failed(nil, let error):
                others.append(DataSet(Self.reason(error.failureReason, error.message)))
            }
        }
        var answer = DataSet()
        if studies.count == 1, let study = studies.first {
            answer.set(DataElement(.retrieveURL, .UR, "\(root)/studies/\(study)"))
        }
        if !failed.isEmpty { answer.set(DataElement(.failedSOPSequence, items: failed)) }
        if !referenced.isEmpty { answer.set(DataElement(.referencedSOPSequence, items: referenced)) }
        if !others.isEmpty { answer.set(DataElement(.otherFailuresSequence, items: others)) }
        return try type.response(answer, status: status(stored: referenced.count))
    }

    /// 200 where all were stored as they are, 202 where something is to be told, 409 where none was (PS3.18 Table 10.5.3-1).
    private func status(stored: Int) -> HTTPResponse.Status {
        if stored == results.count { return .ok }
        if stored > 0 { return .accepted }
        let isFull = results.allSatisfy { if case .failed(_, let error) = $0 { error.code == .outOfResources || error.code == .storageFailed } else { false } }
        return isFull ? .serviceUnavailable : .conflict
    }

    private func reference(_ outcome: StoreOutcome) -> DataSet {
        let url = "\(root)/studies/\(outcome.study)/series/\(outcome.series)/instances/\(outcome.sopInstance)"
        return DataSet([
            DataElement(.referencedSOPClassUID, uid: outcome.sopClass),
            DataElement(.referencedSOPInstanceUID, uid: outcome.sopInstance),
            DataElement(.retrieveURL, .UR, url),
        ])
    }

    private static func failure(_ sopClass: UID, _ instance: UID, _ reason: Int, _ words: String) -> DataSet {
        DataSet([DataElement(.referencedSOPClassUID, uid: sopClass), DataElement(.referencedSOPInstanceUID, uid: instance)] + Self.reason(reason, words))
    }

    private static func reason(_ reason: Int, _ words: String) -> [DataElement] {
        [
            DataElement(.failureReason, .US, integers: [reason]),
            DataElement(.failedAttributesSequence, items: [DataSet([DataElement(.errorComment, .LO, words)])]),
        ]
    }
}

extension ArchiveError {
    /// Failure Reason (0008,1197): the statuses of C-STORE (PS3.18 Table I.2-2).
    var failureReason: Int { Int(status.rawValue) }
}

extension Tag {
    static let otherFailuresSequence = Tag(0x0008, 0x119A)
    static let failedAttributesSequence = Tag(0x0074, 0x1048)
    static let errorComment = Tag(0x0000, 0x0902)
}
