import DICOM

/// Action Information of a request (PS3.4 Table J.3-1).
public struct CommitmentRequest: Sendable, Hashable {
    public var transaction: UID
    public var references: [SOPReference]

    public init(transaction: UID, references: [SOPReference]) {
        self.transaction = transaction
        self.references = references
    }

    /// - Throws: with 0115H, or 0213H where it names more objects than we take at once.
    public init(_ dataSet: DataSet) throws(CommitmentFault) {
        transaction = try Self.transaction(of: dataSet)
        let count = dataSet.itemCount(.referencedSOPSequence)
        guard count > 0 else { throw CommitmentFault(.invalidArgumentValue, "Referenced SOP Sequence (0008,1199) is absent or empty") }
        guard count <= StorageCommitment.mostReferences else {
            throw CommitmentFault(.resourceLimitation, "\(count) references where \(StorageCommitment.mostReferences) are the most")
        }
        references = try Self.references(in: dataSet, .referencedSOPSequence)
    }

    public var dataSet: DataSet {
        DataSet([DataElement(.transactionUID, uid: transaction), DataElement(.referencedSOPSequence, items: references.map(\.item))])
    }

    static func transaction(of dataSet: DataSet) throws(CommitmentFault) -> UID {
        guard let transaction = dataSet.uid(.transactionUID) else {
            throw CommitmentFault(.invalidArgumentValue, "Transaction UID (0008,1195) is absent or no UID")
        }
        return transaction
    }

    static func references(in dataSet: DataSet, _ sequence: Tag) throws(CommitmentFault) -> [SOPReference] {
        var references: [SOPReference] = []
        for (index, item) in dataSet.items(sequence).enumerated() {
            guard let sopClass = item.uid(.referencedSOPClassUID), let instance = item.uid(.referencedSOPInstanceUID) else {
                throw CommitmentFault(.invalidArgumentValue, "item \(index + 1) of \(sequence): SOP class or instance UID is absent or no UID")
            }
            references.append(SOPReference(sopClass: sopClass, sopInstance: instance))
        }
        return references
    }
}

/// Event Information of a report (PS3.4 Table J.3-2).
public struct CommitmentReport: Sendable, Hashable {
    public struct Failure: Sendable, Hashable {
        public var reference: SOPReference
        public var reason: FailureReason
    }

    public var transaction: UID
    public var committed: [SOPReference]
    public var failed: [Failure]
    /// Title from which the committed objects can be retrieved.
    public var retrieveAETitle: String?

    /// - Throws: with 0113H or 0115H.
    public init(_ dataSet: DataSet, eventType: UInt16?) throws(CommitmentFault) {
        guard eventType == StorageCommitment.successEvent || eventType == StorageCommitment.failuresExistEvent else {
            throw CommitmentFault(.noSuchEventType, "event type \(eventType.map(String.init) ?? "absent") where 1 and 2 are known")
        }
        transaction = try CommitmentRequest.transaction(of: dataSet)
        committed = try CommitmentRequest.references(in: dataSet, .referencedSOPSequence)
        let references = try CommitmentRequest.references(in: dataSet, .failedSOPSequence)
        failed = zip(references, dataSet.items(.failedSOPSequence)).map { reference, item in
            // A failure without its reason is one all the same.
            Failure(reference: reference, reason: FailureReason(rawValue: item.integer(.failureReason).flatMap { UInt16(exactly: $0) } ?? 0x0110))
        }
        retrieveAETitle = dataSet.string(.retrieveAETitle)
    }

    init(transaction: UID, committed: [SOPReference], failed: [Failure], retrieveAETitle: String?) {
        self.transaction = transaction
        self.committed = committed
        self.failed = failed
        self.retrieveAETitle = retrieveAETitle
    }

    var eventType: UInt16 { failed.isEmpty ? StorageCommitment.successEvent : StorageCommitment.failuresExistEvent }

    var dataSet: DataSet {
        var dataSet = DataSet([DataElement(.transactionUID, uid: transaction)])
        if let retrieveAETitle { dataSet.set(DataElement(.retrieveAETitle, .AE, retrieveAETitle)) }
        if !committed.isEmpty { dataSet.set(DataElement(.referencedSOPSequence, items: committed.map(\.item))) }
        if !failed.isEmpty {
            dataSet.set(DataElement(.failedSOPSequence, items: failed.map { failure in
                var item = failure.reference.item
                item.set(DataElement(.failureReason, .US, integers: [Int(failure.reason.rawValue)]))
                return item
            }))
        }
        return dataSet
    }

    /// What it says of one object that was asked for: what it does not mention is not committed.
    public func results(for references: [SOPReference]) -> [CommitmentResult] {
        let reasons = Dictionary(failed.map { ($0.reference.sopInstance, $0.reason) }) { first, _ in first }
        let kept = Dictionary(committed.map { ($0.sopInstance, $0.sopClass) }) { first, _ in first }
        return references.map { reference in
            if let reason = reasons[reference.sopInstance] { return .failed(reason, reason.words) }
            guard let sopClass = kept[reference.sopInstance] else { return .failed(.processingFailure, "the report does not mention it") }
            guard sopClass == reference.sopClass else { return .failed(.classInstanceConflict, "reported as of SOP class \(sopClass)") }
            return .committed
        }
    }
}

extension SOPReference {
    var item: DataSet { DataSet([DataElement(.referencedSOPClassUID, uid: sopClass), DataElement(.referencedSOPInstanceUID, uid: sopInstance)]) }
}
