import Archive
import Workflow

/// Who asks: found out once at the door, and carried to the policy.
public struct Principal: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// A person with a login, or a program with that person's token.
        case user
        /// A DICOM node that opened an association.
        case peer
    }

    public var kind: Kind
    /// User name, or AE title.
    public var name: String
    public var role: Role
    /// The DICOM node through which it speaks; a user who names itself in an association may do no more than the node.
    public var node: Node?

    /// What a DICOM node has been granted under the title of ours that it called.
    public struct Node: Sendable, Equatable {
        public var services: Set<Peer.Service>
        /// The part of the archive that the title shows.
        public var view: Access = .everything
    }
}

/// What a principal is allowed in general (DESIGN: roles to permissions).
public enum Role: String, Sendable, CaseIterable {
    /// Everything, users and settings included.
    case administrator
    /// Reads and stores; no administration.
    case user
    /// A known DICOM node: verifies, and what it has been granted.
    case node
}

/// What someone wants to do.
public enum Action: Sendable, CaseIterable {
    /// C-ECHO.
    case verify
    /// C-STORE, STOW-RS, upload.
    case store
    /// C-FIND.
    case query
    /// C-MOVE, C-GET.
    case retrieve
    /// Storage commitment.
    case commit
    /// Search, retrieve, rendered pictures, lists, live events of the web.
    case read
    /// Take out of the archive, bring back, purge.
    case delete
    /// Users, tokens, settings.
    case administer
}

/// The one point that decides who may do what. Every door asks it; none decides by itself.
public enum Policy {
    /// nil where the action is refused; else the part of the archive it may touch, which becomes part of every query.
    public static func access(of principal: Principal, for action: Action) -> Access? {
        guard let access = access(of: principal.role, for: action) else { return nil }
        guard let node = principal.node else { return principal.role == .node && action != .verify ? nil : access }
        return allows(node, action) ? access.and(node.view) : nil
    }

    private static func access(of role: Role, for action: Action) -> Access? {
        switch (role, action) {
        case (.administrator, _): .everything
        case (.user, .read), (.user, .store), (.user, .verify), (.user, .query), (.user, .retrieve), (.user, .commit): .everything
        case (.node, .store), (.node, .verify), (.node, .query), (.node, .retrieve), (.node, .commit): .everything
        case (.user, .delete), (.user, .administer), (.node, .read), (.node, .delete), (.node, .administer): nil
        }
    }

    private static func allows(_ node: Principal.Node, _ action: Action) -> Bool {
        switch action {
        case .verify: true
        case .store: node.services.contains(.store)
        case .query: node.services.contains(.query)
        case .retrieve: node.services.contains(.retrieve)
        case .commit: node.services.contains(.commit)
        case .read, .delete, .administer: false
        }
    }
}
