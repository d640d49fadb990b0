import DICOM
import DICOMImage
import Workflow

extension Outgoing {
    /// A file of the disk or of a ZIP, on its way to a storage provider.
    ///
    /// - Throws: `ReadError`, `SendError`, `Failure`, or what the disk says.
    init(_ item: ImportItem, coding: any FrameCoding) async throws {
        switch item.bytes {
        case .file(let path):
            let file = try OpenFile(path)
            try await self.init(file: item.name, size: file.size, coding: coding) { try file.bytes($0) }
        case .held(let bytes):
            try await self.init(file: item.name, size: UInt64(bytes.count), coding: coding) { range in
                guard range.offset <= UInt64(bytes.count) else { return [] }
                return Array(bytes[Int(range.offset)...].prefix(Int(clamping: range.length)))
            }
        }
    }
}
