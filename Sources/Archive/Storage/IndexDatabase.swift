import Database
import Foundation

extension ArchiveConfiguration {
    /// Says in the data folder that its rows lie elsewhere, and whose they are there.
    private var identityFile: String { "\(folder.keys)/database" }

    /// The database of the data folder, of whichever engine. Blocks.
    func openDatabase() throws(ArchiveError) -> any SQLDatabase {
        let opened = try openOwn()
        return wrapping?(opened) ?? opened
    }

    private func openOwn() throws(ArchiveError) -> any SQLDatabase {
        do throws(DatabaseError) {
            guard database.isEmpty else { return try PostgreSQL(url: database, options: postgreSQL) }
            if access(folder.index, F_OK) != 0, let other = try identity() {
                throw DatabaseError(.cannotOpen, "the rows of \(folder.path) lie in \(other.place): name it with the setting 'database'")
            }
            return try SQLite(path: folder.index)
        } catch {
            throw ArchiveError(error, database.isEmpty ? "opening \(folder.index)" : "opening the index")
        }
    }

    /// A database elsewhere belongs to one data folder: two that wrote into it would each lack the objects of the other.
    ///
    /// - Throws: `.cannotOpen` where it is another's.
    func claim(_ open: any SQLDatabase) async throws(DatabaseError) {
        guard !database.isEmpty else { return }
        try await open.migrate(Schema(module: "data folder", migrations: [
            Migration(1, "CREATE TABLE data_folder (id INTEGER PRIMARY KEY, identity {text} NOT NULL, path {text} NOT NULL)")
        ]))
        let known = try identity()?.identity
        let own = known ?? UUID().uuidString
        // Before the row, so that a crash between the two locks nobody out.
        if known == nil { try write(own) }
        let path = "\(ProcessInfo.processInfo.hostName):\(folder.path)"
        let holder = try await open.write { (connection) throws(DatabaseError) in
            try connection.run("INSERT INTO data_folder (id, identity, path) VALUES (1, \(own), \(path)) ON CONFLICT (id) DO NOTHING")
            return try connection.first("SELECT identity, path FROM data_folder WHERE id = 1")
        }
        guard holder?.string("identity") == own else {
            if known == nil { unlink(identityFile) }
            throw DatabaseError(.cannotOpen, """
                \(PostgreSQLURL.shown(database)) belongs to another data folder (\(holder?.string("path") ?? "unknown")), not to \(folder.path): \
                name the right folder with --data, or another database
                """)
        }
    }

    private func write(_ identity: String) throws(DatabaseError) {
        let text = "\(identity)\n\(PostgreSQLURL.shown(database))\n"
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: identityFile), options: .atomic) } catch {
            throw DatabaseError(.cannotOpen, "\(identityFile) cannot be written: \(error.localizedDescription)")
        }
    }

    private func identity() throws(DatabaseError) -> (identity: String, place: String)? {
        guard access(identityFile, F_OK) == 0 else { return nil }
        let text: String
        do { text = try String(contentsOfFile: identityFile, encoding: .utf8) } catch {
            throw DatabaseError(.cannotOpen, "\(identityFile) cannot be read: \(error.localizedDescription)")
        }
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.count == 2 else { throw DatabaseError(.cannotOpen, "\(identityFile) is damaged") }
        return (lines[0], lines[1])
    }
}
