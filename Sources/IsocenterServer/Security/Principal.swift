import Archive

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
}

/// What a principal is allowed in general (DESIGN: roles to permissions).
public enum Role: String, Sendable, CaseIterable {
    /// Everything, users and settings included.
    case administrator
    /// Reads and stores; no administration.
    case user
    /// A known DICOM node: stores and verifies.
    case node
}

/// What someone wants to do.
public enum Action: Sendable {
    /// C-ECHO.
    case verify
    /// C-STORE, STOW-RS, upload.
    case store
    /// Search, retrieve, rendered pictures, lists, live events.
    case read
    /// Users, tokens, settings.
    case administer
}

/// The one point that decides who may do what. Every door asks it; none decides by itself.
public enum Policy {
    /// nil where the action is refused; else the part of the archive it may touch, which becomes part of every query.
    public static func access(of principal: Principal, for action: Action) -> Access? {
        switch (principal.role, action) {
        case (.administrator, _): .everything
        case (.user, .read), (.user, .store), (.user, .verify): .everything
        case (.node, .store), (.node, .verify): .everything
        case (.user, .administer), (.node, .read), (.node, .administer): nil
        }
    }
}
