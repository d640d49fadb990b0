import DICOM

/// Requests (PS3.7 §9.3, §10.3).
extension CommandSet {
    public enum Priority: UInt16, Sendable { case medium = 0, high = 1, low = 2 }

    /// Verification SOP class (PS3.4 §A.4).
    public static let verification = UID.verificationSOPClass

    // MARK: DIMSE-C

    public static func echoRequest(messageID: UInt16) -> CommandSet {
        CommandSet(.cEchoRequest, messageID, affected: verification, hasDataSet: false)
    }

    public static func storeRequest(
        messageID: UInt16, sopClass: UID, sopInstance: UID, priority: Priority = .medium,
        moveOriginator: (title: AETitle, messageID: UInt16)? = nil
    ) -> CommandSet {
        var command = CommandSet(.cStoreRequest, messageID, affected: sopClass, hasDataSet: true)
        command[number: .priority] = priority.rawValue
        command[uid: .affectedSOPInstanceUID] = sopInstance
        if let moveOriginator {
            command[text: .moveOriginatorApplicationEntityTitle] = moveOriginator.title.text
            command[number: .moveOriginatorMessageID] = moveOriginator.messageID
        }
        return command
    }

    public static func findRequest(messageID: UInt16, sopClass: UID, priority: Priority = .medium) -> CommandSet {
        query(.cFindRequest, messageID, sopClass, priority)
    }

    public static func moveRequest(messageID: UInt16, sopClass: UID, destination: AETitle, priority: Priority = .medium) -> CommandSet {
        var command = query(.cMoveRequest, messageID, sopClass, priority)
        command[text: .moveDestination] = destination.text
        return command
    }

    public static func getRequest(messageID: UInt16, sopClass: UID, priority: Priority = .medium) -> CommandSet {
        query(.cGetRequest, messageID, sopClass, priority)
    }

    /// C-CANCEL-RQ, for C-FIND, C-MOVE and C-GET.
    public static func cancelRequest(of messageID: UInt16) -> CommandSet {
        var command = CommandSet(.cCancelRequest, hasDataSet: false)
        command[number: .messageIDBeingRespondedTo] = messageID
        return command
    }

    private static func query(_ field: CommandField, _ messageID: UInt16, _ sopClass: UID, _ priority: Priority) -> CommandSet {
        var command = CommandSet(field, messageID, affected: sopClass, hasDataSet: true)
        command[number: .priority] = priority.rawValue
        return command
    }

    // MARK: DIMSE-N; message ID 0 until the request is sent

    public static func eventReportRequest(
        _ type: UInt16, messageID: UInt16 = 0, sopClass: UID, sopInstance: UID, hasDataSet: Bool
    ) -> CommandSet {
        var command = CommandSet(.nEventReportRequest, messageID, affected: sopClass, hasDataSet: hasDataSet)
        command[uid: .affectedSOPInstanceUID] = sopInstance
        command[number: .eventTypeID] = type
        return command
    }

    public static func actionRequest(
        _ type: UInt16, messageID: UInt16 = 0, sopClass: UID, sopInstance: UID, hasDataSet: Bool
    ) -> CommandSet {
        var command = CommandSet(.nActionRequest, messageID, requested: sopClass, sopInstance, hasDataSet: hasDataSet)
        command[number: .actionTypeID] = type
        return command
    }

    /// - Parameter sopInstance: nil leaves the choice to the provider.
    public static func createRequest(messageID: UInt16 = 0, sopClass: UID, sopInstance: UID?, hasDataSet: Bool) -> CommandSet {
        var command = CommandSet(.nCreateRequest, messageID, affected: sopClass, hasDataSet: hasDataSet)
        command[uid: .affectedSOPInstanceUID] = sopInstance
        return command
    }

    public static func setRequest(messageID: UInt16 = 0, sopClass: UID, sopInstance: UID) -> CommandSet {
        CommandSet(.nSetRequest, messageID, requested: sopClass, sopInstance, hasDataSet: true)
    }

    /// N-GET-RQ.
    /// - Parameter attributes: what is wanted; empty is everything.
    public static func attributesRequest(
        _ attributes: [Tag], messageID: UInt16 = 0, sopClass: UID, sopInstance: UID
    ) -> CommandSet {
        var command = CommandSet(.nGetRequest, messageID, requested: sopClass, sopInstance, hasDataSet: false)
        command[tags: .attributeIdentifierList] = attributes
        return command
    }

    public static func deleteRequest(messageID: UInt16 = 0, sopClass: UID, sopInstance: UID) -> CommandSet {
        CommandSet(.nDeleteRequest, messageID, requested: sopClass, sopInstance, hasDataSet: false)
    }

    private init(_ field: CommandField, _ messageID: UInt16, affected sopClass: UID, hasDataSet: Bool) {
        self.init(field, hasDataSet: hasDataSet)
        self[uid: .affectedSOPClassUID] = sopClass
        self.messageID = messageID
    }

    private init(_ field: CommandField, _ messageID: UInt16, requested sopClass: UID, _ sopInstance: UID, hasDataSet: Bool) {
        self.init(field, hasDataSet: hasDataSet)
        self[uid: .requestedSOPClassUID] = sopClass
        self[uid: .requestedSOPInstanceUID] = sopInstance
        self.messageID = messageID
    }
}
