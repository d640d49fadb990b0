/// RLE Lossless (PS3.5 Annex G): a frame as byte planes, each packed by itself.
///
/// ```
/// OFFSET   SIZE  DESCRIPTION (little endian)
/// 0        4     number of segments, at most 15
/// 4        60    where each segment begins, from the start of this header; 0 where there is none
/// 64       …     segments, of even length: first sample's most significant byte, …, last sample's least significant one
/// ```
public enum RLELossless {
    static let headerBytes = 64
    static let mostSegments = 15

    /// Byte planes of a frame, and bytes of one plane.
    static func planes(of layout: FrameLayout) throws(CodecError) -> (count: Int, bytes: Int) {
        if layout.bitsAllocated == 1 {
            // Eight samples are one byte: a single plane of what a native frame would be.
            guard layout.samples == 1 else { throw CodecError(.unsupported, "single bits with more than one sample a pixel", at: 0) }
            return (1, layout.bytes)
        }
        let count = layout.samples * (layout.bitsAllocated / 8)
        guard count <= mostSegments else { throw CodecError(.unsupported, "more than 15 segments", at: 0) }
        return (count, layout.pixels)
    }
}
