import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

/// PS3.7 Annex D.3.3, clause by clause.
@Suite("Negotiation: PS3.7 Annex D.3.3")
struct NegotiationTableTests {
    private static let mr = UID("1.2.840.10008.5.1.4.1.1.4")!
    private static let getClass = UID("1.2.840.10008.5.1.4.1.2.2.3")!

    private static let policy = NegotiationPolicy { sopClass in
        switch sopClass {
        case ctImageStorage: .supported(.littleEndian, scp: true, scu: true)
        case getClass: .supported(.littleEndian)
        default: .notSupported
        }
    }

    private func request(_ change: (inout UserInformation) -> Void) -> AssociateRequest {
        var information = UserInformation()
        change(&information)
        return AssociateRequest(
            calledAETitle: title("A"), callingAETitle: title("B"),
            presentationContexts: [
                .init(id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [implicitLittle]),
                .init(id: 3, abstractSyntax: Self.mr, transferSyntaxes: [implicitLittle]),
                .init(id: 5, abstractSyntax: Self.getClass, transferSyntaxes: [implicitLittle]),
            ],
            userInformation: information)
    }

    private func accept(_ request: AssociateRequest, _ policy: NegotiationPolicy = policy) throws -> AssociateAccept {
        guard case .accept(let accept) = negotiate(request, policy, maximumLength: 16384) else { throw NetworkError.notEstablished }
        return accept
    }

    // MARK: D.3.3.3

    struct Window: Sendable, CustomTestStringConvertible {
        let proposed: (UInt16, UInt16)?
        let granted: (UInt16, UInt16)
        let answer: (UInt16, UInt16)?
        var testDescription: String { "\(String(describing: proposed)) with \(granted) is \(String(describing: answer))" }
    }

    @Test("Asynchronous operations: never more than proposed, 0 is without limit, silence stays silent", arguments: [
        Window(proposed: nil, granted: (16, 16), answer: nil),
        Window(proposed: (1, 1), granted: (16, 16), answer: (1, 1)),
        Window(proposed: (5, 3), granted: (16, 16), answer: (5, 3)),
        Window(proposed: (32, 64), granted: (16, 8), answer: (16, 8)),
        Window(proposed: (0, 0), granted: (16, 8), answer: (16, 8)),
        Window(proposed: (0, 1), granted: (0, 0), answer: (0, 1)),
        Window(proposed: (65535, 0), granted: (1, 1), answer: (1, 1)),
    ])
    func window(_ window: Window) throws {
        var policy = Self.policy
        policy.window = .init(invoked: window.granted.0, performed: window.granted.1)
        let answer = try accept(request { $0.asynchronousOperationsWindow = window.proposed.map { .init(invoked: $0.0, performed: $0.1) } }, policy)
        #expect(answer.userInformation.asynchronousOperationsWindow == window.answer.map { .init(invoked: $0.0, performed: $0.1) })
    }

    // MARK: D.3.3.4, Table D.3-9 and D.3-10

    struct Roles: Sendable, CustomTestStringConvertible {
        /// SCU, SCP as proposed and as answered; nil is no item.
        let proposed: (Bool, Bool)?
        let answered: (Bool, Bool)?
        /// What the requestor is.
        let isSCU: Bool
        let isSCP: Bool
        var testDescription: String { "\(String(describing: proposed)) answered \(String(describing: answered))" }
    }

    @Test("Roles of the requestor by what was proposed and answered", arguments: [
        Roles(proposed: nil, answered: nil, isSCU: true, isSCP: false),
        Roles(proposed: (true, false), answered: (true, false), isSCU: true, isSCP: false),
        Roles(proposed: (false, true), answered: (false, true), isSCU: false, isSCP: true),
        Roles(proposed: (true, true), answered: (true, true), isSCU: true, isSCP: true),
        Roles(proposed: (true, true), answered: (false, true), isSCU: false, isSCP: true),
        Roles(proposed: (true, true), answered: (true, false), isSCU: true, isSCP: false),
        // An acceptor that does not negotiate roles: the defaults hold.
        Roles(proposed: (true, true), answered: nil, isSCU: true, isSCP: false),
        Roles(proposed: (false, true), answered: nil, isSCU: true, isSCP: false),
        // Neither: the context is of no use, as agreed.
        Roles(proposed: (false, true), answered: (false, false), isSCU: false, isSCP: false),
        // More than was asked is not granted; what was not asked is not answered.
        Roles(proposed: (true, false), answered: (true, true), isSCU: true, isSCP: false),
        Roles(proposed: nil, answered: (true, true), isSCU: true, isSCP: false),
    ])
    func roles(_ roles: Roles) throws {
        let asked = request { information in
            information.roleSelections = roles.proposed.map { [.init(sopClass: ctImageStorage, scu: $0.0, scp: $0.1)] } ?? []
        }
        var answer = try accept(asked)
        answer.userInformation.roleSelections = roles.answered.map { [.init(sopClass: ctImageStorage, scu: $0.0, scp: $0.1)] } ?? []
        let context = try #require(PresentationContext.agreed(asked, answer).first)
        #expect(context.requestorIsSCU == roles.isSCU)
        #expect(context.requestorIsSCP == roles.isSCP)
    }

