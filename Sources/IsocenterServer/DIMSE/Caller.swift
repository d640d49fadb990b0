import Archive
import DICOMNetwork
import Workflow

/// Who opened an association, which title of ours it called, and so what it may do.
struct Caller: Sendable {
    var peer: Peer
    var principal: Principal
    var address: PeerAddress
    /// The title that was called.
    var called: ApplicationEntity

    /// Whether both the peer and the title that it called allow it.
    func may(_ service: Peer.Service) -> Bool { peer.services.contains(service) && called.services.contains(service) }
}
