import DICOM
import DICOMNetwork
import Database
import DatabaseFixtures
import Foundation
import Logging
import Testing
import Workflow

@testable import IsocenterServer

@Suite("Who may open an association", .everyEngine)
struct AssociationPolicyTests {
    private let database: any SQLDatabase

    init() throws {
        database = try Engine.current.makeDatabase()
    }

    private func policy(_ flags: [String: String] = [:], _ peers: [Peer] = [], titles: [ApplicationEntity] = []) async throws -> AssociationPolicy {
        let settings = try Settings(flags: flags.mapValues { ($0, "test") })
        let table = try await PeerTable(database)
        for peer in peers { try await table.set(peer) }
        for title in titles { try await table.set(title) }
        return AssociationPolicy(
            callers: KnownCallers(peers: table, settings: settings), services: ServiceTable(entries: Self.services), acceptsUnknownSOPClasses: true,
            identities: IdentityCheck(authenticator: Authenticator(accounts: try await Accounts(database), settings: settings)),
            strangers: StrangerLog(try await StrangerTable(database), logger: Logger(label: "test")))
    }

    private static let services: [ServiceEntry] = [
        ServiceEntry(sopClasses: { $0 == CommandSet.verification }, commands: [.cEchoRequest], needs: nil, transferSyntaxes: .littleEndian, service: VerificationSCP()),
        ServiceEntry(
            sopClasses: { SOPClassTable.isArchived($0) || UIDTable.entry(for: $0) == nil }, commands: [.cStoreRequest], needs: .store,
            transferSyntaxes: .proposersFirst, service: VerificationSCP()),
        ServiceEntry(sopClasses: { $0 == studyFind }, commands: [.cFindRequest], needs: .query, transferSyntaxes: .littleEndian, service: VerificationSCP()),
    ]

    private static let ct = UID("1.2.840.10008.5.1.4.1.1.2")!
    private static let studyFind = UID("1.2.840.10008.5.1.4.1.2.2.1")!
    private static let unknownClass = UID("1.2.826.0.1.3680043.9.9999.1")!

