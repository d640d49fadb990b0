import NIOCore
import Testing

@testable import DICOMNetwork

/// One of the 19 × 13 cells.
struct Cell: CustomTestStringConvertible, Sendable {
    let event: Int
    let state: Int
    let action: String?
    var testDescription: String { "Evt\(event) in Sta\(state): \(action ?? "empty")" }

    static let all: [Cell] = {
        var actions: [Int: [Int: String]] = [:]
        for line in table910.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 1)
            let event = number(fields[0])
            for entry in fields[1].split(separator: ";") {
                let parts = entry.split(separator: " ")
                let states = parts[0].split(separator: "-").map(number)
                for state in states[0]...states[states.count - 1] { actions[event, default: [:]][state] = String(parts[1]) }
            }
        }
        return (1...19).flatMap { event in (1...13).map { Cell(event: event, state: $0, action: actions[event]?[$0]) } }
    }()

    static func number(_ text: some StringProtocol) -> Int { Int(String(text.filter(\.isNumber))) ?? 0 }
}

/// Effects and next state of each action.
let actions: [String: (effects: [String], next: Int)] = Dictionary(
    uniqueKeysWithValues: actionTable.split(separator: "\n").map { line in
        let words = line.split(separator: " ")
        let effects = words.dropFirst().dropLast().joined(separator: " ").split(separator: ", ").map { String($0) }
        return (String(words[0]), (effects, Cell.number(words[words.count - 1])))
    }
)

@Suite("Upper layer protocol machine")
struct AssociationStateMachineTests {
    static let request = AssociateRequest(
        calledAETitle: AETitle("A"), callingAETitle: AETitle("B"), presentationContexts: [], userInformation: .init()
    )
    static let accept = AssociateAccept(
        calledAETitle: AETitle("A"), callingAETitle: AETitle("B"), presentationContexts: [], userInformation: .init()
    )

    private func event(_ number: Int) -> AssociationStateMachine.Event {
        switch number {
        case 1: .associateRequest(Self.request)
        case 2: .transportConnected
        case 3: .pdu(.associateAccept(Self.accept))
        case 4: .pdu(.associateReject(.noReason))
        case 5: .transportIndication
        case 6: .pdu(.associateRequest(Self.request))
        case 7: .accept(Self.accept)
        case 8: .reject(.noReason)
        case 9: .dataRequest(ByteBuffer(bytes: [1]))
        case 10: .data(data([1]))
        case 11: .releaseRequest
        case 12: .pdu(.releaseRequest)
        case 13: .pdu(.releaseResponse)
        case 14: .releaseResponse
        case 15: .abortRequest
        case 16: .pdu(.abort(.serviceUser))
        case 17: .transportClosed
        case 18: .artimExpired
        default: .invalidPDU(.unrecognizedPDU)
        }
    }

    private func name(_ effect: AssociationStateMachine.Effect) -> String {
        switch effect {
        case .openTransport: "open"
        case .closeTransport: "close"
        case .send(.abort(let abort)): "send A-ABORT \(abort.source == 0 ? "user" : "provider")"
        case .send(let pdu): "send \(pdu.kind)"
        case .sendData: "send P-DATA-TF"
        case .startARTIM: "start ARTIM"
        case .stopARTIM: "stop ARTIM"
        case .indicate(.associate): "indicate associate"
        case .indicate(.accepted): "confirm accept"
        case .indicate(.rejected): "confirm reject"
        case .indicate(.data): "indicate P-DATA"
        case .indicate(.release): "indicate release"
        case .indicate(.releaseCollision): "indicate release collision"
        case .indicate(.released): "confirm release"
        case .indicate(.aborted): "indicate abort"
        case .indicate(.providerAborted): "indicate p-abort"
        }
    }

    @Test("Every cell of PS3.8 Table 9-10", arguments: Cell.all)
    func transition(cell: Cell) throws {
        let start = try #require(AssociationState(rawValue: cell.state))
        #expect(AssociationTable.action(event: cell.event, state: start)?.rawValue == cell.action)

        var machine = AssociationStateMachine(role: .requestor)
        // AE-2 sends what AE-1 was asked for.
        if cell.action == "AE-2" { _ = machine.handle(event(1)) } else { machine = AssociationStateMachine(role: .requestor, in: start) }
        let effects = machine.handle(event(cell.event)).map(name)
        if let action = cell.action {
            let expected = try #require(actions[action])
            #expect(effects == expected.effects)
            #expect(machine.state.rawValue == expected.next)
        } else {
            #expect(effects.isEmpty)
            #expect(machine.state == start)
        }
    }

    @Test func tablesAreComplete() {
        #expect(Cell.all.count == 247)
        #expect(Cell.all.filter { $0.action != nil }.count == 123)
        #expect(actions.count == 28)
        #expect(Set(actions.keys) == Set(AssociationTable.Action.allCases.map(\.rawValue)))
        #expect(AssociationTable.transitions.split(separator: "\n").count == 20)
    }

    @Test("AE-6 rejects another protocol version and what the listener has no room for")
    func notAcceptable() {
        var machine = AssociationStateMachine(role: .acceptor, in: .sta2)
        var request = Self.request
        request.protocolVersion = 2
        let rejected = machine.handle(.pdu(.associateRequest(request)))
        #expect(rejected == [.stopARTIM, .send(.associateReject(.protocolVersionNotSupported)), .startARTIM])
        #expect(machine.state == .sta13)

        machine = AssociationStateMachine(role: .acceptor, refusal: .localLimitExceeded, in: .sta2)
        let full = machine.handle(.pdu(.associateRequest(Self.request)))
        #expect(full == [.stopARTIM, .send(.associateReject(.localLimitExceeded)), .startARTIM])
        #expect(machine.state == .sta13)
    }

    @Test("Release collision, both sides to the end")
    func releaseCollision() {
        var requestor = AssociationStateMachine(role: .requestor, in: .sta6)
        #expect(requestor.handle(.releaseRequest) == [.send(.releaseRequest)])
        #expect(requestor.handle(.pdu(.releaseRequest)) == [.indicate(.releaseCollision)])
        #expect(requestor.state == .sta9)
        #expect(requestor.handle(.releaseResponse) == [.send(.releaseResponse)])
        #expect(requestor.handle(.pdu(.releaseResponse)) == [.indicate(.released), .closeTransport])
        #expect(requestor.state == .sta1)

        var acceptor = AssociationStateMachine(role: .acceptor, in: .sta6)
        #expect(acceptor.handle(.releaseRequest) == [.send(.releaseRequest)])
        #expect(acceptor.handle(.pdu(.releaseRequest)) == [.indicate(.releaseCollision)])
        #expect(acceptor.state == .sta10)
        #expect(acceptor.handle(.pdu(.releaseResponse)) == [.indicate(.released)])
        #expect(acceptor.state == .sta12)
        #expect(acceptor.handle(.releaseResponse) == [.send(.releaseResponse), .startARTIM])
        #expect(acceptor.handle(.transportClosed) == [.stopARTIM])
        #expect(acceptor.state == .sta1)
    }

    @Test("The reason of a provider's abort: unexpected PDU, or what is wrong with it")
    func reasons() {
        var machine = AssociationStateMachine(role: .acceptor, in: .sta6)
        #expect(machine.handle(.pdu(.releaseResponse)).first == .send(.abort(.serviceProvider(.unexpectedPDU))))
        machine = AssociationStateMachine(role: .acceptor, in: .sta6)
        #expect(machine.handle(.invalidPDU(.invalidParameterValue)).first == .send(.abort(.serviceProvider(.invalidParameterValue))))
    }
}
