/// A-ASSOCIATE-RJ (PS3.8 §9.3.4). Numbers are kept as received; `words` explains them.
public struct AssociateReject: Equatable, Sendable, CustomStringConvertible {
    public var result: UInt8
    public var source: UInt8
    public var reason: UInt8

    public init(result: UInt8, source: UInt8, reason: UInt8) {
        self.result = result
        self.source = source
        self.reason = reason
    }

    public static let noReason = AssociateReject(result: 1, source: 1, reason: 1)
    public static let applicationContextNotSupported = AssociateReject(result: 1, source: 1, reason: 2)
    public static let callingAETitleNotRecognized = AssociateReject(result: 1, source: 1, reason: 3)
    public static let calledAETitleNotRecognized = AssociateReject(result: 1, source: 1, reason: 7)
    public static let protocolVersionNotSupported = AssociateReject(result: 1, source: 2, reason: 2)
    public static let temporaryCongestion = AssociateReject(result: 2, source: 3, reason: 1)
    public static let localLimitExceeded = AssociateReject(result: 2, source: 3, reason: 2)

    public var isTransient: Bool { result == 2 }

    /// PS3.8 Table 9-21: source, reason, meaning.
    private static let words: [(source: UInt8, reason: UInt8, words: String)] = [
        (1, 1, "no reason given"),
        (1, 2, "application context name not supported"),
        (1, 3, "calling AE title not recognized"),
        (1, 7, "called AE title not recognized"),
        (2, 1, "no reason given (ACSE)"),
        (2, 2, "protocol version not supported"),
        (3, 1, "temporary congestion"),
        (3, 2, "local limit exceeded"),
    ]

    public var description: String {
        let words = Self.words.first { $0.source == source && $0.reason == reason }?.words
            ?? "reserved reason (source \(source), reason \(reason))"
        return "\(isTransient ? "transient" : "permanent"): \(words)"
    }
}

/// A-ABORT (PS3.8 §9.3.8). Numbers are kept as received.
public struct Abort: Equatable, Sendable, CustomStringConvertible {
    /// 0 service-user, 2 service-provider.
    public var source: UInt8
    /// Significant where the source is the service-provider.
    public var reason: Reason

    public init(source: UInt8, reason: Reason = .notSpecified) {
        self.source = source
        self.reason = reason
    }

    public static let serviceUser = Abort(source: 0)
    public static func serviceProvider(_ reason: Reason) -> Abort { Abort(source: 2, reason: reason) }

    /// PS3.8 Table 9-26.
    public enum Reason: UInt8, Sendable {
        case notSpecified = 0
        case unrecognizedPDU = 1
        case unexpectedPDU = 2
        case reserved = 3
        case unrecognizedParameter = 4
        case unexpectedParameter = 5
        case invalidParameterValue = 6
    }

    public var description: String {
        guard source == 2 else { return "by its application" }
        let words = switch reason {
        case .notSpecified: "no reason given"
        case .unrecognizedPDU: "unrecognized PDU"
        case .unexpectedPDU: "unexpected PDU"
        case .reserved: "reserved reason"
        case .unrecognizedParameter: "unrecognized PDU parameter"
        case .unexpectedParameter: "unexpected PDU parameter"
        case .invalidParameterValue: "invalid PDU parameter value"
        }
        return "by its network layer: \(words)"
    }
}
