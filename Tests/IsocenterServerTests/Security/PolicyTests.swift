import Archive
import Testing
import Workflow

@testable import IsocenterServer

@Suite("The one policy point")
struct PolicyTests {
    static let cases: [(Role, Action, Bool)] = [
        (.administrator, Action.read, true), (.administrator, .store, true), (.administrator, .administer, true), (.administrator, .verify, true),
        (.administrator, .query, true), (.user, .query, true), (.user, .retrieve, true), (.user, .commit, true),
        (.user, .read, true), (.user, .store, true), (.user, .administer, false), (.user, .manageAccounts, false), (.administrator, .manageAccounts, true), (.node, .manageAccounts, false), (.user, .verify, true),
        (.node, .read, false), (.node, .store, false), (.node, .query, false), (.node, .administer, false), (.node, .verify, true),
    ]

    @Test("Who may do what; a node nothing that it was not granted", arguments: cases)
    func table(_ role: Role, _ action: Action, _ allowed: Bool) {
        let principal = Principal(kind: role == .node ? .peer : .user, name: "x", role: role)
        #expect((Policy.access(of: principal, for: action) != nil) == allowed)
    }

    @Test("A grant narrows and never widens; without a second factor that is asked for nothing goes", arguments: [Role.administrator, .user], Action.allCases)
    func grant(_ role: Role, _ granted: Action) throws {
        var principal = Principal(kind: .user, name: "x", role: role)
        let free = principal
        principal.grant = Grant(actions: [granted], view: try Access(view: ["Modality=CT"]))
        for action in Action.allCases {
            let (before, after) = (Policy.access(of: free, for: action), Policy.access(of: principal, for: action))
            #expect((after != nil) == (before != nil && (action == granted && action != .manageAccounts || action == .verify)), "\(action)")
            #expect(after?.isEverything != true)
        }
        principal.grant = nil
        principal.lacksSecondFactor = true
        for action in Action.allCases { #expect(Policy.access(of: principal, for: action) == nil) }
    }

    static let services: [(Peer.Service, Action)] = [(.store, .store), (.query, .query), (.retrieve, .retrieve), (.commit, .commit)]

    @Test("A node may what it was granted and no more, whoever speaks through it", arguments: services, [Role.node, .user, .administrator])
    func grants(_ service: (granted: Peer.Service, action: Action), _ role: Role) throws {
        let view = try Access(view: ["Modality=CT"])
        let principal = Principal(kind: .peer, name: "x", role: role, node: .init(services: [service.granted], view: view))
        for action in Action.allCases {
            let access = Policy.access(of: principal, for: action)
            #expect((access != nil) == (action == service.action || action == .verify), "\(action)")
            #expect(access?.isEverything != true)
        }
    }
}
