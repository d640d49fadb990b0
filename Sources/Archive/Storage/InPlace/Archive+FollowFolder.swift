import Database
import Logging

extension Archive {
    /// Keeps the index in step with a folder, until the folder is removed or the task is cancelled. Only for the one who stores here.
    public func follow(_ id: Int64, _ policy: FolderPolicy) async {
        var following = Following(archive: self, id: id, policy: policy)
        var failed: String?
        while !Task.isCancelled {
            var pause = Duration.seconds(1)
            do throws(ArchiveError) {
                guard try await following.step() else { return }
                failed = nil
            } catch {
                if error.code == .cancelled { return }
                // Said once, however often it is tried.
                if failed != error.message { logger.error("folder is not followed", metadata: ["folder": "\(id)", "error": "\(error.message)"]) }
                failed = error.message
                pause = .seconds(10)
            }
            try? await Task.sleep(for: pause)  // Cancelled with the task.
        }
    }
}

/// What is between two looks at a folder.
private struct Following {
    let archive: Archive
    let id: Int64
    let policy: FolderPolicy
    let readers: BlockingPool

    private var watch: FolderWatch?
    private var root: String?
    private var changed: Set<[UInt8]> = []
    /// When all of it is looked at.
    private var due = ContinuousClock.now
    private var isAway = false

    private static let awayPause = Duration.seconds(10)

    init(archive: Archive, id: Int64, policy: FolderPolicy) {
        (self.archive, self.id, self.policy) = (archive, id, policy)
        readers = BlockingPool(threads: max(policy.readers, 1), name: "folder")
    }

    /// - Returns: false where the folder is no more.
    mutating func step() async throws(ArchiveError) -> Bool {
        guard let folder = try await archive.folder(id) else { return false }
        archive.store.folders.isAny = true
        if folder.state == .leaving {
            try await leave(folder)
            return false
        }
        if folder.path != root {
            (root, watch, changed, due) = (folder.path, policy.isNotified ? FolderWatch(root: folder.path) : nil, [], .now)
            archive.store.folders.forget()
        }
        let told = watch?.take()
        changed.formUnion(told?.changed ?? [])
        if told?.isAll == true || folder.isWanted && !isAway { due = .now }
        do throws(ArchiveError) {
            if ContinuousClock.now >= due {
                try await lookAtAll(folder)
            } else if !isAway, !changed.isEmpty {
                try await look(folder)
            }
        } catch {
            guard error.code == .away else { throw error }
            try await beAway(folder, error.message)
        }
        return true
    }

    private mutating func lookAtAll(_ folder: Folder) async throws(ArchiveError) {
        changed = []
        let began = Clock.microseconds()
        let wish = try await archive.first("SELECT wish FROM folder WHERE id = \(id)")?.integer("wish") ?? 0
        if !isAway { try await set("state = 'reading', reason = '', began = \(began), looked = 0") }
        var scan = FolderScan(archive, folder, policy, readers: readers, watch: watch)
        try await scan.run()
        let gone = try await forgetGone(folder)
        let ended = Clock.microseconds()
        let reason = scan.unreachable.isEmpty ? "" : "not looked at: \(scan.unreachable.joined(separator: "; "))"
        try await set("state = 'followed', reason = \(reason), began = \(began), ended = \(ended), looked = \(scan.looked), granted = \(wish)")
        let words = "folder \(folder.name): \(scan.looked) files looked at, \(scan.read) read, \(gone) forgotten in \((ended - began) / 1000) ms"
        if scan.read > 0 || gone > 0 || isAway { archive.logger.notice("\(words)") } else { archive.logger.debug("\(words)") }
        if watch?.isWhole == false {
            archive.logger.notice("folder \(folder.name): the system watches no more directories (fs.inotify.max_user_watches); changes in the others are found by looking")
        }
        isAway = false
        changed.formUnion(scan.unsettled)
        due = .now + policy.every
    }

    private mutating func look(_ folder: Folder) async throws(ArchiveError) {
        let paths = changed
        changed = []
        var scan = FolderScan(archive, folder, policy, readers: readers, watch: watch)
        try await scan.run(paths.sorted { $0.lexicographicallyPrecedes($1) })
        let gone = try await forgetGone(folder)
        if scan.read > 0 || gone > 0 { archive.logger.info("folder \(folder.name): \(scan.read) files read, \(gone) forgotten") }
        changed.formUnion(scan.unsettled)
    }

    private mutating func beAway(_ folder: Folder, _ reason: String) async throws(ArchiveError) {
        if !isAway { archive.logger.warning("folder \(folder.name) is away: what is known of it stays", metadata: ["reason": "\(reason)"]) }
        (isAway, due, changed) = (true, .now + Self.awayPause, [])
        // A share that comes back is another file system: its directories are watched anew.
        watch = policy.isNotified ? FolderWatch(root: folder.path) : nil
        try await set("state = 'away', reason = \(reason)")
    }

    private func set(_ columns: SQLStatement) async throws(ArchiveError) {
        let id = id
        try await archive.writing("writing the state of a folder") { (connection) throws(DatabaseError) in
            _ = try connection.run("UPDATE folder SET \(columns) WHERE id = \(id) AND state <> 'leaving'")
        }
    }

    // MARK: What is gone

    /// Files that have been missing for longer than they may. Only after a look that found the folder there.
    private func forgetGone(_ folder: Folder) async throws(ArchiveError) -> Int {
        let limit = Clock.microseconds() - Int64(policy.grace / .microseconds(1))
        return try await forget(folder, "missing <= \(limit)")
    }

    private func forget(_ folder: Folder, _ condition: SQLStatement) async throws(ArchiveError) -> Int {
        var count = 0
        while !Task.isCancelled {
            let rows = try await archive.all("""
                SELECT directory, name, object FROM folder_file WHERE folder = \(folder.id) AND \(condition) ORDER BY directory, name LIMIT 200
                """)
            guard !rows.isEmpty else { break }
            let files = rows.map { (directory: $0.integer("directory") ?? 0, name: $0.blob("name") ?? [], object: $0.blob("object").flatMap { ObjectID($0) }) }
            let (policy, commit, disk) = (policy, archive.commit, archive.disk)
            try await archive.writing("forgetting files of folder \(folder.name)") { (connection) throws(DatabaseError) in
                try FolderWriter(connection: connection, folder: folder, policy: policy.onConflict, received: { commit.receivedNow() }, isOwn: disk.has).forget(files)
            }
            archive.feed.wake()
            count += rows.count
        }
        archive.store.folders.forget()
        return count
    }

    private func leave(_ folder: Folder) async throws(ArchiveError) {
        let count = try await forget(folder, "directory > 0")
        if Task.isCancelled { return }
        let id = id
        try await archive.writing("removing folder \(folder.name)") { (connection) throws(DatabaseError) in
            try connection.run("DELETE FROM folder_directory WHERE folder = \(id)")
            _ = try connection.run("DELETE FROM folder WHERE id = \(id)")
        }
        archive.logger.notice("folder \(folder.name) removed: \(count) of its files forgotten, none of them changed")
    }
}
