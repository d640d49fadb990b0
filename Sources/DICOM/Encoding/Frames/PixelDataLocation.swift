/// Where the pixel data of a data set lies, without having it in memory.
public struct PixelDataLocation: Sendable, Hashable {
    public var tag: Tag
    public var vr: VR
    /// The value field, from the first byte of the (inflated) data set. For encapsulated pixel data from the first item's
    /// tag to the last byte before the sequence delimiter.
    public var value: ByteRange
    public var isEncapsulated: Bool
    /// Content of the basic offset table's item: offsets of frames from the first fragment's item tag (PS3.5 §A.4). Often empty.
    public var basicOffsetTable: [UInt32]
    /// Contents of the fragments without their item headers, offsets from the first byte of the data set.
    public var fragments: [ByteRange]
    /// What each fragment begins with.
    public var starts: [CodeStream?]

    /// - Parameter starts: as many as there are fragments, or none where they were not looked at.
    public init(
        tag: Tag, vr: VR, value: ByteRange, isEncapsulated: Bool, basicOffsetTable: [UInt32] = [], fragments: [ByteRange] = [],
        starts: [CodeStream?] = []
    ) {
        self.tag = tag
        self.vr = vr
        self.value = value
        self.isEncapsulated = isEncapsulated
        self.basicOffsetTable = basicOffsetTable
        self.fragments = fragments
        self.starts = starts
    }
}
