import NIOCore

/// Messages to P-DATA-TF PDUs of one presentation data value each (PS3.7 §6.3, PS3.8 §E.2), none longer than the peer takes.
///
/// What `take` returns is to be written as it is, headers and bodies in one buffer: a header sent on its own waits for the
/// peer's delayed acknowledgement.
struct MessageFragmenter {
    private let contextID: UInt8
    /// Largest fragment: the PDU's variable field less the value's own six bytes.
    private let fragmentLength: Int
    private var output = ByteBuffer()
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
            waiting.clear()
        }
        while bytes.readableBytes > fragmentLength, let fragment = bytes.readSlice(length: fragmentLength) {
            write(fragment, isCommand: false, isLast: false)
        }
        waiting.writeBuffer(&bytes)
    }

    mutating func endOfData() {
        write(waiting, isCommand: false, isLast: true)
        waiting.clear()
    }

    var readyBytes: Int { output.readableBytes }

    mutating func take() -> ByteBuffer {
        defer { output = ByteBuffer() }
        return output
    }

    private mutating func write(_ fragment: ByteBuffer, isCommand: Bool, isLast: Bool) {
        let valueLength = UInt32(fragment.readableBytes + 2)
        output.writeMultipleIntegers(PDU.Kind.data.rawValue, 0 as UInt8, valueLength + 4, valueLength)
        output.writeInteger(contextID)
        output.writeInteger(PresentationDataValueLayout.controlHeader(command: isCommand, last: isLast))
        output.writeImmutableBuffer(fragment)
    }
}
