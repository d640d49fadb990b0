/// PS3.8 §9.2: states, events, actions and the table that joins them, in the standard's own notation.
enum AssociationTable {
    /// Table 9-10. Columns are the states Sta1 to Sta13; `-` is an empty cell: the event cannot happen in that state.
    static let transitions = """
                1     2     3     4     5     6     7     8     9     10    11    12    13
        Evt1    AE-1  -     -     -     -     -     -     -     -     -     -     -     -
        Evt2    -     -     -     AE-2  -     -     -     -     -     -     -     -     -
        Evt3    -     AA-1  AA-8  -     AE-3  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
        Evt4    -     AA-1  AA-8  -     AE-4  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
        Evt5    AE-5  -     -     -     -     -     -     -     -     -     -     -     -
        Evt6    -     AE-6  AA-8  -     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
        Evt7    -     -     AE-7  -     -     -     -     -     -     -     -     -     -
        Evt8    -     -     AE-8  -     -     -     -     -     -     -     -     -     -
        Evt9    -     -     -     -     -     DT-1  -     AR-7  -     -     -     -     -
        Evt10   -     AA-1  AA-8  -     AA-8  DT-2  AR-6  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
        Evt11   -     -     -     -     -     AR-1  -     -     -     -     -     -     -
        Evt12   -     AA-1  AA-8  -     AA-8  AR-2  AR-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
        Evt13   -     AA-1  AA-8  -     AA-8  AA-8  AR-3  AA-8  AA-8  AR-10 AR-3  AA-8  AA-6
        Evt14   -     -     -     -     -     -     -     AR-4  AR-9  -     -     AR-4  -
        Evt15   -     -     AA-1  AA-2  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  -
        Evt16   -     AA-2  AA-3  -     AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-2
        Evt17   -     AA-5  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AR-5
        Evt18   -     AA-2  -     -     -     -     -     -     -     -     -     -     AA-2
        Evt19   -     AA-1  AA-8  -     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
        """

    /// Tables 9-6 to 9-9: action, next state, definition. AE-6 and AR-8 decide between two states.
    static let actions = """
        AE-1   4      Issue TRANSPORT CONNECT request primitive to local transport service
        AE-2   5      Send A-ASSOCIATE-RQ PDU
        AE-3   6      Issue A-ASSOCIATE confirmation (accept) primitive
        AE-4   1      Issue A-ASSOCIATE confirmation (reject) primitive and close transport connection
        AE-5   2      Issue transport connection response primitive; start ARTIM timer
        AE-6   3/13   Stop ARTIM timer; acceptable: issue A-ASSOCIATE indication; otherwise send A-ASSOCIATE-RJ PDU, start ARTIM timer
        AE-7   6      Send A-ASSOCIATE-AC PDU
        AE-8   13     Send A-ASSOCIATE-RJ PDU and start ARTIM timer
        DT-1   6      Send P-DATA-TF PDU
        DT-2   6      Send P-DATA indication primitive
        AR-1   7      Send A-RELEASE-RQ PDU
        AR-2   8      Issue A-RELEASE indication primitive
        AR-3   1      Issue A-RELEASE confirmation primitive and close transport connection
        AR-4   13     Issue A-RELEASE-RP PDU and start ARTIM timer
        AR-5   1      Stop ARTIM timer
        AR-6   7      Issue P-DATA indication
        AR-7   8      Issue P-DATA-TF PDU
        AR-8   9/10   Issue A-RELEASE indication (release collision); association-requestor: Sta9, otherwise Sta10
        AR-9   11     Send A-RELEASE-RP PDU
        AR-10  12     Issue A-RELEASE confirmation primitive
        AA-1   13     Send A-ABORT PDU (service-user source) and start (or restart) ARTIM timer
        AA-2   1      Stop ARTIM timer if running; close transport connection
        AA-3   1      Issue A-ABORT or A-P-ABORT indication, by who initiated it, and close transport connection
        AA-4   1      Issue A-P-ABORT indication primitive
        AA-5   1      Stop ARTIM timer
        AA-6   13     Ignore PDU
        AA-7   13     Send A-ABORT PDU
        AA-8   13     Send A-ABORT PDU (service-provider source), issue A-P-ABORT indication, start ARTIM timer
        """

    enum Action: String, CaseIterable, Sendable {
        case ae1 = "AE-1", ae2 = "AE-2", ae3 = "AE-3", ae4 = "AE-4", ae5 = "AE-5", ae6 = "AE-6", ae7 = "AE-7", ae8 = "AE-8"
        case dt1 = "DT-1", dt2 = "DT-2"
        case ar1 = "AR-1", ar2 = "AR-2", ar3 = "AR-3", ar4 = "AR-4", ar5 = "AR-5"
        case ar6 = "AR-6", ar7 = "AR-7", ar8 = "AR-8", ar9 = "AR-9", ar10 = "AR-10"
        case aa1 = "AA-1", aa2 = "AA-2", aa3 = "AA-3", aa4 = "AA-4", aa5 = "AA-5", aa6 = "AA-6", aa7 = "AA-7", aa8 = "AA-8"
    }

    /// nil where the cell is empty.
    static func action(event: Int, state: AssociationState) -> Action? { cells[(event - 1) * 13 + state.rawValue - 1] }

    /// One state, or the two between which the action decides.
    static func nextStates(_ action: Action) -> [AssociationState] { next[action] ?? [] }

    private static let cells: [Action?] = transitions.split(separator: "\n").dropFirst().flatMap { line in
        line.split(separator: " ").dropFirst().map { Action(rawValue: String($0)) }
    }

    private static let next: [Action: [AssociationState]] = Dictionary(
        actions.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 2)
            guard fields.count == 3, let action = Action(rawValue: String(fields[0])) else { return nil }
            return (action, fields[1].split(separator: "/").compactMap { Int($0).flatMap(AssociationState.init(rawValue:)) })
        },
        uniquingKeysWith: { first, _ in first }
    )
}

/// PS3.8 Tables 9-1 to 9-5.
enum AssociationState: Int, CaseIterable, Sendable {
    /// Idle.
    case sta1 = 1
    /// Transport connection open (awaiting A-ASSOCIATE-RQ PDU).
    case sta2
    /// Awaiting local A-ASSOCIATE response primitive.
    case sta3
    /// Awaiting transport connection opening to complete.
    case sta4
    /// Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ PDU.
    case sta5
    /// Association established and ready for data transfer.
    case sta6
    /// Awaiting A-RELEASE-RP PDU.
    case sta7
    /// Awaiting local A-RELEASE response primitive.
    case sta8
    /// Release collision, requestor side; awaiting A-RELEASE response primitive.
    case sta9
    /// Release collision, acceptor side; awaiting A-RELEASE-RP PDU.
    case sta10
    /// Release collision, requestor side; awaiting A-RELEASE-RP PDU.
    case sta11
    /// Release collision, acceptor side; awaiting A-RELEASE response primitive.
    case sta12
    /// Awaiting transport connection close indication (association no longer exists).
    case sta13
}
