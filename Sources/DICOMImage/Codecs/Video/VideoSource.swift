import DICOM

/// The bytes of a video, read in ranges: the fragments of Pixel Data put together, however long.
public struct VideoSource {
    /// In bytes.
    public let length: Int64
    /// Fills the buffer from that offset on. Returns how many bytes, 0 at the end, nil on errors.
    public let read: (_ offset: Int64, _ buffer: UnsafeMutableRawBufferPointer) -> Int?

    public init(length: Int64, read: @escaping (_ offset: Int64, _ buffer: UnsafeMutableRawBufferPointer) -> Int?) {
        self.length = length
        self.read = read
    }

    /// Bytes that outlive it.
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.init(length: Int64(bytes.count)) { offset, buffer in
            guard offset >= 0, offset < bytes.count else { return 0 }
            let count = min(buffer.count, bytes.count - Int(offset))
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[Int(offset)..<(Int(offset) + count)]))
            return count
        }
    }

    /// A video in memory.
    public init(_ bytes: [UInt8]) {
        self.init(length: Int64(bytes.count)) { offset, buffer in
            guard offset >= 0, offset < bytes.count else { return 0 }
            let count = min(buffer.count, bytes.count - Int(offset))
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<(Int(offset) + count)])) }
            return count
        }
    }
}
