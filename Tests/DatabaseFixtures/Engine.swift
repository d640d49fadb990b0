import Database
import Foundation
import Synchronization
import Testing

/// Where the rows of a test lie.
public enum Engine: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite", contended = "SQLite where each transaction loses once", postgreSQL = "PostgreSQL"

    /// Of the test that runs.
    @TaskLocal public static var current = Engine.sqlite

    /// The databases of the test that runs: they go with it.
    final class Made: Sendable { let names = Mutex<[String]>([]) }
    @TaskLocal static var made: Made?

    public var testDescription: String { rawValue }

    /// Those that are here; `ISOCENTER_TEST_ENGINE` names one alone.
    public static let available: [Engine] = allCases.filter { engine in
        let only = ProcessInfo.processInfo.environment["ISOCENTER_TEST_ENGINE"]
        guard only == nil || only?.lowercased() == engine.rawValue.lowercased() else { return false }
        return engine != .postgreSQL || PostgreSQLCluster.isInstalled
    }

    /// A new, empty database of this engine, gone when the tests end.
    public func makeDatabase() throws -> any SQLDatabase {
        switch self {
        case .sqlite: return try SQLite(path: try Self.makePath())
        case .contended: return Contended(try SQLite(path: try Self.makePath()))
        case .postgreSQL: return try PostgreSQL(url: try makeURL(), options: Self.options)
        }
    }

    /// Of a file that goes when the tests end.
    public static func makePath() throws -> String { "\(folder)/\(UUID().uuidString).sqlite" }

    /// What names a new database in settings; "" where it lies in the data folder.
    ///
    /// - Parameter template: what it is a copy of; nil: it is empty.
    public func makeURL(template: String? = nil) throws -> String {
        guard self == .postgreSQL else { return "" }
        let cluster = try PostgreSQLCluster.running()
        let name = try cluster.makeDatabase(template: template ?? "template0")
        Self.made?.names.withLock { $0.append(name) }
        return cluster.url(of: name)
    }

    /// For a server that does not sync.
    public static var options: PostgreSQL.Options {
        var options = PostgreSQL.Options()
        options.isDurable = false
        options.connections = 8
        return options
    }

    private static let folder: String = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-databases-\(getpid())").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)  // Opening says what is wrong.
        atexit { Engine.removeFolder() }
        return path
    }()

    private static func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }
}

/// Runs each test of a suite once on every engine that is here.
public struct EveryEngine: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        guard testCase != nil else { return try await function() }
        Self.saySkipped(test)
        for engine in Engine.available {
            let made = Engine.Made()
            do {
                try await Engine.$current.withValue(engine) { try await Engine.$made.withValue(made) { try await function() } }
            } catch {
                Issue.record(error, "on \(engine.rawValue)")
            }
            for name in made.names.withLock(\.self) { try PostgreSQLCluster.running().drop(name) }
        }
    }

    private static let said = Mutex<Set<String>>([])

    /// Once for each suite.
    private static func saySkipped(_ test: Test) {
        guard !PostgreSQLCluster.isInstalled else { return }
        let suite = "\(test.id)".split(separator: "/").first.map(String.init) ?? test.name
        guard said.withLock({ $0.insert(suite).inserted }) else { return }
        print("skipped on PostgreSQL, which is not installed here (Debian: postgresql): \(suite)")
    }

    public func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? nil : self }
}

extension Trait where Self == EveryEngine {
    public static var everyEngine: Self { Self() }
}
