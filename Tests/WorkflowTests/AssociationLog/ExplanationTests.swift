import DICOMNetwork
import Foundation
import Testing
@testable import Workflow

/// What an administrator reads, case by case.
@Suite struct ExplanationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var association: LoggedAssociation
        /// Parts of the sentence, and of the remedy.
        var says: [String]
        var remedy: [String]
        var isFailure: Bool

        init(
            _ name: String, _ end: AssociationEnd, outgoing: Bool = false, contexts: [LoggedAssociation.Context]? = nil, messages: [LoggedAssociation.Messages] = [],
            calling: String? = nil, called: String? = nil, says: [String], remedy: [String] = [], isFailure: Bool = true
        ) {
            testDescription = name
            association = LoggedAssociation(ended: Date(), isOutgoing: outgoing, host: "10.0.0.7", port: outgoing ? 104 : 40312, end: .init(end))
            association.callingAETitle = calling ?? (outgoing ? "ISOCENTER" : "CT1")
            association.calledAETitle = called ?? (outgoing ? "PACS" : "ISOCENTER")
            association.contexts = contexts ?? [.init(ct, [implicit], .accepted, implicit)]
            association.messages = messages
            association.messagesReceived = UInt64(messages.reduce(0) { $0 + $1.count })
            association.bytesReceived = 31_574_022
            association.lasted = 2.1
            self.says = says
            self.remedy = remedy
            self.isFailure = isFailure
        }
    }

    static let ct = "1.2.840.10008.5.1.4.1.1.2"
    static let implicit = "1.2.840.10008.1.2"
    static let jpeg = "1.2.840.10008.1.2.4.51"

    static let cases: [Case] = [
        Case("unknown caller", .rejected(.callingAETitleNotRecognized), contexts: [.init(ct, [implicit], .unanswered)],
            says: ["CT1 at 10.0.0.7", "not known here"], remedy: ["isocenter peers add CT1 --aet CT1 --host 10.0.0.7"]),
        Case("unknown caller with a space in its title", .rejected(.callingAETitleNotRecognized), contexts: [], calling: "CT ROOM 2",
            says: ["CT ROOM 2"], remedy: ["--aet 'CT ROOM 2'"]),
        Case("they do not know us", .rejected(.callingAETitleNotRecognized), outgoing: true, contexts: [.init(ct, [implicit], .unanswered)],
            says: ["PACS at 10.0.0.7:104", "does not know us as ISOCENTER"], remedy: ["AE title ISOCENTER"]),
        Case("called by another title", .rejected(.calledAETitleNotRecognized), contexts: [], called: "OLDPACS",
            says: ["called us OLDPACS"], remedy: ["At CT1: set our AE title to ISOCENTER"]),
        Case("we call by another title", .rejected(.calledAETitleNotRecognized), outgoing: true, contexts: [],
            says: ["not called PACS"], remedy: ["upper and lower case"]),
        Case("too many", .rejected(.localLimitExceeded), contexts: [], says: ["too many associations"], remedy: ["dimse.maxAssociationsPerPeer"]),
        Case("they are busy", .rejected(.temporaryCongestion), outgoing: true, contexts: [], says: ["busy"], remedy: ["Try again later"]),
        Case("no reason", .rejected(.noReason), outgoing: true, contexts: [], says: ["no reason"], remedy: ["ISOCENTER"]),
        Case("known, not allowed", .released, contexts: [.init("1.2.840.10008.5.1.4.1.2.2.1", [implicit], .userRejection)],
            says: ["may not do this", "Study Root Query/Retrieve Information Model - FIND"], remedy: ["allow the service"]),
        Case("no common transfer syntax", .released, contexts: [.init(ct, [jpeg], .transferSyntaxesNotSupported)],
            says: ["CT Image Storage", "JPEG Extended"], remedy: ["Implicit or Explicit VR Little Endian"]),
        Case("no common transfer syntax, ours", .released, outgoing: true, contexts: [.init(ct, [jpeg], .transferSyntaxesNotSupported)],
            says: ["CT Image Storage", "none of the transfer syntaxes"], remedy: ["every node must take"]),
        Case("SOP class not supported", .released, outgoing: true, contexts: [.init(ct, [implicit], .abstractSyntaxNotSupported)],
            says: ["supports none", "CT Image Storage"], remedy: ["conformance statement"]),
        Case("HTTP", .foreignProtocol(.http), contexts: [], says: ["10.0.0.7", "HTTP request"], remedy: ["http.port"]),
        Case("TLS", .foreignProtocol(.tls), contexts: [], says: ["TLS handshake on the plain DICOM port"], remedy: ["switch TLS off"]),
        Case("they are a web server", .foreignProtocol(.httpResponse), outgoing: true, contexts: [], says: ["web server"], remedy: ["DICOM port"]),
        Case("SSH", .foreignProtocol(.ssh), outgoing: true, contexts: [], says: ["does not speak DICOM", "SSH"], remedy: ["Check the port"]),
        Case("stalled", .stalled(seconds: 60), says: ["middle of a message", "60 s"], remedy: ["dimse.timeout"]),
        Case("idle", .idle(seconds: 600), says: ["neither went on nor released"], remedy: ["dimse.idleTimeout"]),
        Case("no response", .noResponse(seconds: 300), outgoing: true, says: ["did not answer", "300 s"], remedy: ["--timeout"]),
        Case("protocol broken", .protocolError("A-RELEASE-RQ in the middle of a message"), says: ["broke the DICOM protocol", "A-RELEASE-RQ in the middle"], remedy: ["vendor"]),
        Case("aborted by the peer", .abortedByPeer(.serviceUser), messages: [.init("C-STORE", 0, 12)], says: ["C-STORE 12", "then aborted", "by its application"], remedy: ["log of CT1"]),
        Case("aborted before", .abortedByPeer(.serviceUser), contexts: [.init(ct, [implicit], .unanswered)], says: ["before an association came about"], remedy: ["log of CT1"]),
        Case("connection lost", .connectionLost(nil), messages: [.init("C-STORE", 0, 12)], says: ["C-STORE 12", "broke off"], remedy: ["acknowledged until then is safe"]),
        Case("no association", .noAssociation(seconds: 30), contexts: [], says: ["asked for no association"], remedy: ["caller"]),
        Case("refused by us", .released, messages: [.init("C-STORE", 0, 58), .init("C-STORE", 0xA700, 2)],
            says: ["C-STORE 60", "A700H Refused: Out of Resources (2 times)"], remedy: ["free space"]),
        Case("their move destination", .released, outgoing: true, messages: [.init("C-MOVE", 0xA801, 1)], says: ["A801H Move destination unknown"], remedy: ["There: the destination"]),
        Case("all well", .released, messages: [.init("C-STORE", 0, 60)], says: ["CT1 at 10.0.0.7: C-STORE 60, 31.6 MB received in 2.1 s."], isFailure: false),
        Case("shut down", .shutDown, says: ["this side was stopped"], isFailure: false),
    ]

    @Test("What happened, and what to do", arguments: cases)
    func explains(example: Case) {
        let explanation = Explanation(of: example.association)
        for part in example.says { #expect(explanation.summary.contains(part), "\(explanation.summary)") }
        for part in example.remedy { #expect(explanation.remedy?.contains(part) == true, "\(explanation.remedy ?? "no remedy")") }
        #expect(!example.remedy.isEmpty || explanation.remedy == nil)
        #expect(example.association.isFailure == example.isFailure)
    }

    @Test("A monitor that only knocks is no failure")
    func portCheck() {
        let association = LoggedAssociation(ended: Date(), isOutgoing: false, host: "10.0.0.1", port: 5, end: .init(.connectionLost(nil)))
        #expect(!association.isFailure)
        #expect(Explanation(of: association).summary.contains("port check"))
    }

    @Test("Every end has a case of its own", arguments: [
        AssociationEnd.released, .rejected(.noReason), .abortedByPeer(.serviceUser), .connectionLost(nil), .protocolError("x"), .foreignProtocol(.smb),
        .noAssociation(seconds: 1), .idle(seconds: 1), .stalled(seconds: 1), .noResponse(seconds: 1), .abortedByUs("x"), .shutDown,
    ])
    func everyEnd(end: AssociationEnd) {
        for isOutgoing in [false, true] {
            let association = LoggedAssociation(ended: Date(), isOutgoing: isOutgoing, host: "h", port: 1, end: .init(end))
            let facts = Explanation.Facts(association: association, ourTitle: "X")
            #expect(Explanation.cases.contains { $0.1(facts) != nil })
        }
    }
}
