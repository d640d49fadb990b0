import DICOM
import Testing

@testable import DICOMNetwork

@Suite("Negotiation")
struct NegotiationTests {
    static let mr = UID("1.2.840.10008.5.1.4.1.1.4")!
    static let find = UID("1.2.840.10008.5.1.4.1.2.2.1")!
    static let jpeg = UID("1.2.840.10008.1.2.4.70")!
    static let unknownSyntax = UID("1.2.826.0.1.3680043.2.1143.7.1")!

    private let policy = NegotiationPolicy(calledAETitles: [title("ISOCENTER")]) { abstractSyntax in
        switch abstractSyntax {
        case ctImageStorage: .supported(.proposersFirst, scu: true)
        case CommandSet.verification: .supported(.littleEndian)
        case find: .notAllowed
        default: .notSupported
        }
    }

    private func request(_ contexts: [ProposedContext] = [], _ change: (inout AssociateRequest) -> Void = { _ in }) -> AssociateRequest {
        var request = AssociateRequest(
            calledAETitle: title("ISOCENTER"), callingAETitle: title("SCU"), presentationContexts: contexts, userInformation: .init()
        )
        change(&request)
        return request
    }

    private func accepted(_ request: AssociateRequest, _ policy: NegotiationPolicy? = nil) throws -> AssociateAccept {
        guard case .accept(let accept) = negotiate(request, policy ?? self.policy, maximumLength: 65536) else {
            throw NetworkError.notEstablished
        }
        return accept
    }

    struct Context: Sendable {
        let abstractSyntax: UID?
        let proposed: [UID]
        let result: AnsweredContext.Result
        let chosen: UID?
    }

