import Archive
import DICOMNetwork

/// One of our own titles: what is served under it, to whom, and which part of the archive it shows.
public struct ApplicationEntity: Sendable, Hashable, Codable {
    public var title: String
    /// Shown to people.
    public var description: String = ""
    /// What is served under this title; a caller may do what both it and the title allow.
    public var services: Set<Peer.Service> = Set(Peer.Service.allCases)
    /// Matching keys, `Modality=CT`, that every study found or retrieved under this title meets; several of one attribute are alternatives.
    public var view: [String] = []
    /// Objects of private and unknown SOP classes are stored; nil: as the setting says.
    public var acceptsUnknownSOPClasses: Bool?
    /// nil: as the peer, else the setting says.
    public var onConflict: String?

    public init(title: String) { self.title = title }
}
