import DICOM

/// Takes the code stream out of a JP2 file (ISO/IEC 15444-1 Annex I), which PS3.5 §A.4.4 does not allow in a fragment
/// and some devices send nevertheless.
enum JP2Boxes {
    /// Box type, and where it is looked into.
    private static let codestream: UInt32 = 0x6A70_3263  // jp2c
    private static let signature: UInt32 = 0x6A50_2020  // jP␠␠

    /// - Returns: the part of `bytes` that begins with SOC: all of them where nothing is wrapped.
    static func codestream(in bytes: UnsafeRawBufferPointer) throws(ImageError) -> UnsafeRawBufferPointer {
        let reader = J2KBytes(bytes)
        if reader.count >= 2, try reader.uint16(0) == J2KMarker.soc { return bytes }
        guard reader.count >= 12, try reader.uint32(4) == signature else {
            throw ImageError(.invalid, .pixelData, "is neither a JPEG 2000 code stream nor a JP2 file: begins with \(reader.beginning)")
        }
        var offset = 0
        while offset + 8 <= reader.count {
            let length = try reader.uint32(offset), type = try reader.uint32(offset + 4)
            // 1: the length follows in 64 bits; 0: until the end.
            let header = length == 1 ? 16 : 8
            let whole = length == 1 ? try reader.uint64(offset + 8) : UInt64(length == 0 ? reader.count - offset : Int(length))
            if type == codestream {
                // A last box that claims more than is there: the code stream itself tells whether it is complete.
                let end = min(UInt64(reader.count - offset), max(whole, UInt64(header)))
                return UnsafeRawBufferPointer(rebasing: bytes[(offset + header)..<(offset + Int(end))])
            }
            guard whole >= UInt64(header), whole <= UInt64(reader.count - offset) else {
                throw ImageError(.truncated, .pixelData, "a JP2 box of \(whole) bytes at \(offset) exceeds the \(reader.count) of the frame")
            }
            offset += Int(whole)
        }
        throw ImageError(.truncated, .pixelData, "a JP2 file without a code stream")
    }
}
