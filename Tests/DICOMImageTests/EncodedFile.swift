import DICOM
import DICOMImage

/// A compressed image file in memory, the fragments of each frame put together.
struct EncodedFile {
    let dataSet: DataSet
    let transferSyntax: TransferSyntax
    /// Empty where the file does not tell where frames begin.
    let frames: [[UInt8]]

    /// nil where the file is not compressed or has no pixel data.
    init?(_ bytes: [UInt8]) throws {
        let file = try FileReader.read(bytes, options: .init())
        guard let body = file.body, let location = body.reader.pixelData, let syntax = file.transferSyntax, location.isEncapsulated else { return nil }
        dataSet = file.dataSet
        transferSyntax = syntax
        frames = FrameTable.frames(of: file.dataSet, at: location).map { fragments in
            fragments.flatMap { fragment in
                let start = Int(file.dataSetOffset + fragment.offset)
                return bytes[start..<start + Int(fragment.length)]
            }
        }
    }
}
