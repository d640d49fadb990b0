import DICOM
import DICOMImage

/// A compressed image file in memory, its frames told apart as the archive does it.
struct EncodedFile {
    let dataSet: DataSet
    let transferSyntax: TransferSyntax
    let table: FrameTable
    private let bytes: [UInt8]
    private let start: UInt64

    /// nil where the file is not compressed or has no pixel data.
    init?(_ bytes: [UInt8]) async throws {
        let file = try FileReader.read(bytes, options: .init())
        guard let body = file.body, let location = body.reader.pixelData, let syntax = file.transferSyntax, location.isEncapsulated else { return nil }
        let start = file.dataSetOffset
        dataSet = file.dataSet
        transferSyntax = syntax
        table = try await FrameTable.resolved(value: location.value, dataSet: dataSet, transferSyntax: syntax) { range in
            let first = Int(start + range.offset)
            return Array(bytes[first..<first + Int(range.length)])
        }
        self.bytes = bytes
        self.start = start
    }

    /// The fragments of a frame, put together.
    func frame(_ index: Int) throws -> [UInt8] {
        let location = try table.location(of: index)
        let first = Int(start + location.range.offset)
        return try location.content(of: Array(bytes[first..<first + Int(location.range.length)]))
    }
}
