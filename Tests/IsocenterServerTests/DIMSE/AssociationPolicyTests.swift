import DICOM
import DICOMNetwork
import Database
import Foundation
import Testing
import Workflow

@testable import IsocenterServer

@Suite("Who may open an association")
struct AssociationPolicyTests {
    private func policy(_ peers: [String], loopback: Bool) async throws -> AssociationPolicy {
        let settings = try Settings(flags: [
            Settings.peers.key: (peers.joined(separator: ","), "test"), Settings.loopbackPeers.key: (loopback ? "true" : "false", "test"),
        ])
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sqlite").path
        return AssociationPolicy(
            callers: KnownCallers(peers: try await PeerTable(SQLite(path: path)), settings: settings), services: ServiceTable(entries: []),
            checksCalledAETitle: false)
    }

    static let callerCases: [([String], Bool, String, String, Bool)] = [
        ([], true, "ANY", "127.0.0.1", true), ([], true, "ANY", "::1", true), ([], false, "ANY", "127.0.0.1", false),
        ([], true, "CT1", "10.0.0.1", false), (["CT1"], true, "CT1", "10.0.0.1", true), (["CT1@10.0.0.1"], true, "CT1", "10.0.0.1", true),
        (["CT1@10.0.0.1"], true, "CT1", "10.0.0.2", false), (["CT1@10.0.0.1"], true, "MR1", "10.0.0.1", false),
    ]

    @Test("Known callers, by title and address", arguments: callerCases)
    func callers(_ peers: [String], _ loopback: Bool, _ title: String, _ address: String, _ isKnown: Bool) async throws {
        let request = AssociateRequest(
            calledAETitle: AETitle("ISOCENTER"), callingAETitle: AETitle(title), presentationContexts: [], userInformation: UserInformation())
        let negotiation = try await policy(peers, loopback: loopback).negotiation(for: request, from: PeerAddress(host: address, port: 1))
        #expect((negotiation.refusal == nil) == isKnown)
    }

    @Test("Peers are written as AET or AET@address", arguments: [("CT1", true), ("CT1@10.0.0.1", true), ("", false), ("@10.0.0.1", false), ("CT1@", false), ("TITLE_LONGER_THAN_16", false)])
    func text(_ text: String, _ isPeer: Bool) {
        #expect((SettledPeer(text: text) != nil) == isPeer)
    }
}
