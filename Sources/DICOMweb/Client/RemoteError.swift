/// Why another server's DICOMweb did not do what was asked. Never holds credentials.
public struct RemoteError: Error, Sendable, Equatable {
    public enum Code: Sendable {
        /// What was given as its address or credentials cannot be used.
        case address
        /// Nobody answers there, or the connection broke.
        case unreachable
        /// Its certificate is not believed, or no TLS could be agreed.
        case tls
        /// It did not answer in time.
        case timeout
        /// 401, 403, 407.
        case notAuthorized
        /// 404, 410.
        case notFound
        /// 429, 503: another time it may work.
        case busy
        /// Any other status that is no success.
        case status
        /// It sends elsewhere.
        case redirect
        /// More than a limit allows.
        case tooLarge
        /// Not what the standard has it answer.
        case malformed
        /// The answer ended before its time.
        case truncated
    }

    public var code: Code
    /// What was asked, without its query: that may name a patient.
    public var url: String
    /// Of HTTP, where there was an answer.
    public var status: Int?
    /// What is wrong; of an answer, the server's own words, made safe to print.
    public var words: String

    public init(_ code: Code, url: String, status: Int? = nil, _ words: String) {
        self.code = code
        self.url = String(url.prefix { $0 != "?" })
        self.status = status
        self.words = words
    }

    /// Equal by code and status, so that tests are short.
    public static func == (a: RemoteError, b: RemoteError) -> Bool { a.code == b.code && a.status == b.status }

    /// Whether the same may go well at another time.
    public var isPassing: Bool {
        switch code {
        case .unreachable, .timeout, .busy, .truncated: true
        case .status: (status ?? 0) >= 500 && status != 501 && status != 505
        default: false
        }
    }
}

extension RemoteError: CustomStringConvertible {
    public var description: String {
        let answer = status.map { "\($0) \(Self.phrases[$0] ?? "")".trimmed }
        return [url.isEmpty ? nil : url, answer, words.isEmpty ? nil : words].compactMap(\.self).joined(separator: ": ")
    }

    /// Those that are met (RFC 9110 §15).
    private static let phrases: [Int: String] = [
        300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
        308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented",
        502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 507: "Insufficient Storage",
    ]

    static func code(of status: Int) -> Code {
        switch status {
        case 401, 403, 407: .notAuthorized
        case 404, 410: .notFound
        case 429, 503: .busy
        case 300..<400: .redirect
        default: .status
        }
    }

    /// Another's text on one line: no control characters, no markup, not endless.
    static func words(of text: String, isMarkup: Bool) -> String {
        var result = "", isInTag = false, isSpace = true
        for scalar in text.unicodeScalars {
            if isMarkup, scalar == "<" { isInTag = true }
            let isDropped = isInTag || scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format || scalar.properties.isWhitespace
            if isMarkup, scalar == ">" { isInTag = false }
            if isDropped {
                if !isSpace { result.unicodeScalars.append(" ") }
                isSpace = true
            } else {
                result.unicodeScalars.append(scalar)
                isSpace = false
            }
            guard result.unicodeScalars.count < 400 else { return result + "…" }
        }
        return result.trimmed
    }
}