    @Test("Each context is answered on its own", arguments: [
        // Storage: whatever the proposer names first, known to us or not.
        Context(abstractSyntax: ctImageStorage, proposed: [jpeg, implicitLittle], result: .acceptance, chosen: jpeg),
        Context(abstractSyntax: ctImageStorage, proposed: [implicitLittle, jpeg], result: .acceptance, chosen: implicitLittle),
        Context(abstractSyntax: ctImageStorage, proposed: [unknownSyntax], result: .acceptance, chosen: unknownSyntax),
        Context(abstractSyntax: ctImageStorage, proposed: [], result: .transferSyntaxesNotSupported, chosen: nil),
        // The rest: explicit little endian before implicit.
        Context(abstractSyntax: CommandSet.verification, proposed: [implicitLittle, explicitLittle], result: .acceptance, chosen: explicitLittle),
        Context(abstractSyntax: CommandSet.verification, proposed: [jpeg, implicitLittle], result: .acceptance, chosen: implicitLittle),
        Context(abstractSyntax: CommandSet.verification, proposed: [jpeg], result: .transferSyntaxesNotSupported, chosen: nil),
        Context(abstractSyntax: find, proposed: [implicitLittle], result: .userRejection, chosen: nil),
        Context(abstractSyntax: mr, proposed: [implicitLittle], result: .abstractSyntaxNotSupported, chosen: nil),
        Context(abstractSyntax: nil, proposed: [implicitLittle], result: .abstractSyntaxNotSupported, chosen: nil),
    ])
    func context(_ context: Context) throws {
        let proposed = ProposedContext(id: 7, abstractSyntax: context.abstractSyntax, transferSyntaxes: context.proposed)
        let accept = try accepted(request([proposed]))
        #expect(accept.presentationContexts.map(\.id) == [7])
        #expect(accept.presentationContexts[0].result == context.result)
        if context.result == .acceptance { #expect(accept.presentationContexts[0].transferSyntax == context.chosen) }
        let agreed = PresentationContext.agreed(request([proposed]), accept)
        #expect(agreed.map(\.transferSyntax) == (context.chosen.map { [$0] } ?? []))
    }

    @Test("Rejections: the standard's result, source and reason")
    func rejections() {
        func answer(_ change: (inout AssociateRequest) -> Void, _ policy: NegotiationPolicy? = nil) -> AssociateReject? {
            guard case .reject(let reject, _) = negotiate(request([], change), policy ?? self.policy, maximumLength: 65536) else { return nil }
            return reject
        }
        #expect(answer { $0.applicationContext = "1.2.840.10008.3.1.1.2" } == AssociateReject(result: 1, source: 1, reason: 2))
        #expect(answer { $0.applicationContext = "" } == AssociateReject(result: 1, source: 1, reason: 2))
        #expect(answer { $0.callingAETitle = nil } == AssociateReject(result: 1, source: 1, reason: 3))
        #expect(answer { $0.calledAETitle = nil } == AssociateReject(result: 1, source: 1, reason: 7))
        #expect(answer { $0.calledAETitle = title("isocenter") } == AssociateReject(result: 1, source: 1, reason: 7))
        var refusing = policy
        refusing.refusal = .init(.callingAETitleNotRecognized, "SCU is not known here")
        #expect(answer({ _ in }, refusing) == AssociateReject(result: 1, source: 1, reason: 3))
        #expect(answer { _ in } == nil)
    }

    @Test func anyCalledTitleWherePolicySaysSo() throws {
        var open = policy
        open.calledAETitles = nil
        let anyTitle = request([]) { $0.calledAETitle = title("SOMETHING") }
        #expect(try accepted(anyTitle, open).calledAETitle == title("SOMETHING"))
    }

    @Test func userInformation() throws {
        let plain = try accepted(request()).userInformation
        #expect(plain.maximumLength == 65536)
        #expect(plain.implementationClassUID == Implementation.classUID)
        #expect(plain.implementationVersionName == "ISOCENTER_0_1")
        #expect(plain.asynchronousOperationsWindow == nil)
        #expect(plain.userIdentityResponse == nil)

        let windowed = request([]) { $0.userInformation.asynchronousOperationsWindow = .init(invoked: 0, performed: 9) }
        #expect(try accepted(windowed).userInformation.asynchronousOperationsWindow == .init(invoked: 1, performed: 1))
    }

    @Test("Roles: what both sides can be; nothing about what is not served", arguments: [
        (ctImageStorage, true, true, RoleSelection(sopClass: ctImageStorage, scu: true, scp: true)),
        (ctImageStorage, false, true, RoleSelection(sopClass: ctImageStorage, scu: false, scp: true)),
        (CommandSet.verification, true, true, RoleSelection(sopClass: CommandSet.verification, scu: true, scp: false)),
        (CommandSet.verification, false, false, RoleSelection(sopClass: CommandSet.verification, scu: false, scp: false)),
        (mr, true, true, nil),
    ] as [(UID, Bool, Bool, RoleSelection?)])
    func roles(sopClass: UID, scu: Bool, scp: Bool, expected: RoleSelection?) throws {
        let asked = request([]) { $0.userInformation.roleSelections = [.init(sopClass: sopClass, scu: scu, scp: scp)] }
        #expect(try accepted(asked).userInformation.roleSelections == (expected.map { [$0] } ?? []))
    }

    @Test("A user identity is answered where an answer is wanted and there is one")
    func userIdentity() throws {
        var policy = policy
        policy.userIdentityResponse = [1, 2]
        for (wants, expected) in [(true, [1, 2] as [UInt8]?), (false, nil)] {
            let asked = request([]) { $0.userInformation.userIdentity = .init(type: 1, wantsResponse: wants, primaryField: [65]) }
            #expect(try accepted(asked, policy).userInformation.userIdentityResponse == expected)
        }
    }

    @Test("A context accepted with a syntax that was not proposed does not count")
    func unproposedSyntax() {
        let request = request([.init(id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [implicitLittle])])
        let accept = AssociateAccept(
            calledAETitle: nil, callingAETitle: nil,
            presentationContexts: [.init(id: 1, result: .acceptance, transferSyntax: Self.jpeg)], userInformation: .init()
        )
        #expect(PresentationContext.agreed(request, accept).isEmpty)
    }

    @Test func implementationIdentifiers() {
        #expect(UID(Implementation.classUID) != nil)
        #expect(Implementation.classUID.hasPrefix("2.25."))
        #expect(Implementation.versionName.utf8.count <= 16)
    }
}
