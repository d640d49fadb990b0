import DICOM
import DICOMImage

/// An uncompressed image file in memory, its frames as they lie in the value field.
struct NativeFile {
    let dataSet: DataSet
    let order: ByteOrder
    let table: FrameTable
    private let bytes: [UInt8]
    private let start: UInt64

    /// nil where the file is compressed or has no frames.
    init?(_ bytes: [UInt8]) throws {
        let file = try FileReader.read(bytes, options: .init())
        guard let body = file.body, let location = body.reader.pixelData, let syntax = file.transferSyntax, !location.isEncapsulated else { return nil }
        dataSet = file.dataSet
        order = ByteOrder(transferSyntax: syntax, vr: location.vr, bitsAllocated: dataSet.integer(.bitsAllocated) ?? 0)
        table = FrameTable(dataSet, location, transferSyntax: syntax)
        if syntax.isDeflated {
            // Offsets count in the inflated bytes: the values in memory are little endian as in the file.
            let whole = try FileReader.read(bytes)
            guard let pixels = whole.dataSet.bytes(location.tag) else { return nil }
            self.bytes = Array(pixels)
            start = 0 &- location.value.offset
        } else {
            self.bytes = bytes
            start = file.dataSetOffset
        }
    }

    func frame(_ index: Int) throws -> [UInt8] {
        let location = try table.location(of: index)
        let first = Int(start &+ location.range.offset)
        return try location.content(of: Array(bytes[first..<first + Int(location.range.length)]))
    }
}
