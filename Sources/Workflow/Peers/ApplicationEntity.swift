import Archive
import DICOMNetwork

/// One of our own titles: what is served under it, to whom, and which part of the archive it shows.
public struct ApplicationEntity: Sendable, Hashable, Codable, Identifiable {
    public var title: String
    /// Shown to people.
    public var description: String = ""
    /// What is served under this title; a caller may do what both it and the title allow.
    public var services: Set<Peer.Service> = Set(Peer.Service.allCases)
    /// Names of the peers that may call it; nil: every known caller.
    public var callers: [String]?
    /// Matching keys, `Modality=CT`, that every study found or retrieved under this title meets; several of one attribute are alternatives.
    public var view: [String] = []
    /// Objects of private and unknown SOP classes are stored; nil: as the setting says.
    public var acceptsUnknownSOPClasses: Bool?
    /// nil: as the peer, else the setting says.
    public var onConflict: String?

    public var id: String { title }

    public init(title: String) { self.title = title }

    /// Everything that is wrong with it by itself, in words.
    public var problems: [String] {
        var problems: [String] = []
        if AETitle(title) == nil { problems.append("'\(title)' is no AE title: 1 to 16 characters, no backslash or control character") }
        if let onConflict, ConflictPolicy(rawValue: onConflict) == nil { problems.append("'\(onConflict)' is not keepFirst, keepBoth, keepBothFromSameSource or quarantine") }
        do throws(ArchiveError) { _ = try Access(view: view) } catch { problems.append(error.message) }
        return problems
    }

    func problems(beside peers: [Peer]) -> [String] {
        let names = Set(peers.map(\.name))
        return (callers ?? []).filter { !names.contains($0) }.map { "there is no peer '\($0)' to call it" }
    }

    func normalized() -> ApplicationEntity {
        var entity = self
        entity.title = AETitle(title)?.text ?? title
        return entity
    }
}

// Sparse, as peers are.
extension ApplicationEntity {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(title: try values.decode(String.self, forKey: .title))
        func take<T: Decodable>(_ key: CodingKeys, _ field: inout T) throws {
            if let value = try values.decodeIfPresent(T.self, forKey: key) { field = value }
        }
        try take(.description, &description)
        try take(.services, &services)
        callers = try values.decodeIfPresent([String].self, forKey: .callers)
        try take(.view, &view)
        acceptsUnknownSOPClasses = try values.decodeIfPresent(Bool.self, forKey: .acceptsUnknownSOPClasses)
        onConflict = try values.decodeIfPresent(String.self, forKey: .onConflict)
    }
}
