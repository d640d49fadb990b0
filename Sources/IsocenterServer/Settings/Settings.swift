import Database
import Foundation
import Yams

/// What is in force, and where each value came from: a flag, an environment variable, the settings file, or the default.
public struct Settings: Sendable {
    public enum Origin: Sendable, CustomStringConvertible {
        case byDefault, file(String), environment(String), flag(String)

        public var description: String {
            switch self {
            case .byDefault: "default"
            case .file(let path): path
            case .environment(let name): name
            case .flag(let name): name
            }
        }
    }

    private var values: [String: (text: String, origin: Origin)] = [:]

    /// - Parameters:
    ///   - file: a YAML file; nil reads none.
    ///   - environment: variables of the process.
    ///   - flags: key to (text, flag's name), over everything else.
    public init(file: String? = nil, environment: [String: String] = [:], flags: [String: (text: String, name: String)] = [:]) throws(SettingsError) {
        var problems: [String] = []
        func take(_ key: String, _ text: String, _ origin: Origin) {
            guard let setting = Self.byKey[key] else {
                problems.append("\(origin): there is no setting '\(key)'" + (Self.nearest(to: key).map { "; did you mean '\($0)'?" } ?? ""))
                return
            }
            if let problem = setting.problem(in: text) {
                problems.append("\(origin): \(key): \(problem)")
            } else {
                values[key] = (text, origin)
            }
        }
        if let file {
            for (key, text) in try Self.flattened(file: file) { take(key, text, .file(file)) }
        }
        let keysByVariable = Dictionary(uniqueKeysWithValues: Self.all.map { (Self.environmentName(of: $0.key), $0.key) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("ISOCENTER_") && !Self.foreignVariables.contains(name) {
            take(keysByVariable[name] ?? name, text, .environment(name))
        }
        for (key, value) in flags.sorted(by: { $0.key < $1.key }) { take(key, value.text, .flag(value.name)) }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
    }

    public subscript<Value>(setting: Setting<Value>) -> Value {
        values[setting.key].flatMap { Value(text: $0.text) } ?? setting.defaultValue
    }

    /// Every setting with its value, origin, unit and help, in the order of declaration.
    public var listing: [(key: String, value: String, origin: Origin, unit: String, help: String)] {
        Self.all.map { setting in
            let value = values[setting.key] ?? (setting.defaultText, .byDefault)
            // A URL may hold a password.
            return (setting.key, setting.key == Settings.database.key ? PostgreSQLURL.shown(value.text) : value.text, value.origin, setting.unit, setting.help)
        }
    }

    static let byKey: [String: any AnySetting] = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    /// Variables of our tests and tools that are no settings.
    private static let foreignVariables: Set<String> = [
        "ISOCENTER_CORPUS", "ISOCENTER_STANDARD", "ISOCENTER_PYTHON", "ISOCENTER_DEMO_OUT", "ISOCENTER_URL", "ISOCENTER_USER",
        "ISOCENTER_PASSWORD", "ISOCENTER_CONFIG", "ISOCENTER_TEST_ENGINE",
    ]

    static func environmentName(of key: String) -> String {
        var name = "ISOCENTER_"
        for character in key {
            if character == "." { name += "_" } else {
                if character.isUppercase { name += "_" }
                name += character.uppercased()
            }
        }
        return name
    }

    // MARK: The file

    private static func flattened(file: String) throws(SettingsError) -> [(String, String)] {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw SettingsError(problems: ["\(file): cannot be read: \(error.localizedDescription)"])
        }
        let tree: Any?
        do {
            tree = try Yams.load(yaml: text)
        } catch {
            throw SettingsError(problems: ["\(file): is not YAML: \(error)"])
        }
        guard let tree else { return [] }
        guard let map = tree as? [String: Any] else { throw SettingsError(problems: ["\(file): should be a map of settings"]) }
        return flattened(map, prefix: "")
    }

    private static func flattened(_ map: [String: Any], prefix: String) -> [(String, String)] {
        map.sorted { $0.key < $1.key }.flatMap { key, value -> [(String, String)] in
            switch value {
            case let inner as [String: Any]: flattened(inner, prefix: prefix + key + ".")
            case let list as [Any]: [(prefix + key, list.map { "\($0)" }.joined(separator: ","))]
            default: [(prefix + key, "\(value)")]
            }
        }
    }

    /// The setting whose key is spelled most like a wrong one.
    private static func nearest(to key: String) -> String? {
        let wanted = Array(key.lowercased().utf8)
        // A key is refused once, at the start: however long it is, this is not worked out for more than its beginning.
        let scored = all.map { ($0.key, slips(from: wanted.prefix(100), to: Array($0.key.lowercased().utf8)[...])) }
        return scored.min { $0.1 < $1.1 }.flatMap { $0.1 <= max(2, wanted.count / 3) ? $0.0 : nil }
    }

    /// Letters to insert, leave out, exchange or swap with the next (optimal string alignment).
    private static func slips(from a: ArraySlice<UInt8>, to b: ArraySlice<UInt8>) -> Int {
        let a = Array(a), b = Array(b)
        var before: [Int] = [], row = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1]
            for j in b.indices {
                var cost = min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                next.append(cost)
            }
            (before, row) = (row, next)
        }
        return row[b.count]
    }
}

/// Every wrong key and value, so that one start is enough to learn of all.
public struct SettingsError: Error, CustomStringConvertible {
    public var problems: [String]
    public var description: String { problems.joined(separator: "\n") }
}
