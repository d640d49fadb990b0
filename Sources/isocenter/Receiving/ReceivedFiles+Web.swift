import DICOM
import DICOMweb
import Foundation

extension ReceivedFiles {
    /// Writes a PS3.10 file as it comes, under the SOP Instance UID that stands in it: whole, or not at all.
    ///
    /// - Returns: bytes.
    /// - Throws: `ReadError` for what is no DICOM; the rest of the part is left then. `RemoteError`, `Failure`.
    func write(_ part: ReceivedPart) async throws -> Int {
        let partial = "\(folder)/.\(UUID().uuidString).part"
        guard FileManager.default.createFile(atPath: partial, contents: nil), let file = FileHandle(forWritingAtPath: partial) else {
            throw Failure("\(partial): cannot be written")
        }
        do {
            // SOP Instance UID stands in group 0008.
            var reader = FileReader(options: .init(stopBefore: Tag(0x0009, 0)))
            var bytes = 0
            while let piece = try await part.next() {
                if !reader.isStopped { try reader.feed(Array(piece)) }
                bytes += piece.count
                try file.write(contentsOf: Data(piece))
            }
            try reader.finish()
            try file.close()
            guard let instance = reader.dataSet.uid(.sopInstanceUID) else { throw Failure("an object that came has no SOP Instance UID") }
            // A UID is digits and dots: no path.
            let path = "\(folder)/\(instance.text).dcm"
            guard rename(partial, path) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
            return bytes
        } catch {
            try? file.close()  // Closed already, or thrown away.
            unlink(partial)
            throw error
        }
    }
}
