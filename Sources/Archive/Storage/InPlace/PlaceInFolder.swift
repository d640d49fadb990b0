import DICOM
import Database
import Foundation

/// Where an object lies in a folder: the head of an object, which is kept in the row, and behind it the file from its data set on.
struct PlaceInFolder: Sendable {
    var folder: String
    var tree: FolderTree
    var directory: [UInt8]
    var name: [UInt8]
    var stamp: FolderTree.Stamp
    var head: [UInt8]
    /// First byte of the data set in the file.
    var dataSet: UInt64

    /// Of the object.
    var size: UInt64 { UInt64(head.count) + (stamp.size - min(dataSet, stamp.size)) }

    static func of(_ object: ObjectID, in connection: any SQLConnection) throws(DatabaseError) -> [PlaceInFolder] {
        try connection.all("""
            SELECT folder.name AS folder, folder.path AS root, folder_directory.path AS directory, folder_file.name AS name, folder_file.size,
                   folder_file.modified, folder_file.inode, folder_file.head, folder_file.data_set
            FROM   folder_file JOIN folder_directory ON folder_directory.id = folder_file.directory JOIN folder ON folder.id = folder_file.folder
            WHERE  folder_file.object = \(object.bytes)
            ORDER  BY folder_file.directory, folder_file.name LIMIT 16
            """).compactMap(PlaceInFolder.init)
    }

    private init?(_ row: SQLRow) {
        guard let size = UInt64(exactly: row.integer("size") ?? -1), let dataSet = UInt64(exactly: row.integer("data_set") ?? -1), let head = row.blob("head"),
            let directory = row.blob("directory"), let name = row.blob("name"), let modified = row.integer("modified"), let inode = row.integer("inode")
        else { return nil }
        folder = row.string("folder")
        tree = FolderTree(root: row.string("root"))
        (self.directory, self.name, self.head, self.dataSet) = (directory, name, head, dataSet)
        stamp = .init(size: size, modified: modified, inode: inode)
    }

    /// The file while it is the one that was read. Blocks.
    ///
    /// - Throws: `.away`
    func opened() throws(ArchiveError) -> Int32 {
        let descriptor: Int32
        do throws(FolderTree.Failure) { descriptor = try tree.openFile(directory, name) } catch { throw away(error) }
        // Another file under the name may have other frames where the index says they are.
        guard let now = FolderTree.stamp(descriptor), now.size == stamp.size, now.modified == stamp.modified else {
            close(descriptor)
            throw ArchiveError(.away, "file \(shown) in folder \(folder) has changed since it was read: it is given out when it has been read anew")
        }
        return descriptor
    }

    /// Fills memory with bytes of the object. Blocks.
    func read(_ descriptor: Int32, at offset: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(ArchiveError) {
        var done = 0
        if offset < UInt64(head.count) {
            let start = Int(offset)
            done = min(head.count - start, memory.count)
            head.withUnsafeBytes { bytes in memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + done])) }
        }
        guard done < memory.count else { return }
        let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
        let count = try Volume.read(descriptor, at: dataSet + (offset + UInt64(done) - UInt64(head.count)), into: rest, path: shown)
        guard count == rest.count else { throw ArchiveError(.away, "file \(shown) in folder \(folder) ends before its time") }
    }

    private var shown: String { String(decoding: FolderTree.join(directory, name), as: UTF8.self) }

    private func away(_ failure: FolderTree.Failure) -> ArchiveError {
        if access(tree.root, R_OK | X_OK) != 0 { return ArchiveError(.away, "folder \(folder) is away (\(tree.root): \(String(cString: strerror(errno))))") }
        return ArchiveError(.away, "file \(shown) in folder \(folder) cannot be read: \(failure.words)")
    }
}
