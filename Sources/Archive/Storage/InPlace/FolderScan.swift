import DICOM
import Database
import Foundation
import Logging

/// A look at a folder: what is new or changed is read and indexed, what is gone is marked, what is as it was is passed over. Memory is
/// bounded by the names of one directory; what was indexed stays so, however the look ends.
struct FolderScan: Sendable {
    let archive: Archive
    let folder: Folder
    let policy: FolderPolicy
    let readers: BlockingPool
    /// Told of each directory before it is listed, so that nothing is missed between.
    let watch: FolderWatch?

    /// What could not be looked at: nothing in it counts as gone.
    private(set) var unreachable: [String] = []
    /// Directories with files too young to be read.
    private(set) var unsettled: Set<[UInt8]> = []
    private(set) var looked = 0
    private(set) var read = 0
    private var batch: [Candidate] = []
    private var batchBytes: UInt64 = 0
    private var lastSaid = ContinuousClock.now
    private var lastLogged = ContinuousClock.now

    private struct Candidate: Sendable {
        var directory: Int64
        var path: [UInt8]
        var name: [UInt8]
        var isKnown: Bool
        var stamp: FolderTree.Stamp
        var isLink: Bool
    }

    private static let batchSize = 64
    private static let batchLimit: UInt64 = 256 << 20
    private static let page = 1000

    init(_ archive: Archive, _ folder: Folder, _ policy: FolderPolicy, readers: BlockingPool, watch: FolderWatch?) {
        (self.archive, self.folder, self.policy, self.readers, self.watch) = (archive, folder, policy, readers, watch)
    }

    private var tree: FolderTree { FolderTree(root: folder.path) }

    /// - Throws: `.away` where the root cannot be reached, or none of what was in it is there.
    mutating func run() async throws(ArchiveError) {
        try await requireRoot()
        var stack: [(path: [UInt8], parent: Int64)] = [([], 0)]
        while let (path, parent) = stack.popLast() {
            if Task.isCancelled { throw ArchiveError(.cancelled, "the look at folder \(folder.name) was ended") }
            stack += try await look(at: path, parent: parent).reversed()
            watch?.drain()
            try await say()
        }
        try await flush()
        // The root may have gone away meanwhile: then what was marked is not gone.
        try await requireRoot()
    }

    /// A look at some directories and what is new below them.
    mutating func run(_ paths: [[UInt8]]) async throws(ArchiveError) {
        try await requireRoot()
        for path in paths {
            var stack = try await look(at: path, parent: try await parent(of: path), onlyNew: true)
            while let next = stack.popLast() {
                if Task.isCancelled { throw ArchiveError(.cancelled, "the look at folder \(folder.name) was ended") }
                stack += try await look(at: next.path, parent: next.parent)
            }
        }
        try await flush()
    }

    /// A share that is not mounted shows an empty folder, or another: nothing is gone then.
    private func requireRoot() async throws(ArchiveError) {
        let (tree, folder, database) = (tree, folder, archive.database)
        try await readers.run { () throws(ArchiveError) in
            let entries: [FolderTree.Entry]
            do throws(FolderTree.Failure) { entries = try tree.entries(of: []) } catch {
                throw ArchiveError(.away, "\(folder.path): \(error.words)")
            }
            let names = Set(entries.map(\.name))
            do throws(DatabaseError) {
                let known = try database.readNow { (connection) throws(DatabaseError) in
                    try connection.all("""
                        SELECT folder_directory.path AS name FROM folder_directory JOIN folder_directory AS root ON root.id = folder_directory.parent
                        WHERE  root.folder = \(folder.id) AND root.parent = 0 LIMIT 1000
                        """) + connection.all("""
                        SELECT folder_file.name AS name FROM folder_file JOIN folder_directory ON folder_directory.id = folder_file.directory
                        WHERE  folder_directory.folder = \(folder.id) AND folder_directory.parent = 0 LIMIT 1000
                        """)
                }
                guard known.isEmpty || known.contains(where: { $0.blob("name").map(names.contains) ?? false }) else {
                    throw DatabaseError(.rolledBack, "away")
                }
            } catch {
                if error.code == .rolledBack { throw ArchiveError(.away, "\(folder.path) has nothing of what was in it: it is not mounted, or another folder") }
                throw ArchiveError(error, "looking at folder \(folder.name)")
            }
        }
    }

    // MARK: A directory

