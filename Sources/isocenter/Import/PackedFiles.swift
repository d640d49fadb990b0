import CLibArchive
import Foundation

struct PackedFilesError: Error, CustomStringConvertible {
    var description: String
}

/// Takes the files of a ZIP (or of a tar or ISO image) out one after the other, in memory: nothing is unpacked to the disk,
/// so no name in it can lead anywhere.
final class PackedFiles {
    /// A file in it may be so large; larger ones are named and left out by the caller's report.
    static let largestFile = 1 << 31
    private static let endings = [".zip", ".tar", ".tgz", ".tar.gz", ".iso"]
    private let handle: OpaquePointer

    static func isPacked(_ path: String) -> Bool { endings.contains { path.lowercased().hasSuffix($0) } }

    init(_ path: String) throws {
        guard let handle = archive_read_new() else { throw PackedFilesError(description: "no memory") }
        self.handle = handle
        archive_read_support_filter_all(handle)
        archive_read_support_format_zip(handle)
        archive_read_support_format_tar(handle)
        archive_read_support_format_iso9660(handle)
        guard archive_read_open_filename(handle, path, 1 << 16) == ARCHIVE_OK else {
            throw PackedFilesError(description: Self.message(handle))
        }
    }

    deinit { archive_read_free(handle) }

    /// Name and content of the next file; nil at the end.
    func next() throws -> (name: String, bytes: [UInt8])? {
        var entry: OpaquePointer?
        while true {
            let status = archive_read_next_header(handle, &entry)
            if status == ARCHIVE_EOF { return nil }
            guard status >= ARCHIVE_WARN, let entry else { throw PackedFilesError(description: Self.message(handle)) }
            guard archive_entry_filetype(entry) == S_IFREG else { continue }
            let name = archive_entry_pathname(entry).map { String(cString: $0) } ?? "?"
            return (name, try content(of: name))
        }
    }

    private func content(of name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = archive_read_data(handle, &piece, piece.count)
            guard count >= 0 else { throw PackedFilesError(description: "\(name): \(Self.message(handle))") }
            if count == 0 { return bytes }
            guard bytes.count + count <= Self.largestFile else { throw PackedFilesError(description: "\(name): is larger than 2 GiB") }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    private static func message(_ handle: OpaquePointer) -> String {
        archive_error_string(handle).map { String(cString: $0) } ?? "cannot be read"
    }
}
