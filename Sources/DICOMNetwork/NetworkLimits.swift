import NIOCore

/// Everything that is bounded, and how long anything is waited for.
public struct NetworkLimits: Sendable {
    // MARK: Sizes, checked before anything is allocated

    /// Largest P-DATA-TF variable field that we announce and accept, in bytes.
    public var maximumLength: UInt32 = 128 << 10
    /// No announcement goes beyond this.
    public static let maximumLengthCap: UInt32 = 1 << 20
    /// Largest P-DATA-TF variable field that we send, whatever the peer would take.
    public var sendLength: UInt32 = 128 << 10
    /// A-ASSOCIATE PDU, and so all the strings in it.
    public var associateLength: UInt32 = 256 << 10
    /// Odd identifiers of one byte: the protocol has no more.
    public static let presentationContexts = 128
    public var commandSetLength = 64 << 10

    // MARK: Memory of one association

    /// Reading stops when this much waits for the consumer, and resumes at half of it.
    public var receiveQueueLength = 512 << 10
    /// Largest single read from the socket.
    public var receiveBufferLength = 256 << 10

    /// Operations that we have outstanding on one association at most, where the peer knows no limit.
    public var operationsAtOnce = 32

    // MARK: Associations at once

    public var associations = 200
    public var associationsPerPeer = 20
    /// Connections beyond these that are still told why they are rejected; more are closed unheard.
    public var rejectionsAtOnce = 50

    // MARK: Times

    public var connectTimeout: TimeAmount = .seconds(10)
    /// Association request/reject/release timer (PS3.8 §9.1.4).
    public var artim: TimeAmount = .seconds(30)
    /// Answer to an A-ASSOCIATE-RQ or A-RELEASE-RQ of ours.
    public var associateTimeout: TimeAmount = .seconds(30)
    /// Established, nothing under way, nothing heard.
    public var idleTimeout: TimeAmount = .seconds(300)
    /// In the middle of a message: nothing received, or nothing taken by the peer of what we send.
    public var dimseTimeout: TimeAmount = .seconds(60)
    /// Answer to a request of ours.
    public var responseTimeout: TimeAmount = .seconds(300)

    public init() {}

    /// What is announced to the peer: never 0, which would mean no limit.
    var announcedLength: UInt32 { min(max(maximumLength, 4096), Self.maximumLengthCap) }
}
