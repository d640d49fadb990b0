/// Why a code stream could not be read or written. Carries no text that needs a runtime: the same type runs in the browser.
public struct CodecError: Error, Equatable, Sendable {
    public enum Code: UInt8, Sendable {
        /// Ends before the picture does.
        case truncated
        /// Not this codec's stream, or numbers that contradict each other.
        case malformed
        /// Right by the standard, but not done here.
        case unsupported
        /// The stream holds another picture than the caller expects.
        case mismatch
    }

    public let code: Code
    /// What is wrong, in words.
    public let reason: StaticString
    /// Byte of the stream where it was found.
    public let offset: Int

    public init(_ code: Code, _ reason: StaticString, at offset: Int) {
        self.code = code
        self.reason = reason
        self.offset = offset
    }

    public static func == (a: CodecError, b: CodecError) -> Bool { a.code == b.code && a.offset == b.offset }
}
