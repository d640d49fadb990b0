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
        order = ByteOrder(transferSyntax: syntax, vr: location.vr, bitsAllocated: dataSet.integer(.bitsAllocated) ?? 0)
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
            return Array(bytes[start..<start + Int(range[0].length)])
        }
    }
}
