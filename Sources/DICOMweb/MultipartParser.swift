import Foundation

/// Why a multipart body cannot be read (RFC 2046 §5.1).
public struct MultipartError: Error, CustomStringConvertible {
    public var description: String

    public init(description: String) { self.description = description }
}

/// Takes a multipart body apart as it comes (RFC 2046 §5.1, RFC 2387). A pure value: bytes in, events out.
public struct MultipartParser: Sendable {
    public enum Event: Sendable, Equatable {
        /// Header fields of a part, names in lower case.
        case begin(headers: [String: String])
        case body(ArraySlice<UInt8>)
        case end
    }

    private enum State { case preamble, headers, body, afterDelimiter, epilogue }

    public static let largestHeaders = 32 << 10
    private let delimiter: [UInt8]
    private var buffer: [UInt8] = []
    private var state = State.preamble

    /// - Parameter boundary: as the Content-Type says it: 1 to 70 characters (RFC 2046 §5.1.1).
    public init(boundary: String) throws(MultipartError) {
        guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw MultipartError(description: "the boundary must have 1 to 70 printable characters")
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may stand at the very beginning, without the line end that belongs to it elsewhere.
        buffer = [0x0D, 0x0A]
    }

    /// The closing delimiter has been read.
    public var isComplete: Bool { state == .epilogue }

    /// The first delimiter has been read.
    public var hasBegun: Bool { state != .preamble }

    public mutating func feed(_ bytes: some Sequence<UInt8>) throws(MultipartError) -> [Event] {
        buffer.append(contentsOf: bytes)
        var events: [Event] = []
        var position = 0
        scan: while true {
            switch state {
            case .preamble, .body:
                if let start = find(delimiter, from: position) {
                    if state == .body {
                        if start > position { events.append(.body(buffer[position..<start])) }
                        events.append(.end)
                    }
                    position = start + delimiter.count
                    state = .afterDelimiter
                } else {
                    // What may be the beginning of a delimiter waits for the next bytes.
                    let safe = max(position, buffer.count - delimiter.count)
                    if state == .body, safe > position { events.append(.body(buffer[position..<safe])) }
                    position = safe
                    break scan
                }
            case .afterDelimiter:
                guard buffer.count - position >= 2 else { break scan }
                if buffer[position] == UInt8(ascii: "-"), buffer[position + 1] == UInt8(ascii: "-") {
                    state = .epilogue
                    position = buffer.count
                    break scan
                }
                // White space may follow a delimiter on its line.
                guard let end = find([0x0D, 0x0A], from: position) else {
                    guard buffer.count - position < 1024 else { throw MultipartError(description: "the line of a boundary does not end") }
                    break scan
                }
                // Kept: an empty line right away means that the part has no header fields.
                position = end
                state = .headers
            case .headers:
                guard let end = find([0x0D, 0x0A, 0x0D, 0x0A], from: position) else {
                    guard buffer.count - position <= Self.largestHeaders else {
                        throw MultipartError(description: "the header fields of a part exceed \(Self.largestHeaders) bytes")
                    }
                    break scan
                }
                events.append(.begin(headers: Self.headers(buffer[position..<end])))
                position = end + 4
                // The delimiter of an empty body needs the line end that closed the headers.
                if buffer[(end + 2)...].starts(with: delimiter) { position = end + 2 }
                state = .body
            case .epilogue:
                position = buffer.count
                break scan
            }
        }
        buffer.removeFirst(position)
        return events
    }

    private func find(_ pattern: [UInt8], from start: Int) -> Int? {
        guard buffer.count - start >= pattern.count else { return nil }
        return buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            let end = bytes.count - pattern.count + 1
            var index = start
            while index < end, let found = memchr(base + index, Int32(pattern[0]), end - index) {
                index = base.distance(to: UnsafeRawPointer(found))
                if memcmp(found, pattern, pattern.count) == 0 { return index }
                index += 1
            }
            return nil
        }
    }

    private static func headers(_ bytes: ArraySlice<UInt8>) -> [String: String] {
        var result: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...]
            result[line[..<colon].trimmed.lowercased()] = value.trimmed
        }
        return result
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    package var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
