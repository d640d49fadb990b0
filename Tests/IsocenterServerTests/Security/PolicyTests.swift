import Testing

@testable import IsocenterServer

@Suite("The one policy point")
struct PolicyTests {
    static let cases: [(Role, Action, Bool)] = [
        (.administrator, Action.read, true), (.administrator, .store, true), (.administrator, .administer, true), (.administrator, .verify, true),
        (.user, .read, true), (.user, .store, true), (.user, .administer, false), (.user, .verify, true),
        (.node, .read, false), (.node, .store, true), (.node, .administer, false), (.node, .verify, true),
    ]

    @Test("Who may do what", arguments: cases)
    func table(_ role: Role, _ action: Action, _ allowed: Bool) {
        let principal = Principal(kind: role == .node ? .peer : .user, name: "x", role: role)
        #expect((Policy.access(of: principal, for: action) != nil) == allowed)
    }
}
