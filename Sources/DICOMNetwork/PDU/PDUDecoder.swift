import NIOCore

/// Bytes as they come to PDUs (PS3.8 §9.3). Data values are handed on in pieces while they arrive; every other PDU is
/// collected first, its length having been compared with its limit.
///
/// Feed a buffer, then call `next` until it returns nil; all bytes fed have then been taken in.
struct PDUDecoder: Sendable {
    enum Output: Equatable {
        case pdu(PDU)
        /// A presentation data value, or a piece of one.
        case data(PresentationDataValue)
    }

    private enum State {
        case header
        case body(PDU.Kind, length: Int)
        case valueHeader(left: Int)
        case fragment(PresentationDataValue, left: Int, leftInPDU: Int)
        case failed(NetworkError)
    }

    private let dataLimit: UInt32
    private let associateLimit: UInt32
    private var state = State.header
    private var isFirst = true
    private var input = ByteBuffer()
    /// What has come of a header or body that was cut.
    private var partial = ByteBuffer()

    init(limits: NetworkLimits = NetworkLimits()) {
        dataLimit = limits.announcedLength
        associateLimit = limits.associateLength
    }

    mutating func feed(_ buffer: ByteBuffer) {
        if input.readableBytes == 0 { input = buffer } else { input.writeImmutableBuffer(buffer) }
    }

    /// Between two PDUs, with nothing half read.
    var isAtBoundary: Bool {
        if case .header = state { input.readableBytes == 0 && partial.readableBytes == 0 } else { false }
    }

    /// Once it has thrown it throws the same again.
    mutating func next() throws(NetworkError) -> Output? {
        do {
            return try step()
        } catch {
            state = .failed(error)
            input.clear()
            partial.clear()
            throw error
        }
    }

    private mutating func step() throws(NetworkError) -> Output? {
        while true {
            switch state {
            case .failed(let error):
                throw error

            case .header:
                guard let header = take(PDUHeaderLayout.size) else { return nil }
                try readHeader(header)

            case .body(let kind, let length):
                guard let body = take(length) else { return nil }
                state = .header
                return .pdu(try PDU(kind, body: body))

            case .valueHeader(left: 0):
                state = .header

            case .valueHeader(let left):
                let size = PresentationDataValueLayout.fragment.lowerBound
                guard left >= size else {
                    throw .malformedPDU(.data, offset: 6, "\(left) bytes are left, too few for a presentation data value")
                }
                guard let header = take(size) else { return nil }
                if let empty = try readValueHeader(header, left: left) { return .data(empty) }

            case .fragment(var value, let left, let leftInPDU):
                guard let piece = input.readSlice(length: min(left, input.readableBytes)), piece.readableBytes > 0 else {
                    return nil
                }
                let rest = left - piece.readableBytes
                if rest == 0 {
                    state = .valueHeader(left: leftInPDU)
                } else {
                    state = .fragment(value, left: rest, leftInPDU: leftInPDU)
                    value.isLast = false
                }
                value.bytes = piece
                return .data(value)
            }
        }
    }

    /// Checks type and length, before anything of the body is kept.
    private mutating func readHeader(_ header: ByteBuffer) throws(NetworkError) {
        let start = header.readerIndex
        guard let type = header.getInteger(at: start, as: UInt8.self),
              let length = header.getInteger(at: start + PDUHeaderLayout.length.lowerBound, as: UInt32.self)
        else { return }
        guard let kind = PDU.Kind(rawValue: type) else {
            let firstBytes = Array(header.readableBytesView) + input.readableBytesView.prefix(16)
            if isFirst, let peer = ForeignProtocol(firstBytes: firstBytes) { throw .foreignProtocol(peer) }
            throw .unknownPDU(type: type)
        }
        isFirst = false
        switch kind {
        case .data:
            guard length <= dataLimit else { throw .pduTooLong(kind, length: length, limit: dataLimit) }
            guard length > 0 else { throw .malformedPDU(kind, offset: 2, "no presentation data value") }
            state = .valueHeader(left: Int(length))
        case .associateRequest, .associateAccept:
            guard length <= associateLimit else { throw .pduTooLong(kind, length: length, limit: associateLimit) }
            state = .body(kind, length: Int(length))
        case .associateReject, .releaseRequest, .releaseResponse, .abort:
            guard length == 4 else { throw .malformedPDU(kind, offset: 2, "length \(length) instead of 4") }
            state = .body(kind, length: 4)
        }
    }

    /// Returns the value itself where its fragment is empty and nothing more will come of it.
    private mutating func readValueHeader(_ header: ByteBuffer, left: Int) throws(NetworkError) -> PresentationDataValue? {
        let start = header.readerIndex
        guard let length = header.getInteger(at: start, as: UInt32.self),
              let contextID = header.getInteger(at: start + PresentationDataValueLayout.contextID, as: UInt8.self),
              let control = header.getInteger(at: start + PresentationDataValueLayout.controlHeader, as: UInt8.self)
        else { return nil }
        let available = left - 4
        guard length >= 2, length <= available else {
            throw .malformedPDU(.data, offset: 6, "presentation data value of \(length) bytes where 2 to \(available) are possible")
        }
        let value = PresentationDataValue(
            contextID: contextID,
            isCommand: control & PresentationDataValueLayout.commandBit != 0,
            isLast: control & PresentationDataValueLayout.lastBit != 0,
            bytes: ByteBuffer()
        )
        let fragment = Int(length) - 2
        let leftInPDU = available - Int(length)
        guard fragment > 0 else {
            state = .valueHeader(left: leftInPDU)
            return value
        }
        state = .fragment(value, left: fragment, leftInPDU: leftInPDU)
        return nil
    }

    /// Exactly `count` bytes, or nil after keeping what there is.
    private mutating func take(_ count: Int) -> ByteBuffer? {
        if partial.readableBytes == 0, let whole = input.readSlice(length: count) { return whole }
        let missing = count - partial.readableBytes
        if var piece = input.readSlice(length: min(missing, input.readableBytes)) { partial.writeBuffer(&piece) }
        guard partial.readableBytes == count else { return nil }
        defer { partial = ByteBuffer() }
        return partial
    }
}
