import DICOM

/// The answer to a store (PS3.18 §10.5.3, Annex I): what became of each instance. A pure value.
struct StoreAnswer: Sendable {
    private var outcomes: [String: RemoteOutcome] = [:]
    /// Of parts that it could not even name (Other Failures Sequence).
    private(set) var otherFailures: [UInt16] = []

    init(_ dataSet: DataSet) {
        for item in dataSet.items(.referencedSOPSequence) {
            guard let instance = item.string(.referencedSOPInstanceUID) else { continue }
            let warning = item.integer(Self.warningReason).flatMap { UInt16(exactly: $0) }
            outcomes[instance] = warning.map { $0 == 0 ? .stored : .warned($0) } ?? .stored
        }
        // Named as both, it has failed.
        for item in dataSet.items(.failedSOPSequence) {
            guard let instance = item.string(.referencedSOPInstanceUID) else { continue }
            outcomes[instance] = .refused(item.integer(.failureReason).flatMap { UInt16(exactly: $0) })
        }
        otherFailures = dataSet.items(Self.otherFailuresSequence).compactMap { $0.integer(.failureReason).flatMap { UInt16(exactly: $0) } }
    }

    func outcome(of instance: UID) -> RemoteOutcome { outcomes[instance.text] ?? .unmentioned }

    private static let warningReason = Tag(0x0008, 0x1196)
    private static let otherFailuresSequence = Tag(0x0008, 0x119A)
}
