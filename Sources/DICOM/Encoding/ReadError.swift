/// Why bytes could not be read as a data set or file: what, where, and with which numbers.
public struct ReadError: Error, Equatable, Sendable {
    public enum Code: Sendable {
        case truncated, lengthExceedsParent, invalidVR, invalidUndefinedLength, unexpectedTag, duplicateElement
        case nestingTooDeep, tooManyElements, tooLarge, invalidDeflate, inflateRatio, notDICOM, invalidFileMetaInformation, trailingBytes
        /// Of pixel data: there is no such frame; it cannot be told where frames begin.
        case noSuchFrame, framesUnclear
    }

    public var code: Code
    /// From the outermost sequence to the element concerned.
    public var path: [Tag]
    /// From the first byte of the data set (of the file, where a file is read); of the inflated bytes where deflated.
    public var offset: UInt64
    public var message: String

    public init(_ code: Code, path: [Tag] = [], offset: UInt64, _ message: String) {
        self.code = code
        self.path = path
        self.offset = offset
        self.message = message
    }

    /// Equal by code, so that tests are short.
    public static func == (a: ReadError, b: ReadError) -> Bool { a.code == b.code }
}

extension ReadError: CustomStringConvertible {
    /// `(0040,A730) › (0028,0010) at byte 1312: length 4294967294 exceeds the 512 bytes left in the item`
    public var description: String {
        let place = path.isEmpty ? "" : path.map(\.description).joined(separator: " › ") + " "
        return "\(place)at byte \(offset): \(message)"
    }
}

/// Input that bends the rules but has one certain meaning: read, and told.
public struct ReadWarning: Sendable, CustomStringConvertible {
    public var path: [Tag]
    public var offset: UInt64
    public var message: String

    public init(path: [Tag], offset: UInt64, message: String) {
        self.path = path
        self.offset = offset
        self.message = message
    }

    public var description: String { ReadError(.unexpectedTag, path: path, offset: offset, message).description }
}
