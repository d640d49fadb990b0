import DICOM

/// The bytes of a native frame as they are stored, bits that are no part of its samples included: old overlays lie there.
public struct StoredPixels: Sendable {
    let bytes: [UInt8]
    let description: PixelDescription
    let byteOrder: ByteOrder

    public init(bytes: [UInt8], description: PixelDescription, byteOrder: ByteOrder) {
        self.bytes = bytes
        self.description = description
        self.byteOrder = byteOrder
    }

    public init(_ frame: NativeFrame) {
        self.init(bytes: frame.bytes, description: frame.description, byteOrder: .littleEndian)
    }

    /// One bit of each pixel's word, eight in a byte, the first pixel lowest.
    ///
    /// - Parameter position: from 0, the lowest bit of a word.
    /// - Returns: nil where the words have no such bit, it belongs to the samples, or bytes are missing.
    func plane(at position: Int) -> [UInt8]? {
        let size = description.bitsAllocated / 8, count = description.pixels
        let isSample = (description.highBit - description.bitsStored + 1...description.highBit).contains(position)
        guard description.samplesPerPixel == 1, size > 0, (0..<8 * size).contains(position), !isSample, bytes.count / size >= count else { return nil }
        let byte = byteOrder == .bigEndian ? size - 1 - position / 8 : position / 8
        let shift = UInt8(position % 8)
        var plane = [UInt8](repeating: 0, count: (count + 7) / 8)
        bytes.withUnsafeBufferPointer { bytes in
            plane.withUnsafeMutableBufferPointer { plane in
                for index in 0..<count {
                    // The two bytes of a big endian word of two samples have changed places.
                    let word = byteOrder == .bigEndianWords ? min(index ^ 1, bytes.count &- 1) : index
                    plane[index &>> 3] |= (bytes[word &* size &+ byte] &>> shift & 1) &<< UInt8(truncatingIfNeeded: index & 7)
                }
            }
        }
        return plane
    }
}
