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

    // MARK: Requests (PS3.7 §9.3, §10.3)

    public enum Priority: UInt16, Sendable { case medium = 0, high = 1, low = 2 }

    /// Verification SOP class (PS3.4 §A.4).
    public static let verification = UID.verificationSOPClass

    public static func echoRequest(messageID: UInt16) -> CommandSet {
        var command = CommandSet(.cEchoRequest, hasDataSet: false)
        command[uid: .affectedSOPClassUID] = verification
        command.messageID = messageID
        return command
    }

    public static func storeRequest(
        messageID: UInt16, sopClass: UID, sopInstance: UID, priority: Priority = .medium,
        moveOriginator: (title: AETitle, messageID: UInt16)? = nil
    ) -> CommandSet {
        var command = CommandSet(.cStoreRequest, hasDataSet: true)
        command[uid: .affectedSOPClassUID] = sopClass
        command.messageID = messageID
        command[number: .priority] = priority.rawValue
        command[uid: .affectedSOPInstanceUID] = sopInstance
        if let moveOriginator {
            command[text: .moveOriginatorApplicationEntityTitle] = moveOriginator.title.text
            command[number: .moveOriginatorMessageID] = moveOriginator.messageID
        }
        return command
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
}
