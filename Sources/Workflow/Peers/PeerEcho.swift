import DICOMNetwork
import DICOMweb

/// C-ECHO to a peer, or a search for one study where it is called by DICOMweb, and what came of it in words.
public struct PeerEcho: Sendable, Hashable, Codable {
    public var ok: Bool
    public var words: String
    /// From the call to the answer.
    public var milliseconds: Int

    public static func call(_ peer: Peer, as title: AETitle, tls: PeerTLS?) async -> PeerEcho {
        let clock = ContinuousClock()
        let start = clock.now
        let (ok, words) = await answer(of: peer, as: title, tls)
        let took = (clock.now - start).components
        return PeerEcho(ok: ok, words: words, milliseconds: Int(took.seconds) * 1000 + Int(took.attoseconds / 1_000_000_000_000_000))
    }

    private static func answer(of peer: Peer, as title: AETitle, _ tls: PeerTLS?) async -> (Bool, String) {
        if let web = peer.web {
            do {
                try await Client.with(try web.service()) { try await $0.check() }
                return (true, "\(peer.words) answers")
            } catch {
                return (false, "\(peer.name): \(error)")
            }
        }
        let place = peer.host.map { "\(peer.name) (\(peer.aeTitle) at \(PeerAddress(host: $0, port: peer.port ?? 0)))" } ?? peer.name
        do throws(NetworkError) {
            let association = try await peer.requestor(as: title, tls: tls).connect([.verification])
            try peer.checkCertificate(of: association)
            let status = try await association.echo()
            try await association.release()
            return status == .success ? (true, "\(place) answers") : (false, "\(place) answers with the status \(status)")
        } catch {
            return (false, "\(place): \(error)")
        }
    }
}
