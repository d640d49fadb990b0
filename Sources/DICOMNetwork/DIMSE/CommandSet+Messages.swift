import DICOM

extension CommandSet {
    // MARK: Fields that are read everywhere

    /// Of a request; 0 cannot be told from absent only in a response, which has none.
    public var messageID: UInt16 {
        get { self[number: .messageID] ?? 0 }
        set { self[number: .messageID] = newValue }
    }
    public var messageIDBeingRespondedTo: UInt16? { self[number: .messageIDBeingRespondedTo] }
    public var affectedSOPClassUID: UID? { self[uid: .affectedSOPClassUID] }
    public var affectedSOPInstanceUID: UID? { self[uid: .affectedSOPInstanceUID] }
    public var requestedSOPClassUID: UID? { self[uid: .requestedSOPClassUID] }
    public var requestedSOPInstanceUID: UID? { self[uid: .requestedSOPInstanceUID] }
    public var moveOriginatorAETitle: String? { self[text: .moveOriginatorApplicationEntityTitle] }
    public var status: DIMSEStatus? { self[number: .status].map(DIMSEStatus.init(rawValue:)) }
    public var errorComment: String? { self[text: .errorComment] }

    public var moveDestination: AETitle? { self[text: .moveDestination].flatMap { AETitle($0) } }
    /// Medium where the peer says nothing, or nothing known.
    public var priority: Priority { self[number: .priority].flatMap(Priority.init(rawValue:)) ?? .medium }
    public var actionTypeID: UInt16? { self[number: .actionTypeID] }
    public var eventTypeID: UInt16? { self[number: .eventTypeID] }
    /// Of N-GET: what is wanted; empty is everything.
    public var attributeIdentifiers: [Tag] { self[tags: .attributeIdentifierList] }

    public var offendingElements: [Tag] {
        get { self[tags: .offendingElement] }
        set { self[tags: .offendingElement] = newValue }
    }

    // MARK: Sub-operations of C-MOVE and C-GET (PS3.7 §9.1.3.1, §9.1.4.1)

    public var remainingSubOperations: UInt16? {
        get { self[number: .numberOfRemainingSuboperations] }
        set { self[number: .numberOfRemainingSuboperations] = newValue }
    }
    public var completedSubOperations: UInt16? {
        get { self[number: .numberOfCompletedSuboperations] }
        set { self[number: .numberOfCompletedSuboperations] = newValue }
    }
    public var failedSubOperations: UInt16? {
        get { self[number: .numberOfFailedSuboperations] }
        set { self[number: .numberOfFailedSuboperations] = newValue }
    }
    public var warningSubOperations: UInt16? {
        get { self[number: .numberOfWarningSuboperations] }
        set { self[number: .numberOfWarningSuboperations] = newValue }
    }

    // MARK: Responses

    /// The response to a request, with its SOP class and instance echoed (PS3.7 §9.3, §10.3).
    ///
    /// - Parameter comment: cut to the 64 characters of an LO; ASCII only, as a command set knows no character set.
    /// - Returns: nil for a response and for C-CANCEL-RQ, which are not answered.
    public func response(_ status: DIMSEStatus, comment: String? = nil, hasDataSet: Bool = false) -> CommandSet? {
        guard let answer = field.response else { return nil }
        var command = CommandSet(answer, hasDataSet: hasDataSet)
        command[number: .messageIDBeingRespondedTo] = messageID
        command[uid: .affectedSOPClassUID] = affectedSOPClassUID ?? requestedSOPClassUID
        command[uid: .affectedSOPInstanceUID] = affectedSOPInstanceUID ?? requestedSOPInstanceUID
        command[number: .eventTypeID] = self[number: .eventTypeID]
        command[number: .actionTypeID] = self[number: .actionTypeID]
        command[number: .status] = status.rawValue
        if let comment, status.category == .failure || status.category == .warning {
            let printable = comment.unicodeScalars.map { (0x20...0x7E).contains($0.value) && $0 != "\\" ? Character($0) : "?" }
            command[text: .errorComment] = String(printable.prefix(64))
        }
        return command
    }
}

extension UID {
    /// Well-formed by inspection; a test asserts it against the table.
    static let verificationSOPClass = UID("1.2.840.10008.1.1")!
    static let storageServiceClass = UID("1.2.840.10008.4.2")!
}
