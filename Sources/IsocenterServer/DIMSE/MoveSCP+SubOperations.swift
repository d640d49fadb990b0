import DICOM
import DICOMNetwork
import Workflow

/// What became of the C-STOREs of a C-MOVE or C-GET, and the responses that tell it (PS3.4 §C.4.2, §C.4.3).
struct SubOperations {
    let request: CommandSet
    let total: Int
    private(set) var completed = 0
    private(set) var warnings = 0
    private(set) var failed: [UID] = []
    /// Of the first that failed.
    private(set) var why: String?
    private var lastPending: ContinuousClock.Instant?

    /// The receiver, which the requestor named itself: an Error Comment has 64 characters.
    private let receiver: String

    init(_ request: CommandSet, total: Int, receiver: String = "") {
        self.request = request
        self.total = total
        self.receiver = receiver
    }

    /// Instances may come and go meanwhile: never less than nothing remains.
    var remaining: Int { max(0, total - completed - warnings - failed.count) }

    mutating func add(_ instance: UID, _ result: SendResult) {
        switch result {
        case .stored: completed += 1
        case .warned: warnings += 1
        case .refused, .failed:
            failed.append(instance)
            if why == nil { why = result.words.map { $0.hasPrefix("\(receiver): ") ? String($0.dropFirst(receiver.count + 2)) : $0 } }
        }
    }

    private static let interval: Duration = .milliseconds(100)

    /// A response while sub-operations continue: after the first, then at most ten a second, as each costs the requestor a message.
    mutating func pending() -> CommandSet? {
        let now = ContinuousClock.now
        guard remaining > 0, lastPending.map({ now - $0 >= Self.interval }) ?? true else { return nil }
        lastPending = now
        var response = request.response(.pending)
        response?[number: .numberOfRemainingSuboperations] = UInt16(clamping: remaining)
        counted(&response)
        return response
    }

    /// The last response, and its data set where something failed.
    func final(isCancelled: Bool) -> (response: CommandSet?, dataSet: DataSet?) {
        let isFailure = !failed.isEmpty && completed + warnings == 0
        let status: DIMSEStatus = isCancelled ? .cancel : isFailure ? .subOperationsNotPerformed : failed.isEmpty ? .success : .subOperationsFailed
        var response = request.response(status, comment: why, hasDataSet: !failed.isEmpty)
        if isCancelled { response?[number: .numberOfRemainingSuboperations] = UInt16(clamping: remaining) }
        counted(&response)
        guard !failed.isEmpty else { return (response, nil) }
        return (response, DataSet([DataElement(.failedSOPInstanceUIDList, .UI, strings: failed.map(\.text))]))
    }

    private func counted(_ response: inout CommandSet?) {
        response?[number: .numberOfCompletedSuboperations] = UInt16(clamping: completed)
        response?[number: .numberOfFailedSuboperations] = UInt16(clamping: failed.count)
        response?[number: .numberOfWarningSuboperations] = UInt16(clamping: warnings)
    }
}

extension DIMSEStatus {
    /// PS3.4 Tables C.4-2 and C.4-3.
    static let subOperationsFailed = DIMSEStatus(rawValue: 0xB000)
    static let subOperationsNotPerformed = DIMSEStatus(rawValue: 0xA702)
    static let matchesNotCounted = DIMSEStatus(rawValue: 0xA701)
    static let moveDestinationUnknown = DIMSEStatus(rawValue: 0xA801)
    static let identifierDoesNotMatch = DIMSEStatus(rawValue: 0xA900)
    static let framesNotExtracted = DIMSEStatus(rawValue: 0xAA02)
    static let unableToProcess = DIMSEStatus(rawValue: 0xC000)
}

extension Tag {
    static let failedSOPInstanceUIDList = Tag(0x0008, 0x0058)
}
