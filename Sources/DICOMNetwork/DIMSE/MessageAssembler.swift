import NIOCore

/// Presentation data values to messages (PS3.7 §6.3, PS3.8 §E.2): the command is collected, the data set handed on as it comes.
///
/// A message is one command and, where it says so, one data set, all in one presentation context, not mixed with others.
struct MessageAssembler: Sendable {
    enum Output: Equatable {
        /// A command is complete. Where it has a data set, `data` and `endOfDataSet` follow; else the message is whole.
        case command(CommandSet, contextID: UInt8)
        case data(ByteBuffer)
        case endOfDataSet
    }

    private enum State {
        case idle
        case command(contextID: UInt8, ByteBuffer)
        case dataSet(contextID: UInt8)
    }

    private let contextIDs: Set<UInt8>
    private let commandSetLength: Int
    private var state = State.idle

    init(contextIDs: Set<UInt8>, commandSetLength: Int = NetworkLimits().commandSetLength) {
        self.contextIDs = contextIDs
        self.commandSetLength = commandSetLength
    }

    /// A message has begun and is not complete.
    var isInMessage: Bool { if case .idle = state { false } else { true } }

    /// Calls `emit` for each thing that came of the value: none, one or (data and its end) two.
    mutating func handle(_ value: PresentationDataValue, _ emit: (Output) -> Void) throws(NetworkError) {
        guard contextIDs.contains(value.contextID) else {
            throw .malformedMessage("presentation context \(value.contextID) was not accepted")
        }
        switch state {
        case .idle:
            guard value.isCommand else { throw .malformedMessage("a data set fragment where a command is due") }
            try collect(ByteBuffer(), value, emit)

        case .command(let contextID, let collected):
            guard value.isCommand else { throw .malformedMessage("a data set fragment before the command was complete") }
            guard value.contextID == contextID else { throw changedContext(contextID, value.contextID) }
            state = .idle
            try collect(collected, value, emit)

        case .dataSet(let contextID):
            guard !value.isCommand else { throw .malformedMessage("a command fragment in the middle of a data set") }
            guard value.contextID == contextID else { throw changedContext(contextID, value.contextID) }
            if value.bytes.readableBytes > 0 { emit(.data(value.bytes)) }
            if value.isLast {
                state = .idle
                emit(.endOfDataSet)
            }
        }
    }

    private mutating func collect(
        _ collected: ByteBuffer, _ value: PresentationDataValue, _ emit: (Output) -> Void
    ) throws(NetworkError) {
        let length = collected.readableBytes + value.bytes.readableBytes
        guard length <= commandSetLength else { throw .malformedCommand("longer than \(commandSetLength) bytes") }
        var command = collected
        command.writeImmutableBuffer(value.bytes)
        guard value.isLast else {
            state = .command(contextID: value.contextID, command)
            return
        }
        let set = try CommandSet(encoded: command)
        if set.hasDataSet { state = .dataSet(contextID: value.contextID) }
        emit(.command(set, contextID: value.contextID))
    }

    private func changedContext(_ old: UInt8, _ new: UInt8) -> NetworkError {
        .malformedMessage("presentation context changed from \(old) to \(new) within a message")
    }
}
