import Archive
import DICOMNetwork
import Workflow

/// Who opened an association, which title of ours it called, and so what it may do.
struct Caller: Sendable {
    var peer: Peer
    /// The node, or the user who named itself in the association.
    var principal: Principal
    var address: PeerAddress
    /// The title that was called.
    var called: ApplicationEntity

    /// - Parameter view: of the title, compiled.
    init(peer: Peer, address: PeerAddress, called: ApplicationEntity, view: Access = .everything) {
        self.peer = peer
        self.address = address
        self.called = called
        principal = Principal(
            kind: .peer, name: peer.aeTitle, role: .node, node: .init(services: peer.services.intersection(called.services), view: view))
    }

    /// nil where it is refused; else the part of the archive that it may touch, the view of the title included.
    func access(for action: Action) -> Access? { Policy.access(of: principal, for: action) }

    func may(_ service: Peer.Service) -> Bool { access(for: Action(service)) != nil }
}

extension Action {
    /// What a service of the DICOM port does.
    init(_ service: Peer.Service) {
        self = switch service {
        case .store: .store
        case .query: .query
        case .retrieve: .retrieve
        case .commit: .commit
        }
    }
}
