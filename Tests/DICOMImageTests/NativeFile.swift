import DICOM
import DICOMImage

/// An uncompressed image file in memory, its frames as they lie in the value field.
struct NativeFile {
    let dataSet: DataSet
    let frames: [[UInt8]]
    let order: ByteOrder

    /// nil where the file is compressed or has no frames.
    init?(_ bytes: [UInt8]) throws {
        let file = try FileReader.read(bytes, options: .init())
        guard let body = file.body, let location = body.reader.pixelData, let syntax = file.transferSyntax, !location.isEncapsulated else { return nil }
        dataSet = file.dataSet
        let order = ByteOrder(transferSyntax: syntax, vr: location.vr, bitsAllocated: dataSet.integer(.bitsAllocated) ?? 0)
        self.order = order
        let ranges = FrameTable.frames(of: dataSet, at: location)
        guard !syntax.isDeflated else {
            // Offsets count in the inflated bytes: the values in memory are little endian as in the file.
            let whole = try FileReader.read(bytes)
            guard let pixels = whole.dataSet.bytes(location.tag) else { return nil }
            frames = ranges.map { range in
                let start = pixels.startIndex + Int(range[0].offset - location.value.offset)
                return Array(pixels[start..<start + Int(range[0].length)])
            }
            return
        }
        frames = ranges.map { range in
            let start = Int(file.dataSetOffset + range[0].offset)
            // The last sample of an odd number lies in the second half of the last word.
            let length = Int(range[0].length), isShared = order == .bigEndianWords && length % 2 == 1 && ranges.count == 1
            return Array(bytes[start..<start + length + (isShared ? 1 : 0)])
        }
    }
}
