import DICOM

/// How the numbers of native pixel data lie in the value field (PS3.5 §7.3, §8.1.1).
public enum ByteOrder: Sendable {
    case littleEndian
    case bigEndian
    /// Samples of 8 bits or less packed in OW of a big endian data set: the two bytes of each word have changed places.
    case bigEndianWords

    /// - Parameters:
    ///   - vr: of the pixel data element; OB has no byte order.
    ///   - bitsAllocated: of the image.
    public init(transferSyntax: TransferSyntax, vr: VR, bitsAllocated: Int) {
        self = switch (transferSyntax.hasBigEndianPixels, bitsAllocated <= 8) {
        case (false, _): .littleEndian
        case (true, false): .bigEndian
        case (true, true): vr == .OW ? .bigEndianWords : .littleEndian
        }
    }
}
