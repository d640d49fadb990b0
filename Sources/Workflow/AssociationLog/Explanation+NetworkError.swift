import DICOMNetwork
import Foundation

extension Explanation {
    /// What became of a call of ours that failed, in the same words as the log's.
    public init(of error: NetworkError, calling: AETitle, called: AETitle, host: String, port: Int) {
        switch error {
        case .rejected(let reject): self.init(.rejected(reject), calling, called, host, port)
        case .ended(let end): self.init(end, calling, called, host, port)
        case .foreignProtocol(let peer): self.init(.foreignProtocol(peer), calling, called, host, port)
        case .cannotConnect(_, _, let why): self = Self.unreachable(host, port, why)
        case .tls(let why): self.init("\(PeerAddress(host: host, port: port)): \(why).")
        case .noContextAccepted(let sopClass, let why):
            self.init("\(called) at \(PeerAddress(host: host, port: port)) does not do this: \(Self.name(sopClass)): \(why).", "Its conformance statement says what it provides; perhaps another AE title or port of it does this.")
        default: self.init("\(called) at \(PeerAddress(host: host, port: port)): \(error)")
        }
    }

    private init(_ end: AssociationEnd, _ calling: AETitle, _ called: AETitle, _ host: String, _ port: Int) {
        var association = LoggedAssociation(ended: Date(), isOutgoing: true, host: host, port: port, end: .init(end))
        association.callingAETitle = calling.text
        association.calledAETitle = called.text
        self.init(of: association)
    }

    /// Beginnings of what the system says, and what to do.
    private static let unreachable: [(words: String, remedy: String)] = [
        ("the host name is not known", "Check the spelling, or give the numeric address; the name server of this machine does not know it."),
        ("Connection refused", "The machine is there, but nothing listens on this port: is the program running, and is it this port?"),
        ("no answer within", "Usually a firewall between the machines, or the address of a machine that is off."),
        ("No route to host", "The machine is off or not in the network, or a firewall says so: check the address, the cable, the network mask."),
        ("Network is unreachable", "This machine has no way into that network: check the address and the routes."),
    ]

    private static func unreachable(_ host: String, _ port: Int, _ why: String) -> Explanation {
        Explanation("cannot connect to \(host) port \(port): \(why).", unreachable.first { why.hasPrefix($0.words) }?.remedy)
    }
}
