import NIOCore

/// The upper layer protocol machine (PS3.8 §9.2) as a value: an event goes in, what is to be done comes out.
///
/// It knows neither sockets nor clocks. Which action an event causes is `AssociationTable`'s; what an action does is here.
struct AssociationStateMachine: Sendable {
    enum Role: Sendable { case requestor, acceptor }

    /// Numbers are those of Table 9-10.
    enum Event: Sendable {
        /// Evt1: A-ASSOCIATE request (local user).
        case associateRequest(AssociateRequest)
        /// Evt2.
        case transportConnected
        /// Evt5.
        case transportIndication
        /// Evt3, 4, 6, 12, 13, 16.
        case pdu(PDU)
        /// Evt7, Evt8: A-ASSOCIATE response (local user).
        case accept(AssociateAccept)
        case reject(AssociateReject)
        /// Evt9: P-DATA request; whole P-DATA-TF PDUs.
        case dataRequest(ByteBuffer)
        /// Evt10: P-DATA-TF, a piece of it.
        case data(PresentationDataValue)
        /// Evt11, Evt14: A-RELEASE request and response (local user).
        case releaseRequest, releaseResponse
        /// Evt15: A-ABORT request (local user).
        case abortRequest
        /// Evt17.
        case transportClosed
        /// Evt18.
        case artimExpired
        /// Evt19: unrecognized or invalid PDU.
        case invalidPDU(Abort.Reason)

        var number: Int {
            switch self {
            case .associateRequest: 1
            case .transportConnected: 2
            case .pdu(.associateAccept): 3
            case .pdu(.associateReject): 4
            case .transportIndication: 5
            case .pdu(.associateRequest): 6
            case .accept: 7
            case .reject: 8
            case .dataRequest: 9
            case .data, .pdu(.data): 10
            case .releaseRequest: 11
            case .pdu(.releaseRequest): 12
            case .pdu(.releaseResponse): 13
            case .releaseResponse: 14
            case .abortRequest: 15
            case .pdu(.abort): 16
            case .transportClosed: 17
            case .artimExpired: 18
            case .invalidPDU: 19
            }
        }
    }

    enum Effect: Equatable, Sendable {
        case openTransport, closeTransport
        case send(PDU)
        case sendData(ByteBuffer)
        case startARTIM, stopARTIM
        case indicate(Indication)
    }

    /// Indication and confirmation primitives towards the local user.
    enum Indication: Equatable, Sendable {
        case associate(AssociateRequest)
        case accepted(AssociateAccept)
        case rejected(AssociateReject)
        case data(PresentationDataValue)
        case release
        case releaseCollision
        case released
        case aborted(Abort)
        case providerAborted
    }

    let role: Role
    private(set) var state: AssociationState
    /// What AE-6 finds unacceptable whatever the request says: set where too many associations are open.
    private let refusal: AssociateReject?
    private var request: AssociateRequest?

    init(role: Role, refusal: AssociateReject? = nil, in state: AssociationState = .sta1) {
        self.role = role
        self.refusal = refusal
        self.state = state
    }

    /// Empty where the event cannot happen in this state (an empty cell); the state then stays.
    mutating func handle(_ event: Event) -> [Effect] {
        guard let action = AssociationTable.action(event: event.number, state: state) else { return [] }
        let next = AssociationTable.nextStates(action)
        if let only = next.first, next.count == 1 { state = only }
        return effects(of: action, event)
    }

    /// Tables 9-6 to 9-9.
    private mutating func effects(of action: AssociationTable.Action, _ event: Event) -> [Effect] {
        switch (action, event) {
        case (.ae1, .associateRequest(let request)):
            self.request = request
            return [.openTransport]
        case (.ae2, _):
            return request.map { [.send(.associateRequest($0))] } ?? []
        case (.ae3, .pdu(.associateAccept(let accept))):
            return [.indicate(.accepted(accept))]
        case (.ae4, .pdu(.associateReject(let reject))):
            return [.indicate(.rejected(reject)), .closeTransport]
        case (.ae5, _):
            return [.startARTIM]
        case (.ae6, .pdu(.associateRequest(let request))):
            let versionRefusal = request.protocolVersion & 1 == 1 ? nil : AssociateReject.protocolVersionNotSupported
            if let reject = refusal ?? versionRefusal {
                state = .sta13
                return [.stopARTIM, .send(.associateReject(reject)), .startARTIM]
            }
            state = .sta3
            return [.stopARTIM, .indicate(.associate(request))]
        case (.ae7, .accept(let accept)):
            return [.send(.associateAccept(accept))]
        case (.ae8, .reject(let reject)):
            return [.send(.associateReject(reject)), .startARTIM]

        case (.dt1, .dataRequest(let bytes)), (.ar7, .dataRequest(let bytes)):
            return [.sendData(bytes)]
        case (.dt2, .data(let value)), (.ar6, .data(let value)):
            return [.indicate(.data(value))]
        case (.dt2, .pdu(.data(let values))), (.ar6, .pdu(.data(let values))):
            return values.map { .indicate(.data($0)) }

        case (.ar1, _):
            return [.send(.releaseRequest)]
        case (.ar2, _):
            return [.indicate(.release)]
        case (.ar3, _):
            return [.indicate(.released), .closeTransport]
        case (.ar4, _):
            return [.send(.releaseResponse), .startARTIM]
        case (.ar5, _):
            return [.stopARTIM]
        case (.ar8, _):
            state = role == .requestor ? .sta9 : .sta10
            return [.indicate(.releaseCollision)]
        case (.ar9, _):
            return [.send(.releaseResponse)]
        case (.ar10, _):
            return [.indicate(.released)]

        case (.aa1, _):
            return [.send(.abort(.serviceUser)), .startARTIM]
        case (.aa2, _):
            return [.stopARTIM, .closeTransport]
        case (.aa3, .pdu(.abort(let abort))):
            return [.indicate(.aborted(abort)), .closeTransport]
        case (.aa4, _):
            return [.indicate(.providerAborted)]
        case (.aa5, _):
            return [.stopARTIM]
        case (.aa6, _):
            return []
        case (.aa7, _):
            return [.send(.abort(.serviceProvider(Self.reason(event))))]
        case (.aa8, _):
            return [.send(.abort(.serviceProvider(Self.reason(event)))), .indicate(.providerAborted), .startARTIM]

        default:
            return []  // An action with another event than its own: the table has no such cell, and a test walks every cell.
        }
    }

    private static func reason(_ event: Event) -> Abort.Reason {
        if case .invalidPDU(let reason) = event { reason } else { .unexpectedPDU }
    }
}