    /// - Parameter onlyNew: directories that are known are left out of the answer.
    /// - Returns: the directories in it.
    private mutating func look(at path: [UInt8], parent: Int64, onlyNew: Bool = false) async throws(ArchiveError) -> [(path: [UInt8], parent: Int64)] {
        let tree = tree
        watch?.add(path)
        let listed: [FolderTree.Entry]?
        do throws(ArchiveError) {
            listed = try await readers.run { () throws(ArchiveError) in
                do throws(FolderTree.Failure) { return try tree.entries(of: path) } catch {
                    if error.isAbsent, !path.isEmpty { return nil }
                    throw ArchiveError(.away, "\(String(decoding: path, as: UTF8.self)): \(error.words)")
                }
            }
        } catch {
            guard error.code == .away else { throw error }
            if path.isEmpty { throw error }
            if unreachable.count < 20 { unreachable.append(error.message) }
            return []
        }
        guard let listed else {
            if let id = try await known(path) { try await markBelow(id) }
            return []
        }
        let id = try await directory(path, parent)
        try await compare(listed, in: id, path)
        let below = listed.filter { $0.kind == .directory }.map { FolderTree.join(path, $0.name) }
        let known = try await archive.all("SELECT id, path FROM folder_directory WHERE parent = \(id)")
        let names = Set(below)
        for row in known where !names.contains(row.blob("path") ?? []) { try await markBelow(row.integer("id") ?? 0) }
        let old = onlyNew ? Set(known.compactMap { $0.blob("path") }) : []
        return below.filter { !old.contains($0) }.map { ($0, id) }
    }

    /// Names on the disk beside names of rows, both in order.
    private mutating func compare(_ listed: [FolderTree.Entry], in directory: Int64, _ path: [UInt8]) async throws(ArchiveError) {
        let (tree, now) = (tree, Int64(Date().timeIntervalSince1970 * 1_000_000_000))
        let settling = Int64(policy.settling / .nanoseconds(1))
        var entries = listed.filter { $0.kind == .file || $0.kind == .link }[...]
        var rows: [SQLRow] = [], last: [UInt8]? = nil, isEnd = false, gone: [[UInt8]] = [], back: [[UInt8]] = []
        while true {
            if rows.isEmpty, !isEnd {
                let place: SQLStatement = last.map { "AND name > \($0)" } ?? ""
                rows = try await archive.all("""
                    SELECT name, size, modified, inode, state, missing FROM folder_file WHERE directory = \(directory) \(place) ORDER BY name LIMIT \(Self.page)
                    """)
                last = rows.last?.blob("name")
                isEnd = rows.count < Self.page
            }
            // Up to the last row known so far; all where there are no more.
            let limit = isEnd ? nil : last
            var part: [FolderTree.Entry] = []
            while let entry = entries.first, part.count < Self.page, limit.map({ !$0.lexicographicallyPrecedes(entry.name) }) ?? true { part.append(entry); entries.removeFirst() }
            let names = part.map(\.name)
            let stamps = try await readers.run { () throws(ArchiveError) -> [FolderTree.Stamp?] in
                do throws(FolderTree.Failure) { return try tree.stamps(of: names, in: path) } catch { return names.map { _ in nil } }
            }
            let bound = entries.isEmpty ? limit : part.last?.name
            var known: [[UInt8]: SQLRow] = [:]
            while let row = rows.first, let name = row.blob("name"), bound.map({ !$0.lexicographicallyPrecedes(name) }) ?? true {
                known[name] = row
                rows.removeFirst()
            }
            for (entry, stamp) in zip(part, stamps) {
                looked += 1
                let row = known.removeValue(forKey: entry.name)
                guard let stamp else { continue }
                if let row, row.integer("size") == Int64(stamp.size), row.integer("modified") == stamp.modified, row.integer("inode") == stamp.inode {
                    if row.integer("missing") != nil { back.append(entry.name) }
                    continue
                }
                let age = now - stamp.modified
                if entry.kind == .file, age >= 0, age < settling { unsettled.insert(path); continue }
                batch.append(Candidate(directory: directory, path: path, name: entry.name, isKnown: row != nil, stamp: stamp, isLink: entry.kind == .link))
                batchBytes += stamp.size
                if batch.count >= Self.batchSize || batchBytes >= Self.batchLimit { try await flush() }
            }
            gone += known.filter { $0.value.integer("missing") == nil }.map(\.key)
            if gone.count + back.count >= Self.page {
                try await mark(gone, back, in: directory)
                (gone, back) = ([], [])
            }
            if entries.isEmpty, rows.isEmpty, isEnd { break }
        }
        try await mark(gone, back, in: directory)
    }

    // MARK: Rows

    private func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(ArchiveError) -> T {
        do throws(DatabaseError) { return try await archive.database.write(body) } catch { throw ArchiveError(error, "writing what is known of folder \(folder.name)") }
    }

    private func known(_ path: [UInt8]) async throws(ArchiveError) -> Int64? {
        try await archive.first("SELECT id FROM folder_directory WHERE folder = \(folder.id) AND path = \(path)")?.integer("id")
    }

    private func directory(_ path: [UInt8], _ parent: Int64) async throws(ArchiveError) -> Int64 {
        if let id = try await known(path) { return id }
        let folder = folder
        let id = try await write { (connection) throws(DatabaseError) in
            try connection.first("INSERT INTO folder_directory (folder, parent, path) VALUES (\(folder.id), \(parent), \(path)) RETURNING id")?.integer("id")
        }
        guard let id else { throw ArchiveError(.storageFailed, "a new directory got no key") }
        return id
    }