    // MARK: D.3.3.5

    @Test("Extended negotiation: answered once, for accepted classes only, and only where there is an answer")
    func extended() throws {
        var policy = Self.policy
        policy.extendedNegotiation = { sopClass, information in sopClass == ctImageStorage ? information.reversed() : nil }
        let answer = try accept(request { information in
            information.extendedNegotiations = [
                .init(sopClass: ctImageStorage, applicationInformation: [2, 0, 1]),
                .init(sopClass: ctImageStorage, applicationInformation: [9]),
                .init(sopClass: Self.mr, applicationInformation: [1]),
                .init(sopClass: Self.getClass, applicationInformation: [1]),
            ]
        }, policy)
        #expect(answer.userInformation.extendedNegotiations == [.init(sopClass: ctImageStorage, applicationInformation: [1, 0, 2])])
    }

    // MARK: D.3.3.6

    @Test("Common extended negotiation is never answered, and found by its class") func commonExtended() throws {
        let negotiation = CommonExtendedNegotiation(
            sopClass: Self.mr, serviceClass: CommonExtendedNegotiation.storageServiceClass, relatedGeneralSOPClasses: [ctImageStorage])
        let asked = request { $0.commonExtendedNegotiations = [negotiation] }
        #expect(asked.commonExtendedNegotiation(of: Self.mr) == negotiation)
        #expect(asked.commonExtendedNegotiation(of: ctImageStorage) == nil)
        #expect(try accept(asked).userInformation.commonExtendedNegotiations.isEmpty)
    }

    // MARK: D.3.3.7

    @Test("User identity: answered where asked; nothing of it is in any description", arguments: [1, 2, 3, 4, 5] as [UInt8], [true, false])
    func identity(type: UInt8, wantsResponse: Bool) throws {
        var policy = Self.policy
        policy.userIdentityResponse = Array("ticket".utf8)
        let secret = Array("correct horse".utf8)
        let asked = request { $0.userIdentity = .init(type: type, wantsResponse: wantsResponse, primaryField: secret, secondaryField: secret) }
        #expect(try accept(asked, policy).userInformation.userIdentityResponse == (wantsResponse ? Array("ticket".utf8) : nil))
        #expect("\(String(describing: asked.userInformation.userIdentity))".contains("type \(type)"))
        #expect(!"\(asked)".contains("correct") && !"\(asked)".contains("99, 111"))
    }

    // MARK: PS3.8

    @Test("A context without transfer syntaxes, one that is none, and none at all") func oddContexts() throws {
        var asked = request { _ in }
        asked.presentationContexts = [.init(id: 9, abstractSyntax: ctImageStorage, transferSyntaxes: [])]
        let answer = try accept(asked)
        #expect(answer.presentationContexts.map(\.result) == [.transferSyntaxesNotSupported])
        // The sub-item is there, if not significant (PS3.8 §9.3.3.2).
        #expect(answer.presentationContexts[0].transferSyntax != nil)
        asked.presentationContexts = []
        #expect(try accept(asked).presentationContexts.isEmpty)
    }

    @Test("P-DATA-TF never exceeds what the peer announced; 0 is no limit", arguments: [0, 1, 7, 8, 9, 13, 14, 127, 1024, 4096, 16384, 4_294_967_295] as [UInt32])
    func maximumLength(_ announced: UInt32) throws {
        var fragmenter = MessageFragmenter(contextID: 1, maximumLength: announced, limits: NetworkLimits())
        fragmenter.command(.storeRequest(messageID: 1, sopClass: ctImageStorage, sopInstance: UID("1.2.3")!))
        fragmenter.data(ByteBuffer(repeating: 7, count: 300_000))
        fragmenter.endOfData()
        var bytes = fragmenter.take()
        var dataSet = 0
        var longest: UInt32 = 0
        while let (_, _, length) = bytes.readMultipleIntegers(as: (UInt8, UInt8, UInt32).self) {
            longest = max(longest, length)
            guard let body = bytes.readSlice(length: Int(length)), let control = body.getInteger(at: body.readerIndex + 5, as: UInt8.self)
            else { throw NetworkError.malformedMessage("a PDU of \(length) bytes is cut") }
            if control & 1 == 0 { dataSet += body.readableBytes - 6 }
        }
        #expect(dataSet == 300_000)
        // Less than eight holds no fragment of even length: the smallest there is goes out.
        #expect(announced == 0 || longest <= max(8, announced))
        if announced == 0 { #expect(longest == NetworkLimits().sendLength) }
    }
}
