/// PS3.7 Annex E: command elements and commands.
enum CommandTable {
    /// Table E.1-1 and, marked RET, E.2-1: element of group 0000, VR, VM, keyword.
    static let elements = """
        0000  UL  1    CommandGroupLength                         -
        0001  UL  1    CommandLengthToEnd                         RET
        0002  UI  1    AffectedSOPClassUID                        -
        0003  UI  1    RequestedSOPClassUID                       -
        0010  SH  1    CommandRecognitionCode                     RET
        0100  US  1    CommandField                               -
        0110  US  1    MessageID                                  -
        0120  US  1    MessageIDBeingRespondedTo                  -
        0200  AE  1    Initiator                                  RET
        0300  AE  1    Receiver                                   RET
        0400  AE  1    FindLocation                               RET
        0600  AE  1    MoveDestination                            -
        0700  US  1    Priority                                   -
        0800  US  1    CommandDataSetType                         -
        0850  US  1    NumberOfMatches                            RET
        0860  US  1    ResponseSequenceNumber                     RET
        0900  US  1    Status                                     -
        0901  AT  1-n  OffendingElement                           -
        0902  LO  1    ErrorComment                               -
        0903  US  1    ErrorID                                    -
        1000  UI  1    AffectedSOPInstanceUID                     -
        1001  UI  1    RequestedSOPInstanceUID                    -
        1002  US  1    EventTypeID                                -
        1005  AT  1-n  AttributeIdentifierList                    -
        1008  US  1    ActionTypeID                               -
        1020  US  1    NumberOfRemainingSuboperations             -
        1021  US  1    NumberOfCompletedSuboperations             -
        1022  US  1    NumberOfFailedSuboperations                -
        1023  US  1    NumberOfWarningSuboperations               -
        1030  AE  1    MoveOriginatorApplicationEntityTitle       -
        1031  US  1    MoveOriginatorMessageID                    -
        4000  LT  1    DialogReceiver                             RET
        4010  LT  1    TerminalType                               RET
        5010  SH  1    MessageSetID                               RET
        5020  SH  1    EndMessageID                               RET
        5110  LT  1    DisplayFormat                              RET
        5120  LT  1    PagePositionID                             RET
        5130  CS  1    TextFormatID                               RET
        5140  CS  1    NormalReverse                              RET
        5150  CS  1    AddGrayScale                               RET
        5160  CS  1    Borders                                    RET
        5170  IS  1    Copies                                     RET
        5180  CS  1    CommandMagnificationType                   RET
        5190  CS  1    Erase                                      RET
        51A0  CS  1    Print                                      RET
        51B0  US  1-n  Overlays                                   RET
        """

    /// Table E.1-1 (0000,0100): command field and message; whether a data set follows (PS3.7 §9.3, §10.3); elements without
    /// which the message means nothing.
    static let commands = """
        0001  C-STORE-RQ          yes  AffectedSOPClassUID MessageID Priority AffectedSOPInstanceUID
        8001  C-STORE-RSP         no   MessageIDBeingRespondedTo Status
        0010  C-GET-RQ            yes  AffectedSOPClassUID MessageID Priority
        8010  C-GET-RSP           may  MessageIDBeingRespondedTo Status
        0020  C-FIND-RQ           yes  AffectedSOPClassUID MessageID Priority
        8020  C-FIND-RSP          may  MessageIDBeingRespondedTo Status
        0021  C-MOVE-RQ           yes  AffectedSOPClassUID MessageID Priority MoveDestination
        8021  C-MOVE-RSP          may  MessageIDBeingRespondedTo Status
        0030  C-ECHO-RQ           no   AffectedSOPClassUID MessageID
        8030  C-ECHO-RSP          no   MessageIDBeingRespondedTo Status
        0100  N-EVENT-REPORT-RQ   may  AffectedSOPClassUID MessageID AffectedSOPInstanceUID EventTypeID
        8100  N-EVENT-REPORT-RSP  may  MessageIDBeingRespondedTo Status
        0110  N-GET-RQ            no   RequestedSOPClassUID MessageID RequestedSOPInstanceUID
        8110  N-GET-RSP           may  MessageIDBeingRespondedTo Status
        0120  N-SET-RQ            yes  RequestedSOPClassUID MessageID RequestedSOPInstanceUID
        8120  N-SET-RSP           may  MessageIDBeingRespondedTo Status
        0130  N-ACTION-RQ         may  RequestedSOPClassUID MessageID RequestedSOPInstanceUID ActionTypeID
        8130  N-ACTION-RSP        may  MessageIDBeingRespondedTo Status
        0140  N-CREATE-RQ         may  AffectedSOPClassUID MessageID
        8140  N-CREATE-RSP        may  MessageIDBeingRespondedTo Status
        0150  N-DELETE-RQ         no   RequestedSOPClassUID MessageID RequestedSOPInstanceUID
        8150  N-DELETE-RSP        no   MessageIDBeingRespondedTo Status
        0FFF  C-CANCEL-RQ         no   MessageIDBeingRespondedTo
        """

