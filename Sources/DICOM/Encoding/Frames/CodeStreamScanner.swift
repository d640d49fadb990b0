/// Finds where code streams that lie one after the other begin and end, by their marker segments.
///
/// It is fed from the byte it asks for (`next`) on: lengths that the streams state are jumped over.
struct CodeStreamScanner {
    /// Streams that are whole, in offsets that count like `next`.
    private(set) var streams: [Range<UInt64>] = []
    /// The next byte to be seen.
    private(set) var next: UInt64
    /// Why the bytes could not be followed.
    private(set) var problem: String?
    private var state = State.between
    private var start: UInt64 = 0
    private let limit: Int

    private enum State {
        /// Before a stream: padding is passed over.
        case between
        /// At a marker of a JPEG header.
        case jpegMarker
        /// In entropy-coded data, up to a marker that ends it (ISO/IEC 10918-1 B.1.1.5).
        case jpegData
        /// At a marker of a JPEG 2000 main header or at a tile-part.
        case j2kMarker
        /// In the last tile-part, whose length is not stated.
        case j2kData
    }

    /// - Parameters:
    ///   - offset: of the first byte.
    ///   - limit: of streams, so that a hostile value does not fill memory.
    init(from offset: UInt64, limit: Int) {
        next = offset
        self.limit = limit
    }

    /// Enough to see any of the steps.
    private static let window = 16

    /// - Parameters:
    ///   - bytes: from `next` on.
    ///   - isLast: no byte follows these.
    mutating func scan(_ bytes: [UInt8], isLast: Bool) {
        var at = 0
        let first = next
        bytes.withUnsafeBufferPointer { bytes in
            while problem == nil, at < bytes.count, bytes.count - at >= Self.window || isLast {
                let step = step(UnsafeBufferPointer(rebasing: bytes[at...]), at: first &+ UInt64(at))
                guard step > 0 else { break }
                // Beyond these bytes: the next call begins there.
                let (sum, overflow) = at.addingReportingOverflow(step)
                at = overflow ? .max : sum
            }
        }
        next = first.addingReportingOverflow(UInt64(at)).partialValue
        if isLast, problem == nil, state != .between, at <= bytes.count { problem = "the code stream at byte \(start) does not end" }
    }

    /// How many bytes are understood.
    private mutating func step(_ bytes: UnsafeBufferPointer<UInt8>, at offset: UInt64) -> Int {
        switch state {
        case .between: return begin(bytes, at: offset)
        case .jpegData, .j2kData: return data(bytes, at: offset)
        case .jpegMarker, .j2kMarker: return marker(bytes, at: offset)
        }
    }

    private mutating func begin(_ bytes: UnsafeBufferPointer<UInt8>, at offset: UInt64) -> Int {
        start = offset
        switch CodeStream(startingWith: bytes.prefix(CodeStream.signatureLength)) {
        case .jpeg: (state, start) = (.jpegMarker, offset)
        case .jpeg2000: (state, start) = (.j2kMarker, offset)
        default:
            // What makes a length even, or a frame begin at a round place.
            if let padding = bytes.firstIndex(where: { $0 != 0 }), padding > 0 { return padding }
            if bytes[0] == 0 { return bytes.count }
            if bytes[0] == 0xFF, bytes.count > 1, bytes[1] == 0xFF { return 1 }
            if bytes[0] == 0xFF, bytes.count == 1 { return 1 }
            problem = "no code stream begins at byte \(offset)"
            return 0
        }
        return 2
    }

    private mutating func marker(_ bytes: UnsafeBufferPointer<UInt8>, at offset: UInt64) -> Int {
        guard bytes.count >= 2, bytes[0] == 0xFF else {
            problem = "no marker stands at byte \(offset) of a code stream"
            return 0
        }
        let code = bytes[1]
        if code == 0xD9 { return end(at: offset + 2) }
        if state == .jpegMarker {
            // Fill bytes, and markers without segment (B.1.1.2, B.1.1.3).
            if code == 0xFF { return 1 }
            if code == 0x01 || (0xD0...0xD8).contains(code) { return 2 }
        }
        guard bytes.count >= 4 else {
            problem = "a marker segment is cut off at byte \(offset)"
            return 0
        }
        let length = Int(bytes[2]) << 8 | Int(bytes[3])
        guard length >= 2 else {
            problem = "a marker segment of length \(length) at byte \(offset)"
            return 0
        }
        if state == .jpegMarker {
            if code == 0xDA { state = .jpegData }
            return 2 + length
        }
        guard code == 0x90 else { return 2 + length }
        // SOT: Psot counts from its marker; 0: up to EOC (ISO/IEC 15444-1 A.4.2).
        guard bytes.count >= 12, length == 10 else {
            problem = "a start of tile-part is cut off at byte \(offset)"
            return 0
        }
        let part = Int(bytes[6]) << 24 | Int(bytes[7]) << 16 | Int(bytes[8]) << 8 | Int(bytes[9])
        if part == 0 {
            state = .j2kData
            return 12
        }
        guard part >= 12 else {
            problem = "a tile-part of length \(part) at byte \(offset)"
            return 0
        }
        return part
    }

    private mutating func data(_ bytes: UnsafeBufferPointer<UInt8>, at offset: UInt64) -> Int {
        var index = 0
        while index + 1 < bytes.count {
            guard bytes[index] == 0xFF else { index += 1; continue }
            let code = bytes[index + 1]
            if state == .j2kData {
                // Packet data holds no code above FF8F but EOC (B.10.1).
                if code == 0xD9 { return end(at: offset + UInt64(index) + 2) &+ index }
                index += 1
            } else if code == 0xFF {
                index += 1
            } else if code < 0x80 || (0xD0...0xD7).contains(code) {
                // Stuffed bits of JPEG (0) and JPEG-LS (below 80H), restarts.
                index += 2
            } else {
                state = .jpegMarker
                return index > 0 ? index : marker(bytes, at: offset)
            }
        }
        // A last FF may be the first half of a marker.
        let seen = bytes.last == 0xFF ? bytes.count - 1 : bytes.count
        return max(min(index, seen), 0)
    }

    private mutating func end(at offset: UInt64) -> Int {
        guard streams.count < limit else {
            problem = "more than \(limit) code streams"
            return 0
        }
        streams.append(start..<offset)
        state = .between
        return 2
    }
}
