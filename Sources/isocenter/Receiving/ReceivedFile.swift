import DICOM
import DICOMNetwork
import Foundation
import NIOCore

/// Objects that a peer sends, as PS3.10 files in one folder: named by SOP Instance UID and nothing else of the peer's, the data set byte for byte.
struct ReceivedFiles: Sendable {
    let folder: String

    /// Makes the folder where there is none.
    init(folder: String) throws {
        self.folder = folder
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw Failure("\(folder): cannot be made: \(error.localizedDescription)")
        }
    }

    /// Whole under its name, or not at all. What has the name already is replaced.
    ///
    /// - Returns: bytes of the data set.
    func write(_ message: IncomingMessage) async throws -> Int {
        guard let dataSet = message.dataSet, let sopClass = message.command.affectedSOPClassUID, let instance = message.command.affectedSOPInstanceUID else {
            throw Failure("C-STORE without data set or UIDs")
        }
        // A UID is digits and dots: no path.
        let path = "\(folder)/\(instance.text).dcm", partial = "\(folder)/.\(instance.text).part"
        let meta = FileMetaInformation(sopClassUID: sopClass, sopInstanceUID: instance, transferSyntax: TransferSyntax(message.context.transferSyntax))
        guard FileManager.default.createFile(atPath: partial, contents: Data(try meta.encoded())), let file = FileHandle(forWritingAtPath: partial) else {
            throw Failure("\(partial): cannot be written")
        }
        do {
            try file.seekToEnd()
            var bytes = 0
            for try await chunk in dataSet {
                bytes += chunk.readableBytes
                try file.write(contentsOf: Data(chunk.readableBytesView))
            }
            try file.close()
            guard rename(partial, path) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
            return bytes
        } catch {
            try? file.close()  // Closed already, or thrown away.
            unlink(partial)
            throw error
        }
    }
}
