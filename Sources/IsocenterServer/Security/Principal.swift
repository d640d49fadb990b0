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
    /// What a token may at most; nil: all that its account may.
    public var grant: Grant?
    /// How it was found out who it is.
    public var proof: Proof = .other
    /// A second factor is asked of its role, and not there: nothing goes but setting one up.
    public var lacksSecondFactor = false

    public enum Proof: Sendable, Equatable {
        /// By a node's word, or a name that it said.
        case other
        /// A cookie: the hash of its secret, what the login was, and when that was proven last (seconds since 1970).
        case session(hash: String, login: LoginProof, proven: Int)
        /// Name and password with each request.
        case password
        /// The hash of the token.
        case token(hash: String)
    }

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

    /// Those that a user can have.
    public static let ofAccounts: [Role] = [.administrator, .user]
}

/// What a token was given of its account.
public struct Grant: Sendable, Equatable {
    public var actions: Set<Action>
    /// The part of the archive that it shows.
    public var view: Access = .everything
}

/// What someone wants to do.
public enum Action: String, Sendable, CaseIterable {
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
    /// Peers, jobs, settings.
    case administer
    /// Users, their tokens and sessions. Never part of a grant: a token could give itself more than it has.
    case manageAccounts

    /// What a token can be given.
    public static let grantable = allCases.filter { $0 != .manageAccounts && $0 != .verify }
}

/// The one point that decides who may do what. Every door asks it; none decides by itself.
public enum Policy {
    /// nil where the action is refused; else the part of the archive it may touch, which becomes part of every query.
    public static func access(of principal: Principal, for action: Action) -> Access? {
        guard !principal.lacksSecondFactor, var access = access(of: principal.role, for: action) else { return nil }
        if let grant = principal.grant {
            guard action == .verify || grant.actions.contains(action) && action != .manageAccounts else { return nil }
            access = access.and(grant.view)
        }
        guard let node = principal.node else { return principal.role == .node && action != .verify ? nil : access }
        return allows(node, action) ? access.and(node.view) : nil
    }

    private static func access(of role: Role, for action: Action) -> Access? {
        switch (role, action) {
        case (.administrator, _): .everything
        case (.user, .read), (.user, .store), (.user, .verify), (.user, .query), (.user, .retrieve), (.user, .commit): .everything
        case (.node, .store), (.node, .verify), (.node, .query), (.node, .retrieve), (.node, .commit): .everything
        case (.user, .delete), (.user, .administer), (.node, .read), (.node, .delete), (.node, .administer),
            (.user, .manageAccounts), (.node, .manageAccounts): nil
        }
    }

    private static func allows(_ node: Principal.Node, _ action: Action) -> Bool {
        switch action {
        case .verify: true
        case .store: node.services.contains(.store)
        case .query: node.services.contains(.query)
        case .retrieve: node.services.contains(.retrieve)
        case .commit: node.services.contains(.commit)
        case .read, .delete, .administer, .manageAccounts: false
        }
    }
}