    private func request(_ calling: String, called: String = "ISOCENTER", _ classes: [UID] = []) -> AssociateRequest {
        AssociateRequest(
            calledAETitle: AETitle(called), callingAETitle: AETitle(calling),
            presentationContexts: classes.enumerated().map { index, uid in
                ProposedContext(id: UInt8(2 * index + 1), abstractSyntax: uid, transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid])
            },
            userInformation: UserInformation())
    }

    private func peer(_ name: String, _ title: String, _ change: (inout Peer) -> Void = { _ in }) -> Peer {
        var peer = Peer(name: name, aeTitle: title)
        change(&peer)
        return peer
    }

    private func at(_ host: String, _ port: Int = 1, tls: TLSSession? = nil) -> ConnectionInfo {
        ConnectionInfo(address: PeerAddress(host: host, port: port), tls: tls)
    }

    private func caller(of policy: AssociationPolicy, _ connection: ConnectionInfo) -> Caller? {
        policy.admissions.caller(at: connection.address, isSecure: connection.tls != nil)
    }

    // MARK: Callers

    static let callerCases: [(String, Bool, String, String, Bool)] = [
        ("", true, "ANY", "127.0.0.1", true), ("", true, "ANY", "::1", true), ("", false, "ANY", "127.0.0.1", false),
        ("", true, "CT1", "10.0.0.1", false), ("CT1", true, "CT1", "10.0.0.1", true), ("CT1@10.0.0.1", true, "CT1", "10.0.0.1", true),
        ("CT1@10.0.0.1", true, "CT1", "10.0.0.2", false), ("CT1@10.0.0.1", true, "MR1", "10.0.0.1", false),
        ("CT1@10.0.0.0/8", true, "CT1", "10.9.0.1", true), ("CT1@10.0.0.0/8", true, "CT1", "11.9.0.1", false),
    ]

    @Test("Known callers of the settings, by title and address", arguments: callerCases)
    func callers(_ peers: String, _ loopback: Bool, _ title: String, _ address: String, _ isKnown: Bool) async throws {
        let policy = try await policy([Settings.peers.key: peers, Settings.loopbackPeers.key: "\(loopback)"])
        let negotiation = await policy.negotiation(for: request(title), from: at(address))
        #expect(negotiation.refusal?.reject == (isKnown ? nil : .callingAETitleNotRecognized))
    }

    @Test("Peers of the settings are written as AET, AET@address or AET@network", arguments: [
        ("CT1", true), ("CT1@10.0.0.1", true), ("CT1@10.0.0.0/8", true), ("", false), ("@10.0.0.1", false), ("CT1@", false), ("CT1@ct.example", false),
        ("TITLE_LONGER_THAN_16", false),
    ])
    func text(_ text: String, _ isPeer: Bool) {
        #expect((SettledPeer(text: text) != nil) == isPeer)
    }

    static let addressCases: [([String], String?, Bool, String, Bool)] = [
        ([], nil, false, "10.0.0.1", true), ([], nil, true, "10.0.0.1", true),
        (["10.0.0.1"], nil, false, "10.0.0.1", true), (["10.0.0.1"], nil, false, "10.0.0.2", false),
        (["192.168.0.0/16", "fd00::/8"], nil, false, "192.168.7.9", true), (["192.168.0.0/16", "fd00::/8"], nil, false, "fd12::7", true),
        (["192.168.0.0/16", "fd00::/8"], nil, false, "192.169.0.1", false),
        ([], "10.0.0.1", false, "10.0.0.2", true), ([], "10.0.0.1", true, "10.0.0.2", false), ([], "10.0.0.1", true, "10.0.0.1", true),
        ([], "localhost", true, "127.0.0.1", true), ([], "no-such-host.invalid", true, "127.0.0.1", false),
        // What is written down holds; the host is where it is called.
        (["10.0.0.9"], "10.0.0.1", true, "10.0.0.9", true),
    ]

    @Test("From where a peer may call", arguments: addressCases)
    func addresses(_ addresses: [String], _ host: String?, _ checksHost: Bool, _ from: String, _ isKnown: Bool) async throws {
        let peer = peer("one", "CT1") { ($0.addresses, $0.host, $0.port) = (addresses, host, host.map { _ in 104 }) }
        let policy = try await policy([Settings.checksCallingHost.key: "\(checksHost)", Settings.loopbackPeers.key: "no"], [peer])
        let negotiation = await policy.negotiation(for: request("CT1"), from: at(from))
        #expect((negotiation.refusal == nil) == isKnown)
    }

    @Test func twoOfOneTitleAreToldApartByTheirAddress() async throws {
        let policy = try await policy([:], [peer("one", "CT1") { $0.addresses = ["10.0.0.1"] }, peer("two", "CT1") { $0.addresses = ["10.0.0.2"] }])
        for (name, host) in [("one", "10.0.0.1"), ("two", "10.0.0.2")] {
            let address = at(host)
            _ = await policy.negotiation(for: request("CT1"), from: address)
            #expect(caller(of: policy, address)?.peer.name == name)
        }
    }

    // MARK: Services

    @Test("Presentation contexts, by what the peer and the title allow", arguments: [
        ([Peer.Service.store], [Peer.Service.store, .query], "store"), ([.query], [.store, .query], "query"), ([.store, .query], [.query], "query"), ([.store], [.query], ""),
        ([.store, .query], [.store, .query], "store query"),
    ])
    func services(_ ofPeer: [Peer.Service], _ ofTitle: [Peer.Service], _ allowed: String) async throws {
        var title = ApplicationEntity(title: "ISOCENTER")
        title.services = Set(ofTitle)
        let policy = try await policy([:], [peer("one", "CT1") { $0.services = Set(ofPeer) }], titles: [title])
        let negotiation = await policy.negotiation(for: request("CT1"), from: at("10.0.0.1"))
        func word(_ uid: UID) -> String {
            switch negotiation.services(uid) {
            case .supported: "yes"
            case .notAllowed: "refused"
            case .notSupported: "unknown"
            }
        }
        #expect(word(CommandSet.verification) == "yes")
        #expect(word(Self.ct) == (allowed.contains("store") ? "yes" : "refused"))
        #expect(word(Self.studyFind) == (allowed.contains("query") ? "yes" : "refused"))
    }

    @Test("Unknown SOP classes, as the title says", arguments: [(nil, true), (true, true), (false, false)])
    func unknownClasses(_ accepts: Bool?, _ isAccepted: Bool) async throws {
        var title = ApplicationEntity(title: "ISOCENTER")
        title.acceptsUnknownSOPClasses = accepts
        let policy = try await policy([:], [peer("one", "CT1")], titles: [title])
        let service = await policy.negotiation(for: request("CT1"), from: at("10.0.0.1")).services(Self.unknownClass)
        if case .supported = service { #expect(isAccepted) } else { #expect(!isAccepted) }
    }

    // MARK: Titles

    static let titleCases: [(String, Bool, String?)] = [
        ("ISOCENTER", false, "ISOCENTER"), ("RESEARCH", false, "RESEARCH"), ("ANYTHING", false, "ISOCENTER"),
        ("ISOCENTER", true, "ISOCENTER"), ("RESEARCH", true, "RESEARCH"), ("ANYTHING", true, nil),
        // May be called by others only, or not by this one.
        ("OTHERS", false, nil), ("HIDDEN", false, nil),
    ]

    @Test("Which title of ours was called", arguments: titleCases)
    func titles(_ called: String, _ isChecked: Bool, _ title: String?) async throws {
        var others = ApplicationEntity(title: "OTHERS")
        others.callers = ["two"]
        let policy = try await policy(
            [Settings.checksCalledAETitle.key: "\(isChecked)"],
            [peer("one", "CT1") { $0.calledAETitles = ["ISOCENTER", "RESEARCH", "OTHERS"] }, peer("two", "CT2")],
            titles: [.init(title: "RESEARCH"), others, .init(title: "HIDDEN")])
        let address = at("10.0.0.1")
        let negotiation = await policy.negotiation(for: request("CT1", called: called), from: address)
        #expect(caller(of: policy, address)?.called.title == title)
        #expect(negotiation.refusal?.reject == (title == nil ? .calledAETitleNotRecognized : nil))
    }

    @Test func theViewOfTheTitleIsPartOfTheAccess() async throws {
        var research = ApplicationEntity(title: "RESEARCH")
        research.view = ["Modality=CT"]
        let policy = try await policy([:], [peer("one", "CT1") { $0.services = [.query] }], titles: [research])
        let address = at("10.0.0.1")
        _ = await policy.negotiation(for: request("CT1", called: "RESEARCH"), from: address)
        let caller = try #require(self.caller(of: policy, address))
        #expect(caller.access(for: .query)?.isEverything == false)
        #expect(caller.access(for: .retrieve) == nil)
        #expect(caller.access(for: .store) == nil)
    }

    // MARK: TLS

    private static let known = String(repeating: "ab", count: 32), other = String(repeating: "cd", count: 32)

    static let tlsCases: [(Bool, String?, Bool, TLSSession?, Bool)] = [
        (false, nil, false, nil, true), (true, nil, false, nil, false), (false, nil, false, session(nil), true), (true, nil, false, session(nil), true),
        (true, known, false, session(known), true), (true, known, false, session(other), false), (true, known, false, session(nil), false), (true, known, false, nil, false),
        (true, nil, true, session(other, name: "CT1"), true), (true, nil, true, session(other, name: "CT2"), false), (true, nil, true, session(other, name: "ct1"), false),
        (true, nil, true, session(other, name: "ct", alternatives: ["ct.example", "CT1"]), true), (true, nil, true, session(nil), false),
        // What a fingerprint says, no name says better.
        (true, known, true, session(known, name: "CT2"), true), (false, nil, true, nil, true),
    ]

    private static func session(_ fingerprint: String?, name: String? = nil, alternatives: [String] = []) -> TLSSession {
        TLSSession(version: "TLS 1.3", certificate: fingerprint.map { PeerCertificate(fingerprint: $0, commonName: name, alternativeNames: alternatives, notAfter: 0) })
    }

    @Test("What a connection must be for a peer", arguments: tlsCases)
    func tls(_ usesTLS: Bool, _ certificate: String?, _ bindsTitles: Bool, _ session: TLSSession?, _ isAccepted: Bool) async throws {
        let policy = try await policy([Settings.bindsTitles.key: "\(bindsTitles)"], [peer("one", "CT1") { ($0.usesTLS, $0.certificate) = (usesTLS, certificate) }])
        let negotiation = await policy.negotiation(for: request("CT1"), from: at("10.0.0.1", tls: session))
        #expect(negotiation.refusal?.reject == (isAccepted ? nil : .callingAETitleNotRecognized))
    }

    @Test func aPeerThatUsesTLSIsNotKnownWithoutItEvenFromThisMachine() async throws {
        let policy = try await policy([Settings.peers.key: "CT1"], [peer("one", "CT1") { $0.usesTLS = true }])
        #expect(await policy.negotiation(for: request("CT1"), from: at("127.0.0.1")).refusal != nil)
    }

    // MARK: Users

    private static let password = "lamp-and-statistics-1858"

    enum Secret { case right, wrong, token, none }

    static let identityCases: [(UInt8, String, Secret, Bool, AssociateReject?, String?)] = [
        (UserIdentity.usernameAndPasscode, "anna", .right, true, nil, "anna"), (UserIdentity.usernameAndPasscode, "anna", .wrong, true, .noReason, nil),
        (UserIdentity.usernameAndPasscode, "nobody", .right, true, .noReason, nil), (UserIdentity.usernameAndPasscode, "anna", .right, false, .noReason, nil),
        (UserIdentity.jsonWebToken, "", .token, true, nil, "anna"), (UserIdentity.jsonWebToken, "", .wrong, true, .noReason, nil),
        (UserIdentity.jsonWebToken, "", .token, false, .noReason, nil),
        (UserIdentity.username, "anna", .none, false, nil, "anna"), (UserIdentity.username, "technician", .none, false, nil, nil),
        (UserIdentity.kerberos, "anna", .right, true, .noReason, nil), (UserIdentity.saml, "anna", .right, true, .noReason, nil), (9, "anna", .right, true, .noReason, nil),
    ]

    @Test("Who says who is speaking", arguments: identityCases)
    func identity(_ type: UInt8, _ name: String, _ secret: Secret, _ isSecure: Bool, _ reject: AssociateReject?, _ user: String?) async throws {
        let policy = try await policy([:], [peer("one", "CT1") { $0.services = [.query] }])
        let accounts = try await Accounts(database)
        try await accounts.add(name: "anna", role: .user, password: Self.password)
        let text = switch secret {
        case .right: Self.password
        case .token: try await accounts.addToken(for: "anna", label: "")
        case .wrong: "something-else-entirely"
        case .none: ""
        }
        var request = request("CT1")
        let isToken = type == UserIdentity.jsonWebToken
        request.userInformation.userIdentity = UserIdentity(
            type: type, wantsResponse: true, primaryField: Array((isToken ? text : name).utf8), secondaryField: Array((isToken ? "" : text).utf8))
        let connection = at("10.0.0.1", tls: isSecure ? Self.session(nil) : nil)
        let negotiation = await policy.negotiation(for: request, from: connection)
        #expect(negotiation.refusal?.reject == reject)
        #expect(negotiation.refusal?.words.contains(Self.password) != true)
        #expect(negotiation.userIdentityResponse == (user == nil ? nil : []))
        if reject == nil {
            let caller = try #require(self.caller(of: policy, connection))
            #expect(caller.principal.name == user ?? "CT1")
            // A user may more than this, but not through this node.
            #expect(caller.may(.query))
            #expect(!caller.may(.store))
            #expect(caller.access(for: .read) == nil)
        }
    }

    // MARK: Limits, strangers

    @Test func aPeerHasNoMoreAssociationsThanItMay() async throws {
        let policy = try await policy([:], [peer("one", "CT1") { $0.maxInbound = 2 }])
        func open(_ port: Int) async -> AssociateReject? {
            await policy.negotiation(for: request("CT1"), from: at("10.0.0.1", port)).refusal?.reject
        }
        #expect(await open(1) == nil)
        #expect(await open(2) == nil)
        #expect(await open(3) == .localLimitExceeded)
        policy.admissions.leave(at("10.0.0.1").address, isSecure: false)
        #expect(await open(4) == nil)
    }

    @Test func anUnknownCallerIsRememberedAndCanBeMadeAPeer() async throws {
        let policy = try await policy()
        for port in 1...3 { _ = await policy.negotiation(for: request("NEW", [Self.ct, Self.studyFind]), from: at("10.0.0.1", port)) }
        policy.strangers.finish()
        await policy.strangers.run()
        let strangers = try await StrangerTable(database).all()
        #expect(strangers.map(\.id) == ["NEW@10.0.0.1"])
        let stranger = try #require(strangers.first)
        #expect(stranger.count == 3)
        #expect(stranger.calledAETitle == "ISOCENTER")
        #expect(stranger.proposed.first == "CT Image Storage")
        try await policy.callers.peers.add(stranger.peer(named: "new"))
        let address = at("10.0.0.1", 9)
        #expect(await policy.negotiation(for: request("NEW"), from: address).refusal == nil)
        #expect(caller(of: policy, address)?.peer.services == [.store, .query])
    }
}
