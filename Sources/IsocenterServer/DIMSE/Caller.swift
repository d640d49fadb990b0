import Archive
import Audit
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
    /// Names the association in the audit trail and the log.
    let act = AuditActor.makeAct()
    /// What it sent that was refused, or here already.
    let tally = StoreTally()

    /// - Parameter view: of the title, compiled.
    init(peer: Peer, address: PeerAddress, called: ApplicationEntity, view: Access = .everything) {
        self.peer = peer
        self.address = address
        self.called = called
        principal = Principal(
            kind: .peer, name: peer.aeTitle, role: .node, node: .init(services: peer.services.intersection(called.services), view: view))
    }

    /// As the audit trail names it.
    var actor: AuditActor {
        AuditActor(user: principal.kind == .user ? principal.name : "", aeTitle: peer.aeTitle, address: address.host, door: .dimse, act: act)
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