    struct Element: Sendable {
        let number: UInt16
        let vr: String
        let keyword: String
    }

    struct Command: Sendable {
        enum DataSetRule: String, Sendable { case yes, no, may }
        let name: String
        let dataSet: DataSetRule
        let required: [CommandElement]
    }

    static func element(_ number: UInt16) -> Element? { elementsByNumber[number] }
    static func command(_ field: CommandField) -> Command? { commandsByField[field] }

    private static let elementsByNumber: [UInt16: Element] = Dictionary(
        elements.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 5, let number = UInt16(fields[0], radix: 16) else { return nil }
            return (number, Element(number: number, vr: String(fields[1]), keyword: String(fields[3])))
        },
        uniquingKeysWith: { first, _ in first }
    )

    private static let commandsByField: [CommandField: Command] = {
        let byKeyword = Dictionary(
            elementsByNumber.values.compactMap { element in
                CommandElement(rawValue: element.number).map { (element.keyword, $0) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        return Dictionary(
            commands.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: " ").map(String.init)
                guard fields.count > 3, let field = UInt16(fields[0], radix: 16).flatMap(CommandField.init(rawValue:)),
                      let rule = Command.DataSetRule(rawValue: fields[2])
                else { return nil }
                return (field, Command(name: fields[1], dataSet: rule, required: fields[3...].compactMap { byKeyword[$0] }))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }()
}

/// Command elements in use, by element number in group 0000 (PS3.7 Table E.1-1).
public enum CommandElement: UInt16, CaseIterable, Sendable {
    case commandGroupLength = 0x0000
    case affectedSOPClassUID = 0x0002
    case requestedSOPClassUID = 0x0003
    case commandField = 0x0100
    case messageID = 0x0110
    case messageIDBeingRespondedTo = 0x0120
    case moveDestination = 0x0600
    case priority = 0x0700
    case commandDataSetType = 0x0800
    case status = 0x0900
    case offendingElement = 0x0901
    case errorComment = 0x0902
    case errorID = 0x0903
    case affectedSOPInstanceUID = 0x1000
    case requestedSOPInstanceUID = 0x1001
    case eventTypeID = 0x1002
    case attributeIdentifierList = 0x1005
    case actionTypeID = 0x1008
    case numberOfRemainingSuboperations = 0x1020
    case numberOfCompletedSuboperations = 0x1021
    case numberOfFailedSuboperations = 0x1022
    case numberOfWarningSuboperations = 0x1023
    case moveOriginatorApplicationEntityTitle = 0x1030
    case moveOriginatorMessageID = 0x1031
}

/// Command Field (0000,0100), PS3.7 Table E.1-1.
public enum CommandField: UInt16, CaseIterable, Sendable {
    case cStoreRequest = 0x0001
    case cStoreResponse = 0x8001
    case cGetRequest = 0x0010
    case cGetResponse = 0x8010
    case cFindRequest = 0x0020
    case cFindResponse = 0x8020
    case cMoveRequest = 0x0021
    case cMoveResponse = 0x8021
    case cEchoRequest = 0x0030
    case cEchoResponse = 0x8030
    case nEventReportRequest = 0x0100
    case nEventReportResponse = 0x8100
    case nGetRequest = 0x0110
    case nGetResponse = 0x8110
    case nSetRequest = 0x0120
    case nSetResponse = 0x8120
    case nActionRequest = 0x0130
    case nActionResponse = 0x8130
    case nCreateRequest = 0x0140
    case nCreateResponse = 0x8140
    case nDeleteRequest = 0x0150
    case nDeleteResponse = 0x8150
    case cCancelRequest = 0x0FFF

    public var isRequest: Bool { rawValue & 0x8000 == 0 }
    /// The response to this request; nil for a response and for C-CANCEL, which has none.
    public var response: CommandField? {
        isRequest && self != .cCancelRequest ? CommandField(rawValue: rawValue | 0x8000) : nil
    }
}

extension CommandField: CustomStringConvertible {
    /// `C-STORE-RQ`
    public var description: String { CommandTable.command(self)?.name ?? hex(rawValue) }
}
