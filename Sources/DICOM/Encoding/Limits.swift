/// What a reader accepts, checked before anything is allocated.
public struct ReadLimits: Sendable {
    /// A longer value stays outside: its place is noted.
    public var elementInMemory: UInt64 = 16 << 20
    /// Sum of the values and headers held.
    public var dataSetInMemory: UInt64 = 64 << 20
    public var nesting = 64
    public var elements = 2_000_000
    public var fragments = 4_000_000
    /// Bytes out for one byte in of a deflated data set.
    public var inflateRatio: UInt64 = 1000

    public init() {}
}
