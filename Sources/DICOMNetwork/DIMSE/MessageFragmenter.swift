import NIOCore

/// Messages to P-DATA-TF PDUs of one presentation data value each (PS3.7 §6.3, PS3.8 §E.2), none longer than the peer takes.
///
/// What `take` and `takeParts` return is to be written as it is, all in one call: a header sent on its own waits for the peer's delayed
/// acknowledgement. Long fragments are not copied: they stay parts of the buffers they came in.
struct MessageFragmenter {
    private let contextID: UInt8
    /// Largest fragment: the PDU's variable field less the value's own six bytes.
    private let fragmentLength: Int
    private var output = ByteBuffer()
    /// What comes before `output`.
    private var parts: [ByteBuffer] = []
    private var partBytes = 0
    /// Shorter fragments are cheaper to copy than to point at.
    private static let copiedLength = 8192
    /// Data set bytes that do not fill a fragment yet: the last fragment must be known to be the last.
    private var waiting = ByteBuffer()

    /// - Parameter maximumLength: as the peer announced it; 0 is no limit.
    init(contextID: UInt8, maximumLength: UInt32, limits: NetworkLimits) {
        self.contextID = contextID
        let length = maximumLength == 0 ? limits.sendLength : min(maximumLength, limits.sendLength)
        // A peer that announces less than a header could hold gets the smallest fragment there is.
        fragmentLength = max(2, Int(length & ~1) - PresentationDataValueLayout.fragment.lowerBound)
    }

    mutating func command(_ command: CommandSet) {
        var bytes = command.encoded()
        while let fragment = bytes.readSlice(length: min(fragmentLength, bytes.readableBytes)), fragment.readableBytes > 0 {
            write(fragment, isCommand: true, isLast: bytes.readableBytes == 0)
        }
    }

    mutating func data(_ bytes: ByteBuffer) {
        var bytes = bytes
        if waiting.readableBytes > 0 {
            let missing = min(fragmentLength - waiting.readableBytes, bytes.readableBytes)
            if var piece = bytes.readSlice(length: missing) { waiting.writeBuffer(&piece) }
            guard bytes.readableBytes > 0 else { return }
            write(waiting, isCommand: false, isLast: false)
            waiting = ByteBuffer()
        }
        while bytes.readableBytes > fragmentLength, let fragment = bytes.readSlice(length: fragmentLength) {
            write(fragment, isCommand: false, isLast: false)
        }
        if waiting.readableBytes == 0 { waiting = bytes } else { waiting.writeBuffer(&bytes) }
    }

    mutating func endOfData() {
        write(waiting, isCommand: false, isLast: true)
        waiting = ByteBuffer()
    }

    var readyBytes: Int { partBytes + output.readableBytes }

    /// Everything that is ready, to be written one after the other.
    mutating func takeParts() -> [ByteBuffer] {
        defer { (parts, partBytes, output) = ([], 0, ByteBuffer()) }
        return output.readableBytes > 0 ? parts + [output] : parts
    }

    /// The same in one buffer.
    mutating func take() -> ByteBuffer {
        let parts = takeParts()
        guard var whole = parts.first else { return ByteBuffer() }
        for part in parts.dropFirst() { whole.writeImmutableBuffer(part) }
        return whole
    }

    private mutating func write(_ fragment: ByteBuffer, isCommand: Bool, isLast: Bool) {
        let valueLength = UInt32(fragment.readableBytes + 2)
        output.writeMultipleIntegers(PDU.Kind.data.rawValue, 0 as UInt8, valueLength + 4, valueLength)
        output.writeInteger(contextID)
        output.writeInteger(PresentationDataValueLayout.controlHeader(command: isCommand, last: isLast))
        guard fragment.readableBytes > Self.copiedLength else {
            output.writeImmutableBuffer(fragment)
            return
        }
        parts += [output, fragment]
        partBytes += output.readableBytes + fragment.readableBytes
        output = ByteBuffer()
    }
}
