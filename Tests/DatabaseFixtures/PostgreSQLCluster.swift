import CPostgreSQL
import Foundation
import Synchronization

/// A PostgreSQL server of the tests' own: in a temporary folder, on a socket in it, gone with this process however it ends.
public final class PostgreSQLCluster: Sendable {
    /// nil where PostgreSQL is not installed. Where it is, a server that does not start fails every test that needs it.
    public static let started: Result<PostgreSQLCluster, any Error>? = findBinaries().map { binaries in Result { try PostgreSQLCluster(binaries) } }

    public static var isInstalled: Bool { findBinaries() != nil }

    /// - Throws: why it could not be started.
    public static func running() throws -> PostgreSQLCluster {
        guard let started else { throw Failure("PostgreSQL is not installed (Debian: postgresql)") }
        return try started.get()
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    private let folder: String
    private let keepsAlive = Pipe()
    private let number = Mutex(0)
    private let administration = Mutex(())

    /// `ISOCENTER_TEST_POSTGRESQL` names another folder of its programs.
    private static func findBinaries() -> String? {
        if let named = ProcessInfo.processInfo.environment["ISOCENTER_TEST_POSTGRESQL"] { return named }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let folders = versions.compactMap { Int($0) }.sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" } + ["/usr/local/pgsql/bin", "/usr/local/bin"]
        return folders.first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }

    private init(_ binaries: String) throws {
        folder = "/tmp/isocenter-postgresql-\(getpid())"
        // It refuses to be root, and then is the user whom Debian's package has made.
        let user = getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        if let postgres = getuid() == 0 ? getpwnam("postgres") : nil { chown(folder, postgres.pointee.pw_uid, postgres.pointee.pw_gid) }
        let data = folder + "/data"
        try Self.run(user + [binaries + "/initdb", "-D", data, "-A", "trust", "-U", "isocenter", "-E", "UTF8", "--locale=C", "--no-sync"])
        // Nothing here is to survive a power cut. When the pipe closes, the server ends.
        let server = (user + [binaries + "/postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off",
            "-c", "max_connections=400", "-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "unix_socket_permissions=0777"])
            .joined(separator: " ")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(server) > \(folder)/log 2>&1 < /dev/null & server=$!; read line; kill -QUIT $server; sleep 1; rm -rf \(folder)"]
        process.standardInput = keepsAlive
        // Whoever reads what the tests say is not to wait for it.
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let end = Date(timeIntervalSinceNow: 30)
        while !execute("SELECT 1", on: "postgres").isEmpty {
            guard Date() < end, process.isRunning else {
                throw Failure("PostgreSQL is installed in \(binaries) and cannot be started: \((try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "it said nothing")")
            }
            usleep(50_000)
        }
        // The folder of sockets is the server's user's: others pass through it.
        chmod(folder, 0o755)
    }

    private static func run(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        do { try process.run() } catch { throw Failure("PostgreSQL is installed and \(command[0]) cannot be run: \(error.localizedDescription)") }
        let words = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("PostgreSQL is installed and cannot be started: \(command.joined(separator: " ")): \(String(decoding: words, as: UTF8.self))") }
    }

    public func url(of database: String) -> String { "postgresql://isocenter@/\(database)?host=\(folder)" }

    /// A database that is empty, or a copy of another that nobody is connected to.
    public func makeDatabase(template: String = "template0") throws -> String {
        let name = number.withLock { number in
            number += 1
            return "test_\(number)"
        }
        let failure = administration.withLock { _ in execute("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY file_copy", on: "postgres") }
        guard failure.isEmpty else { throw Failure("a database cannot be made: \(failure)") }
        return name
    }

    public func drop(_ database: String) { _ = execute("DROP DATABASE IF EXISTS \(database) WITH (FORCE)", on: "postgres") }

    /// A statement outside of every transaction.
    /// - Returns: what went wrong; "" where nothing did.
    @discardableResult
    public func execute(_ sql: String, on database: String) -> String {
        let connection = PQconnectdb(url(of: database))
        defer { PQfinish(connection) }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        let isGood = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK
        return isGood ? "" : PQerrorMessage(connection).map { String(cString: $0) } ?? "no answer"
    }
}
