import DICOM

/// Why an image cannot be shown: what is wrong, in which attribute, with which numbers.
public struct ImageError: Error, Equatable, Sendable {
    public enum Code: UInt8, Sendable, CaseIterable {
        /// An attribute that is needed is absent or empty.
        case missing
        /// A value the standard does not allow, or that contradicts another one.
        case invalid
        /// Allowed, but not done by this code.
        case unsupported
        /// More pixels or bytes than ``ImageLimits`` lets in.
        case tooLarge
        /// Fewer bytes than the description asks for.
        case truncated
        /// The picture could not be written in the format asked for.
        case encoding
        /// The worker that had the frame crashed, took too long or answered nonsense.
        case failed
        /// Nobody waits for it any more.
        case cancelled
        /// No worker can take it.
        case unavailable
    }

    public var code: Code
    /// The attribute concerned, where there is one.
    public var tag: Tag?
    public var message: String

    public init(_ code: Code, _ tag: Tag?, _ message: String) {
        self.code = code
        self.tag = tag
        self.message = message
    }

    /// Equal by code and attribute, so that tests are short.
    public static func == (a: ImageError, b: ImageError) -> Bool { a.code == b.code && a.tag == b.tag }
}

extension ImageError: CustomStringConvertible {
    /// `Bits Stored (0028,0101): 17 is more than the 16 of Bits Allocated`
    public var description: String {
        guard let tag else { return message }
        let name = DataElementTable.entry(for: tag).map { $0.name + " " } ?? ""
        return "\(name)\(tag): \(message)"
    }
}

/// What is looked at, checked before anything is allocated.
public enum ImageLimits {
    /// Bytes of one decoded frame.
    public static let frameBytes = 1 << 30
    /// Pixels of one frame, read or rendered.
    public static let framePixels = 1 << 28
}
