/// Who sends an object.
public struct Source: Sendable, Hashable {
    public enum Kind: String, Sendable {
        case dimse, dicomweb, upload, importing, local, folder
    }

    public var kind: Kind
    /// Calling AE title.
    public var aeTitle: String?
    public var user: String?
    public var host: String?
    /// What to do with an object whose SOP Instance UID is known with other content.
    public var onConflict: ConflictPolicy
    /// Names the association or request in which it sends; "": told by its label.
    public var act: String

    public init(kind: Kind, aeTitle: String? = nil, user: String? = nil, host: String? = nil, onConflict: ConflictPolicy = .keepFirst, act: String = "") {
        self.kind = kind
        self.aeTitle = aeTitle
        self.user = user
        self.host = host
        self.onConflict = onConflict
        self.act = act
    }

    /// As the index keeps it: `dimse CT1@10.1.2.3`, `upload anna@10.1.2.4`.
    public var label: String {
        let who = [aeTitle, user].compactMap { $0 }.joined(separator: "/")
        let label = [kind.rawValue, who.isEmpty ? host.map { "@\($0)" } ?? "" : host.map { "\(who)@\($0)" } ?? who]
        return label.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Whether two labels are of one sender: by its name, wherever it calls from; of one without a name by its address.
    static func isSame(_ a: String, _ b: String) -> Bool {
        func name(_ label: String) -> Substring {
            guard let mark = label.lastIndex(of: "@"), mark > label.startIndex, label[label.index(before: mark)] != " " else { return label[...] }
            return label[..<mark]
        }
        return name(a) == name(b)
    }
}

/// One SOP Instance UID, two contents: never is one overwritten in silence.
public enum ConflictPolicy: String, Sendable {
    /// The object that was here stays; the new one is not kept.
    case keepFirst
    /// Both are kept, the newest is shown. An object of another study or series goes to quarantine instead.
    case keepBoth
    /// Both are kept where the new one comes from whoever sent the one that is here. From another it goes to quarantine.
    case keepBothFromSameSource
    /// The new one is kept aside and not shown.
    case quarantine
}
