import Archive
import DICOM
import DICOMNetwork

/// A DICOM node that we know: how it calls us, how we call it, and what it may do.
public struct Peer: Sendable, Hashable, Codable, Identifiable {
    /// What a known caller may ask of us.
    public enum Service: String, Sendable, Codable, CaseIterable {
        /// C-STORE.
        case store
        /// C-FIND.
        case query
        /// C-MOVE and C-GET.
        case retrieve
        /// Storage commitment.
        case commit
    }

    /// For people: unique, chosen by whoever adds it.
    public var name: String
    /// By which it calls us and we call it.
    public var aeTitle: String
    /// Name or address to call; nil: it calls us and is never called.
    public var host: String?
    public var port: Int?
    /// Its DICOMweb: what we send to it and ask of it goes there. It then needs no AE title, host or port.
    public var web: WebAddress?
    /// Numeric addresses or networks (`10.1.0.0/16`) from which it may call; empty: from anywhere, or from its host where the settings say so.
    public var addresses: [String] = []

    public var services: Set<Service> = [.store]
    /// Names of peers to which it may have objects sent by C-MOVE; nil: to any peer, itself included; empty: to none.
    public var destinations: [String]?
    /// Titles of ours that it may call; nil: any of them.
    public var calledAETitles: [String]?
    /// What happens to an object whose SOP Instance UID is known with other content; nil: as the setting says.
    public var onConflict: String?
    /// What of its objects is refused.
    public var acceptance = CoercionRules.none
    /// What is different in the index and in answers from its objects as they came.
    public var coercionIn = CoercionRules.none
    /// What is different in the objects that are sent to it.
    public var coercionOut = CoercionRules.none

    /// Calls, both ways, are over TLS.
    public var usesTLS = false
    /// SHA-256 fingerprint of the certificate it must show, in hexadecimal; nil: any that our authorities have signed.
    public var certificate: String?

    /// Associations from it at once; nil: as many as the settings allow one address.
    public var maxInbound: Int?
    /// Associations to it at once.
    public var maxAssociations = 2
    /// Bytes a second sent to it over all associations; nil: as fast as it goes.
    public var bandwidth: Int?
    /// Operations outstanding on one association, where it grants them.
    public var window = 1
    /// Transfer syntaxes (UIDs) in which it wants objects, the best first; empty: as they are stored, and uncompressed where it does not take that.
    public var transferSyntaxes: [String] = []
    /// Another archive: asked by C-MOVE to us when someone retrieves a study that is not here.
    public var isFallback = false

    public var id: String { name }

    public init(name: String, aeTitle: String, host: String? = nil, port: Int? = nil) {
        self.name = name
        self.aeTitle = aeTitle
        self.host = host
        self.port = port
    }

    public var title: AETitle? { AETitle(aeTitle) }
}

// What is stored is sparse: a value that is absent is the default, so that a field added later needs no migration.
extension Peer {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(name: try values.decode(String.self, forKey: .name), aeTitle: try values.decode(String.self, forKey: .aeTitle))
        func take<T: Decodable>(_ key: CodingKeys, _ field: inout T) throws {
            if let value = try values.decodeIfPresent(T.self, forKey: key) { field = value }
        }
        host = try values.decodeIfPresent(String.self, forKey: .host)
        port = try values.decodeIfPresent(Int.self, forKey: .port)
        web = try values.decodeIfPresent(WebAddress.self, forKey: .web)
        try take(.addresses, &addresses)
        try take(.services, &services)
        destinations = try values.decodeIfPresent([String].self, forKey: .destinations)
        calledAETitles = try values.decodeIfPresent([String].self, forKey: .calledAETitles)
        onConflict = try values.decodeIfPresent(String.self, forKey: .onConflict)
        try take(.acceptance, &acceptance)
        try take(.coercionIn, &coercionIn)
        try take(.coercionOut, &coercionOut)
        try take(.usesTLS, &usesTLS)
        certificate = try values.decodeIfPresent(String.self, forKey: .certificate)
        maxInbound = try values.decodeIfPresent(Int.self, forKey: .maxInbound)
        try take(.maxAssociations, &maxAssociations)
        bandwidth = try values.decodeIfPresent(Int.self, forKey: .bandwidth)
        try take(.window, &window)
        try take(.transferSyntaxes, &transferSyntaxes)
        try take(.isFallback, &isFallback)
    }
}
