import NIOCore

/// Another server's DICOMweb: where it is, as whom we come, whom we believe, and what we allow it.
public struct RemoteService: Sendable {
    public var url: ServiceURL
    public var authentication: Authentication = .none
    public var tls = TLS()
    public var limits = Limits()
    /// Credentials also go over http to another machine, where everybody on the way reads them.
    public var sendsCredentialsInClear = false

    public init(_ url: ServiceURL) { self.url = url }

    /// Shown as its kind alone.
    public enum Authentication: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        case none
        /// RFC 7617.
        case basic(user: String, password: String)
        /// RFC 6750.
        case bearer(token: String)

        public var description: String {
            switch self {
            case .none: "none"
            case .basic: "basic"
            case .bearer: "bearer"
            }
        }
        public var debugDescription: String { description }
        public var customMirror: Mirror { Mirror(self, children: []) }

        /// What is wrong with it, nil where nothing is; does not repeat it.
        var problem: String? {
            switch self {
            case .none: nil
            case .basic(let user, let password):
                user.contains(":") ? "a user of basic authentication has no colon in the name"
                    : (user + password).unicodeScalars.contains { $0.properties.generalCategory == .control } ? "user or password hold control characters" : nil
            case .bearer(let token):
                token.isEmpty || !token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? "a bearer token is printable ASCII characters without spaces" : nil
            }
        }
    }

    public struct TLS: Sendable, Hashable {
        /// PEM file of the authorities whose certificates are believed; nil: those of the system.
        public var authorities: String?
        /// PEM files that we show, where it wants to know who we are.
        public var certificate: String?
        public var key: String?
        /// The certificate has to be for the host that is called.
        public var verifiesHost = true

        public init() {}
    }

    /// What one answer may take, of memory, disk and time.
    public struct Limits: Sendable {
        public var connectTimeout = TimeAmount.seconds(10)
        /// Between two pieces of an answer, or of what it takes.
        public var idleTimeout = TimeAmount.seconds(120)
        /// Of one answer that is held in memory: matches, metadata, outcomes.
        public var document = 256 << 20
        /// Of one instance.
        public var instance: UInt64 = 64 << 30
        /// Of all parts of one answer.
        public var retrieval: UInt64 = 4 << 40
        /// Matches asked for at once.
        public var page = 500
        /// Redirects that are followed for one request, all of them within the origin.
        public var redirects = 5
        /// How often a request is repeated when the server is busy (503, 429) and says for how long.
        public var repeats = 5
        /// The longest wait that is heeded.
        public var longestWait = Duration.seconds(60)
        /// Instances and bytes that go out in one request; one instance always may.
        public var storedInstances = 50
        public var storedBytes: UInt64 = 512 << 20

        public init() {}
    }

    /// Why it cannot be called, in words; nil where it can.
    public var problem: String? {
        if let problem = authentication.problem { return problem }
        guard authentication != .none, !url.isSecure, !url.isLoopback, !sendsCredentialsInClear else { return nil }
        return "credentials would go over http in clear: use https, or allow it"
    }
}
