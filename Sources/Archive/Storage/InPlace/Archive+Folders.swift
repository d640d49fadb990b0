import Database
import Foundation

extension Archive {
    public func folders() async throws(ArchiveError) -> [Folder] {
        try await all("\(Folder.selection) ORDER BY name").map(Folder.init)
    }

    public func folder(named name: String) async throws(ArchiveError) -> Folder? {
        try await first("\(Folder.selection) WHERE name = \(name)").map(Folder.init)
    }

    func folder(_ id: Int64) async throws(ArchiveError) -> Folder? { try await first("\(Folder.selection) WHERE id = \(id)").map(Folder.init) }

    /// Whether anybody has to look for objects outside the archive's own store.
    func lookForFolders() async throws(ArchiveError) { store.folders.isAny = try await first("SELECT 1 FROM folder LIMIT 1") != nil }

    /// Takes over a folder where it lies: the process that serves looks at it soon. Nothing in it is changed.
    ///
    /// - Throws: `.invalidQuery` where it cannot be one, or is one already.
    @discardableResult
    public func addFolder(named name: String, at path: String) async throws(ArchiveError) -> Folder {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ Self.isInName($0) }) else {
            throw ArchiveError(.invalidQuery, "a folder's name is 1 to 64 letters, digits, '-', '_' or '.', not '\(name)'")
        }
        let root = try await root(path, besides: nil)
        let now = Clock.microseconds()
        let row = try await writing("adding folder \(name)") { (connection) throws(DatabaseError) in
            try connection.first("""
                INSERT INTO folder (name, path, state, reason, added, wish, granted, looked) VALUES (\(name), \(root), 'new', '', \(now), 1, 0, 0)
                ON CONFLICT (name) DO NOTHING RETURNING id
                """)
        }
        guard let id = row?.integer("id"), let folder = try await folder(id) else { throw ArchiveError(.invalidQuery, "there is a folder '\(name)' already") }
        store.folders.isAny = true
        return folder
    }

    /// Its root lies elsewhere now: files that are there as they were are not read again.
    public func moveFolder(named name: String, to path: String) async throws(ArchiveError) {
        guard let folder = try await folder(named: name) else { throw ArchiveError(.notFound, "there is no folder '\(name)'") }
        let root = try await root(path, besides: folder.id)
        try await writing("moving folder \(name)") { (connection) throws(DatabaseError) in
            _ = try connection.run("UPDATE folder SET path = \(root), wish = wish + 1 WHERE id = \(folder.id) AND state <> 'leaving'")
        }
        store.folders.forget()
    }

    /// Asks for a look at all of it, soon.
    public func lookAtFolder(named name: String) async throws(ArchiveError) {
        let count = try await writing("asking for a look at folder \(name)") { (connection) throws(DatabaseError) in
            try connection.run("UPDATE folder SET wish = wish + 1 WHERE name = \(name) AND state <> 'leaving'")
        }
        guard count == 1 else { throw ArchiveError(.notFound, "there is no folder '\(name)'") }
    }

    /// What is only in it leaves the index; the folder itself stays as it is. Done by the process that serves.
    public func removeFolder(named name: String) async throws(ArchiveError) {
        let count = try await writing("removing folder \(name)") { (connection) throws(DatabaseError) in
            try connection.run("UPDATE folder SET state = 'leaving', reason = '' WHERE name = \(name)")
        }
        guard count == 1 else { throw ArchiveError(.notFound, "there is no folder '\(name)'") }
    }

    public func counts(of folder: Folder) async throws(ArchiveError) -> FolderCounts {
        var counts = FolderCounts()
        for row in try await all("""
            SELECT state, count(*) AS number, CAST(coalesce(sum(size), 0) AS BIGINT) AS bytes, count(missing) AS missing
            FROM   folder_file WHERE folder = \(folder.id) GROUP BY state
            """) {
            let number = row.int("number")
            switch FolderFile.State(rawValue: row.string("state")) {
            case .indexed: counts.indexed = number
            case .duplicate: counts.duplicate = number
            case .conflict: counts.conflict = number
            case .hidden: counts.hidden = number
            case .refused, nil: counts.refused += number
            }
            counts.missing += row.int("missing")
            counts.bytes += row.integer("bytes") ?? 0
        }
        return counts
    }

    /// Files in a state, or those that are missing, in the order of their directories.
    ///
    /// - Parameter last: the one after which to go on.
    public func files(
        of folder: Folder, in state: FolderFile.State?, after last: FolderFile.Key? = nil, limit: Int = 1000
    ) async throws(ArchiveError) -> [(key: FolderFile.Key, file: FolderFile)] {
        let condition: SQLStatement = state.map { "folder_file.state = \($0.rawValue)" } ?? "folder_file.missing IS NOT NULL"
        let place: SQLStatement = last.map { "AND (folder_file.directory, folder_file.name) > (\($0.directory), \($0.name))" } ?? ""
        return try await all("""
            SELECT folder_file.directory, folder_file.name, folder_directory.path, folder_file.state, folder_file.reason, folder_file.sop_uid,
                   folder_file.size, folder_file.missing
            FROM   folder_file JOIN folder_directory ON folder_directory.id = folder_file.directory
            WHERE  folder_file.folder = \(folder.id) AND \(condition) \(place)
            ORDER  BY folder_file.directory, folder_file.name LIMIT \(limit)
            """).map { row in
            let name = row.blob("name") ?? []
            let file = FolderFile(
                path: String(decoding: FolderTree.join(row.blob("path") ?? [], name), as: UTF8.self), state: FolderFile.State(rawValue: row.string("state")) ?? .refused,
                reason: row.string("reason"), sopInstance: row.string("sop_uid"), size: row.integer("size") ?? 0, missing: row.integer("missing"))
            return (FolderFile.Key(directory: row.integer("directory") ?? 0, name: name), file)
        }
    }

    // MARK: Checks

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
    }

    /// Without links and dots, and none that holds, or lies in, another or the archive itself.
    private func root(_ path: String, besides id: Int64?) async throws(ArchiveError) -> String {
        let (root, own) = try await pool.run { [configuration] () throws(ArchiveError) in
            guard let root = Self.resolved(path) else { throw ArchiveError(.invalidQuery, "\(path): \(String(cString: strerror(errno)))") }
            var status = stat()
            guard stat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw ArchiveError(.invalidQuery, "\(path) is no folder") }
            return (root, Self.resolved(configuration.folder.path) ?? configuration.folder.path)
        }
        guard root != "/" else { throw ArchiveError(.invalidQuery, "the root of all files cannot be taken over") }
        func overlaps(_ other: String) -> Bool { root == other || root.hasPrefix(other + "/") || other.hasPrefix(root + "/") }
        if overlaps(own) { throw ArchiveError(.invalidQuery, "\(root) and the archive's own data folder \(own) lie in each other") }
        for folder in try await folders() where folder.id != id && overlaps(folder.path) {
            throw ArchiveError(.invalidQuery, "\(root) and folder \(folder.name) (\(folder.path)) lie in each other")
        }
        return root
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    func writing<T: Sendable>(_ what: String, _ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(ArchiveError) -> T {
        do throws(DatabaseError) { return try await database.write(body) } catch { throw ArchiveError(error, what) }
    }

    /// - Throws: `.away` naming a folder that cannot be reached: what lies in it would be lost from an index that is made anew.
    func requireFolders() async throws(ArchiveError) {
        for folder in try await folders() {
            try await pool.run { () throws(ArchiveError) in
                do throws(FolderTree.Failure) { _ = Glibc.close(try FolderTree(root: folder.path).openDirectory([])) } catch {
                    throw ArchiveError(.away, "folder \(folder.name) is away (\(folder.path): \(error.words)): mount it, or remove it with 'isocenter folders remove'")
                }
            }
        }
    }
}

extension FolderFile {
    /// Where it stands in a list.
    public struct Key: Sendable, Hashable {
        var directory: Int64
        var name: [UInt8]
    }
}
