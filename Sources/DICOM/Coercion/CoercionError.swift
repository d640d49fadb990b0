/// What is wrong with a rule, in words for whoever wrote it.
public struct CoercionError: Error, Equatable, Sendable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// A rule does not let an object in: the status its sender hears, and why.
public struct CoercionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Of the service's response (PS3.4 Table B.2-1, PS3.7 Annex C).
    public var status: UInt16
    public var words: String
    public var rule: String

    public var description: String { words }
}
