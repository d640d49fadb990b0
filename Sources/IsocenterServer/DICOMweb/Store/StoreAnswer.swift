import Archive
import DICOM
import HTTPTypes
import Hummingbird

/// What became of the instances of a store request (PS3.18 §10.5.3, Annex I).
struct StoreAnswer {
    enum Result: Sendable {
        case outcome(StoreOutcome, StoreWarning?)
        /// With the UIDs it said it has, where it got that far.
        case failed((sopClass: UID?, sopInstance: UID)?, StoreFailure)
    }

    var results: [Result]
    /// `http://host/dicom-web`
    var root: String

    var dataSet: DataSet {
        var referenced: [DataSet] = [], failed: [DataSet] = [], others: [DataSet] = []
        var studies = Set<UID>()
        for result in results {
            switch result {
            case .outcome(let outcome, let warning):
                if let failure = outcome.failure {
                    failed.append(Self.failure(outcome.sopClass, outcome.sopInstance, failure))
                } else {
                    if outcome.nonPatient == nil { studies.insert(outcome.study) }
                    referenced.append(reference(outcome, warning))
                }
            case .failed(let named?, let failure): failed.append(Self.failure(named.sopClass, named.sopInstance, failure))
            case .failed(nil, let failure): others.append(DataSet(Self.reason(failure)))
            }
        }
        var answer = DataSet()
        if studies.count == 1, let study = studies.first {
            answer.set(DataElement(.retrieveURL, .UR, "\(root)/studies/\(study)"))
        }
        if !failed.isEmpty { answer.set(DataElement(.failedSOPSequence, items: failed)) }
        if !referenced.isEmpty { answer.set(DataElement(.referencedSOPSequence, items: referenced)) }
        if !others.isEmpty { answer.set(DataElement(.otherFailuresSequence, items: others)) }
        return answer
    }

    /// 200 where all were stored as they are, 202 where something is to be told, 409 where none was (PS3.18 Table 10.5.3-1).
    var status: HTTPResponse.Status {
        var stored = 0, warned = 0
        for case .outcome(let outcome, let warning) in results where outcome.failure == nil {
            stored += 1
            if warning != nil { warned += 1 }
        }
        if stored == results.count, warned == 0 { return .ok }
        if stored > 0 { return .accepted }
        let isOfTheServer = results.allSatisfy { if case .failed(_, let failure) = $0 { failure.isOfTheServer } else { false } }
        return isOfTheServer ? .serviceUnavailable : .conflict
    }

    var headers: HTTPFields {
        var headers = HTTPFields()
        if status == .serviceUnavailable { headers[.retryAfter] = "60" }
        return headers
    }

    private func reference(_ outcome: StoreOutcome, _ warning: StoreWarning?) -> DataSet {
        let url = outcome.nonPatient.map { "\(root)/\($0.rawValue)/\(outcome.sopInstance)" }
            ?? "\(root)/studies/\(outcome.study)/series/\(outcome.series)/instances/\(outcome.sopInstance)"
        var reference = DataSet([
            DataElement(.referencedSOPClassUID, uid: outcome.sopClass),
            DataElement(.referencedSOPInstanceUID, uid: outcome.sopInstance),
            DataElement(.retrieveURL, .UR, url),
        ])
        if let warning {
            reference.set(DataElement(.warningReason, .US, integers: [warning.reason]))
            if !warning.attributes.isEmpty { reference.set(DataElement(.failedAttributesSequence, items: warning.attributes.map(Self.item))) }
        }
        return reference
    }

    private static func failure(_ sopClass: UID?, _ instance: UID, _ failure: StoreFailure) -> DataSet {
        DataSet((sopClass.map { [DataElement(.referencedSOPClassUID, uid: $0)] } ?? []) + [DataElement(.referencedSOPInstanceUID, uid: instance)] + reason(failure))
    }

    private static func reason(_ failure: StoreFailure) -> [DataElement] {
        let items = failure.attributes.isEmpty ? [DataSet([DataElement(.errorComment, .LO, failure.words)])] : failure.attributes.map(item)
        return [
            DataElement(.failureReason, .US, integers: [failure.reason]),
            DataElement(.failedAttributesSequence, items: items),
        ]
    }

    /// Which attribute it is about (PS3.3 Table 10-20), and what with it.
    private static func item(_ attribute: StoreFailure.Attribute) -> DataSet {
        var item = DataSet([DataElement(.errorComment, .LO, attribute.words), DataElement(.selectorAttribute, .AT, tags: [attribute.path.tag])])
        let steps = attribute.path.steps
        if !steps.isEmpty {
            item.set(DataElement(.selectorSequencePointer, .AT, tags: steps.map(\.sequence)))
            item.set(DataElement(.selectorSequencePointerItems, .IS, strings: steps.map { "\($0.item + 1)" }))
        }
        return item
    }
}

extension StoreOutcome {
    /// nil where it was kept.
    var failure: StoreFailure? {
        if case .conflict = result { StoreFailure(StoreFailure.duplicateInstance, "another object has this SOP Instance UID and is kept") } else { nil }
    }

    /// What bent the rules and was read all the same.
    var warning: StoreWarning? {
        guard !warnings.isEmpty else { return nil }
        return StoreWarning(reason: StoreWarning.dataSetDoesNotMatchSOPClass, attributes: warnings.prefix(64).compactMap { warning in
            warning.path.last.map { tag in
                StoreFailure.Attribute(path: ElementPath(warning.path.dropLast().map { ElementPath.Step($0, item: 0) }, tag), words: warning.message)
            }
        })
    }
}

extension DataElement {
    init(_ tag: Tag, _ vr: VR, tags: [Tag]) {
        self.init(tag, vr, bytes: tags.flatMap { tag in
            [UInt8(truncatingIfNeeded: tag.group), UInt8(tag.group >> 8), UInt8(truncatingIfNeeded: tag.element), UInt8(tag.element >> 8)]
        })
    }
}

extension Tag {
    static let otherFailuresSequence = Tag(0x0008, 0x119A)
    static let failedAttributesSequence = Tag(0x0074, 0x1048)
    static let errorComment = Tag(0x0000, 0x0902)
    static let selectorAttribute = Tag(0x0072, 0x0026)
    static let selectorSequencePointer = Tag(0x0072, 0x0052)
    static let selectorSequencePointerItems = Tag(0x0074, 0x1057)
}