    private func parent(of path: [UInt8]) async throws(ArchiveError) -> Int64 {
        guard !path.isEmpty else { return 0 }
        let above = path.lastIndex(of: UInt8(ascii: "/")).map { Array(path[..<$0]) } ?? []
        let grand = try await parent(of: above)
        return try await directory(above, grand)
    }

    /// Files that are gone, and files that are there again.
    private func mark(_ gone: [[UInt8]], _ back: [[UInt8]], in directory: Int64) async throws(ArchiveError) {
        guard !gone.isEmpty || !back.isEmpty else { return }
        let now = Clock.microseconds()
        try await write { (connection) throws(DatabaseError) in
            for name in gone {
                // What is no object is forgotten at once.
                try connection.run("DELETE FROM folder_file WHERE directory = \(directory) AND name = \(name) AND object IS NULL")
                try connection.run("UPDATE folder_file SET missing = \(now) WHERE directory = \(directory) AND name = \(name) AND missing IS NULL")
            }
            for name in back { try connection.run("UPDATE folder_file SET missing = NULL WHERE directory = \(directory) AND name = \(name)") }
        }
    }

    private func markBelow(_ directory: Int64) async throws(ArchiveError) {
        let now = Clock.microseconds()
        var stack = [directory]
        while let id = stack.popLast() {
            try await write { (connection) throws(DatabaseError) in
                try connection.run("DELETE FROM folder_file WHERE directory = \(id) AND object IS NULL")
                try connection.run("UPDATE folder_file SET missing = \(now) WHERE directory = \(id) AND missing IS NULL")
                try connection.run("""
                    DELETE FROM folder_directory WHERE id = \(id) AND NOT EXISTS (SELECT 1 FROM folder_file WHERE directory = \(id))
                           AND NOT EXISTS (SELECT 1 FROM folder_directory AS below WHERE below.parent = \(id))
                    """)
            }
            stack += try await archive.all("SELECT id FROM folder_directory WHERE parent = \(id)").compactMap { $0.integer("id") }
        }
    }

    // MARK: Reading

    /// Reads what has been gathered and writes what it is.
    private mutating func flush() async throws(ArchiveError) {
        guard !batch.isEmpty else { return }
        let candidates = batch
        (batch, batchBytes) = ([], 0)
        let use = archive.extra.begin()
        defer { archive.extra.end(use) }
        let reader = FolderFileReader(tree: tree, limits: archive.configuration.limits, extra: use.attributes, database: archive.database)
        let (readers, width) = (readers, max(policy.readers, 1))
        let files = await withTaskGroup(of: (Int, FolderWriter.File).self) { group in
            var files: [(Int, FolderWriter.File)] = []
            for (index, candidate) in candidates.enumerated() {
                if index >= width, let done = await group.next() { files.append(done) }
                group.addTask {
                    let result = candidate.isLink
                        ? FolderFileReader.Result.refused("a symbolic link, which is not followed", candidate.stamp)
                        : (try? await readers.run { () throws(ArchiveError) in reader.readGently(candidate.path, candidate.name) }) ?? .later("it was not read")
                    return (index, FolderWriter.File(directory: candidate.directory, name: candidate.name, isKnown: candidate.isKnown, result: result))
                }
            }
            for await done in group { files.append(done) }
            return files.sorted { $0.0 < $1.0 }.map(\.1)
        }
        read += files.count
        try await write(files)
    }

    private func write(_ files: [FolderWriter.File]) async throws(ArchiveError) {
        let (folder, policy, commit, disk) = (folder, policy, archive.commit, archive.disk)
        do throws(ArchiveError) {
            try await write { (connection) throws(DatabaseError) in
                try FolderWriter(connection: connection, folder: folder, policy: policy.onConflict, received: { commit.receivedNow() }, isOwn: disk.has).write(files)
            }
        } catch {
            guard error.code == .storageFailed, !error.isUncertain, var one = files.first else { throw error }
            // One of them does not fit: the others are not to suffer for it.
            guard files.count == 1 else {
                for file in files { try await write([file]) }
                return
            }
            if case .later = one.result { throw error }
            one.result = .later("it cannot be indexed: \(error.message)")
            try await write([one])
        }
        archive.feed.wake()
    }

    private mutating func say() async throws(ArchiveError) {
        guard ContinuousClock.now - lastSaid > .seconds(5) else { return }
        lastSaid = .now
        let (id, looked) = (folder.id, looked)
        try await write { (connection) throws(DatabaseError) in _ = try connection.run("UPDATE folder SET looked = \(looked) WHERE id = \(id)") }
        guard ContinuousClock.now - lastLogged > .seconds(60) else { return }
        lastLogged = .now
        archive.logger.info("folder \(folder.name): \(looked) files looked at, \(read) read so far")
    }
}
