/// What else may be speaking on a DICOM port, told from its first bytes.
public enum ForeignProtocol: Sendable, Equatable, CaseIterable {
    case http, httpResponse, tls, ssh, smb, mllp, mail

    /// First bytes, beginning at the given offset.
    private static let greetings: [(ForeignProtocol, offset: Int, String)] = [
        (.http, 0, "GET "), (.http, 0, "HEAD "), (.http, 0, "POST "), (.http, 0, "PUT "), (.http, 0, "DELETE "),
        (.http, 0, "OPTIONS "), (.http, 0, "PATCH "), (.http, 0, "CONNECT "), (.http, 0, "TRACE "), (.http, 0, "PRI * HTTP/2"),
        (.httpResponse, 0, "HTTP/"),
        (.tls, 0, "\u{16}\u{03}"), (.tls, 0, "\u{15}\u{03}"),
        (.ssh, 0, "SSH-"),
        (.smb, 5, "SMB"),
        (.mllp, 0, "\u{0B}MSH"),
        (.mail, 0, "220 "), (.mail, 0, "220-"),
    ]

    /// nil where the bytes are no known greeting. Given at least the six bytes of a PDU header; SMB shows itself after seven.
    init?(firstBytes bytes: some Collection<UInt8>) {
        for (name, offset, text) in Self.greetings {
            let seen = bytes.dropFirst(offset).prefix(text.utf8.count)
            if seen.count >= 2, text.utf8.starts(with: seen) {
                self = name
                return
            }
        }
        return nil
    }

    /// `an HTTP request`, to be put after "the peer sent".
    public var words: String {
        switch self {
        case .http: "an HTTP request"
        case .httpResponse: "an HTTP response"
        case .tls: "a TLS handshake"
        case .ssh: "an SSH greeting"
        case .smb: "an SMB request"
        case .mllp: "an HL7 message (MLLP)"
        case .mail: "a mail or file transfer greeting"
        }
    }
}
