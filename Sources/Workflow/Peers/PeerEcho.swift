import DICOMNetwork

/// C-ECHO to a peer, and what came of it in words.
public struct PeerEcho: Sendable, Hashable, Codable {
    public var succeeded: Bool
    public var words: String
    /// From the call to the answer.
    public var milliseconds: Int

    /// - Parameter prepare: sets what else the call needs: TLS, limits.
    public static func call(
        _ peer: Peer, as title: AETitle, prepare: @Sendable (inout Requestor) throws(NetworkError) -> Void = { _ throws(NetworkError) in }
    ) async -> PeerEcho {
        let clock = ContinuousClock()
        let start = clock.now
        let (succeeded, words) = await answer(of: peer, as: title, prepare)
        let took = clock.now - start
        let milliseconds = Int(took.components.seconds) * 1000 + Int(took.components.attoseconds / 1_000_000_000_000_000)
        return PeerEcho(succeeded: succeeded, words: words, milliseconds: milliseconds)
    }

    private static func answer(
        of peer: Peer, as title: AETitle, _ prepare: (inout Requestor) throws(NetworkError) -> Void
    ) async -> (Bool, String) {
        guard let host = peer.host, let port = peer.port, let called = peer.title else {
            return (false, "\(peer.name) calls us and is never called: give it a host and a port")
        }
        var requestor = Requestor(host: host, port: port, calledAETitle: called, callingAETitle: title)
        let place = "\(peer.name) (\(called) at \(PeerAddress(host: host, port: port)))"
        do throws(NetworkError) {
            try prepare(&requestor)
            let association = try await requestor.connect([.verification])
            let status = try await association.echo()
            try await association.release()
            return status == .success ? (true, "\(place) answers") : (false, "\(place) answers with the status \(status)")
        } catch {
            return (false, "\(place): \(error)")
        }
    }
}
