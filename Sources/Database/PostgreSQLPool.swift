import CPostgreSQL
import Foundation
import Synchronization

/// The sessions of one database: made when they are needed, lent to one borrower at a time.
final class PostgreSQLPool: Sendable {
    private struct State {
        var idle: [PostgreSQLConnection] = []
        var isClosed = false
        /// Was waited for in vain: until it answers it is asked once, so that whoever needs it is told at once.
        var isAway = false
    }

    private let url: String
    private let options: PostgreSQL.Options
    /// Host, port and name of the database, for messages.
    let target: String
    private let state = Mutex(State())
    private let free: DispatchSemaphore

    init(_ url: String, _ options: PostgreSQL.Options) throws(DatabaseError) {
        target = try PostgreSQLURL.target(url)
        (self.url, self.options) = (url, options)
        free = DispatchSemaphore(value: options.connections)
    }

    /// One that is free, else a new one. Blocks.
    func take() throws(DatabaseError) -> PostgreSQLConnection {
        guard free.wait(timeout: .now() + options.patience) == .success else {
            throw DatabaseError(.busy, "all \(options.connections) connections to \(target) have been in use for \(Int(options.patience)) s")
        }
        do throws(DatabaseError) {
            while true {
                let (idle, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
                guard !isClosed else { throw DatabaseError(.cannotOpen, "the connections to \(target) were ended") }
                guard let idle else { return try connect() }
                if idle.isQuiet { return idle }
            }
        } catch {
            free.signal()
            throw error
        }
    }

    func give(_ connection: PostgreSQLConnection) {
        if connection.isReusable { state.withLock { if !$0.isClosed { $0.idle.append(connection) } } }
        free.signal()
    }

    /// After one was lost the others are so as well, as a rule.
    func forgetIdle() { state.withLock { $0.idle = [] } }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.idle = []
        }
    }

    // MARK: Connecting

    /// The server may be starting again: it is asked for a while.
    private func connect() throws(DatabaseError) -> PostgreSQLConnection {
        let end = ContinuousClock.now + .seconds(options.patience)
        while true {
            do throws(DatabaseError) {
                let connection = try connectOnce()
                state.withLock { $0.isAway = false }
                return connection
            } catch {
                let isAway = state.withLock { state in
                    if ContinuousClock.now >= end { state.isAway = true }
                    return state.isAway
                }
                guard error.code == .busy, !isAway else { throw DatabaseError(error.code == .busy ? .cannotOpen : error.code, error.message) }
                usleep(200_000)
            }
        }
    }

    private func connectOnce() throws(DatabaseError) -> PostgreSQLConnection {
        // Before the URL what it may say otherwise, after it what it may not.
        let settings = [
            ("connect_timeout", "10"), ("application_name", "isocenter"), ("keepalives_idle", "30"), ("keepalives_interval", "10"),
            ("tcp_user_timeout", "60000"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let handle = Self.withCStrings(settings.map(\.0)) { keys in
            Self.withCStrings(settings.map(\.1)) { values in PQconnectdbParams(keys, values, 1) }
        }
        guard let handle else { throw DatabaseError(.cannotOpen, "no memory for a connection to \(target)") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let words = PostgreSQLURL.withoutPassword(PQerrorMessage(handle).map { String(cString: $0) } ?? "", url)
            PQfinish(handle)
            // Refused, starting, stopping or full: that may be over in a moment.
            let isPassing = ["refused", "No such file", "starting up", "shutting down", "too many", "recovery", "closed the connection"].contains { words.contains($0) }
            let reason = words.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
            throw DatabaseError(isPassing ? .busy : .cannotOpen, "\(target) cannot be reached: \(reason)")
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        let connection = PostgreSQLConnection(handle, target: target)
        do throws(DatabaseError) { try prepare(connection, handle) } catch {
            throw connection.trouble == .lost ? DatabaseError(.busy, error.message) : error
        }
        return connection
    }

    /// What every session is to be like, and what the server must be like. Engines that speak PostgreSQL do not have every setting.
    private func prepare(_ connection: PostgreSQLConnection, _ handle: OpaquePointer) throws(DatabaseError) {
        guard PQenterPipelineMode(handle) == 1 else { throw DatabaseError(.cannotOpen, "\(target): no pipeline mode") }
        _ = try connection.all("""
            SELECT set_config(name, CASE name WHEN 'jit' THEN 'off' WHEN 'synchronous_commit' THEN 'on' ELSE \("\(Int(options.patience * 1000))") END, false)
            FROM   pg_settings
            WHERE  name IN ('jit', 'lock_timeout') OR name = 'synchronous_commit' AND setting = 'off'
            """)
        let rows = try connection.all("""
            SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')
            """)
        let inForce = Dictionary(rows.map { ($0.string("name"), $0.string("setting")) }) { first, _ in first }
        func refuse(_ words: String) -> DatabaseError { DatabaseError(.cannotOpen, "\(target): \(words)") }
        guard inForce["server_encoding"] ?? "UTF8" == "UTF8" else {
            throw refuse("the database is encoded in \(inForce["server_encoding"] ?? ""), which cannot hold every name: make it with ENCODING 'UTF8'")
        }
        guard options.isDurable else { return }
        guard inForce["synchronous_commit"] != "off" else { throw refuse("synchronous_commit is off and cannot be turned on: commits would not survive a power cut") }
        guard inForce["fsync"] ?? "on" == "on", inForce["full_page_writes"] ?? "on" == "on" else {
            throw refuse("fsync or full_page_writes of the server is off: what it commits does not survive a power cut. Turn both on in its postgresql.conf")
        }
    }

    static func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
        let parameters = PostgreSQLParameters(strings.map { .text($0) })
        // One more than there are, and nil, ends the list.
        return parameters.withPointers { pointers, _, _ in body(pointers) }
    }
}

/// What names a database: `postgresql://user@host:port/name?…` as libpq knows it. Its password is never shown.
public enum PostgreSQLURL {
    public static func isOne(_ text: String) -> Bool { text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") }

    /// `database isocenter at db.example:5432`.
    static func target(_ url: String) throws(DatabaseError) -> String {
        guard isOne(url) else { throw DatabaseError(.cannotOpen, "a PostgreSQL database is named as postgresql://user@host/database") }
        var words: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &words) else {
            defer { PQfreemem(words) }
            throw DatabaseError(.cannotOpen, "the URL of the database is wrong: \(withoutPassword(words.map { String(cString: $0) } ?? "", url))")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        let host = values["host"] ?? values["hostaddr"] ?? ProcessInfo.processInfo.environment["PGHOST"] ?? "this machine"
        let port = values["port"].map { ":\($0)" } ?? ""
        let name = values["dbname"] ?? ProcessInfo.processInfo.environment["PGDATABASE"] ?? values["user"] ?? "of this user"
        return "the PostgreSQL database \(name) at \(host)\(port)"
    }

    /// The URL as it may be shown.
    public static func shown(_ url: String) -> String {
        guard let scheme = url.range(of: "://") else { return url }
        var rest = String(url[scheme.upperBound...])
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
            rest = String(rest[..<colon]) + ":…" + String(rest[at...])
        }
        guard let query = rest.firstIndex(of: "?") else { return url[..<scheme.upperBound] + rest }
        let parts = rest[rest.index(after: query)...].split(separator: "&", omittingEmptySubsequences: false)
            .map { $0.lowercased().hasPrefix("password=") || $0.lowercased().hasPrefix("sslpassword=") ? "\($0.prefix { $0 != "=" })=…" : String($0) }
        return url[..<scheme.upperBound] + rest[...query] + parts.joined(separator: "&")
    }

    /// Words of libpq, which repeats a URL that it does not understand.
    static func withoutPassword(_ words: String, _ url: String) -> String {
        let cleaned = words.replacing(url, with: shown(url))
        return cleaned.contains("://") && !cleaned.contains(shown(url)) ? "it cannot be read" : cleaned
    }
}
