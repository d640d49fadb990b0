import Foundation

/// One setting: declared once with its key, type, default, unit and help.
public struct Setting<Value: SettingValue>: Sendable {
    /// Dotted path in the settings file: `http.port`. The environment variable is `ISOCENTER_HTTP_PORT`.
    public let key: String
    public let defaultValue: Value
    public let unit: String
    public let help: String
    /// Why a value of the right type may still be wrong; nil where it is right.
    let problem: @Sendable (Value) -> String?

    init(_ key: String, default value: Value, unit: String = "", help: String, problem: @escaping @Sendable (Value) -> String? = { _ in nil }) {
        self.key = key
        defaultValue = value
        self.unit = unit
        self.help = help
        self.problem = problem
    }
}

extension Setting where Value == Int {
    init(_ key: String, default value: Int, in range: ClosedRange<Int>, unit: String = "", help: String) {
        self.init(key, default: value, unit: unit, help: help) {
            range.contains($0) ? nil : "\($0) is not between \(range.lowerBound) and \(range.upperBound)"
        }
    }
}

/// A type that a settings file, an environment variable and a flag can all spell.
public protocol SettingValue: Sendable {
    /// What a wrong value should have been: "a whole number".
    static var expectation: String { get }
    init?(text: String)
    var text: String { get }
}

extension Int: SettingValue {
    public static var expectation: String { "a whole number" }
    public init?(text: String) { self.init(text) }
    public var text: String { "\(self)" }
}

extension Bool: SettingValue {
    public static var expectation: String { "true or false" }
    public init?(text: String) {
        switch text.lowercased() {
        case "true", "yes", "on", "1": self = true
        case "false", "no", "off", "0": self = false
        default: return nil
        }
    }
    public var text: String { self ? "true" : "false" }
}

extension String: SettingValue {
    public static var expectation: String { "text" }
    public init?(text: String) { self = text }
    public var text: String { self }
}

/// A list, written as a YAML list or separated by commas.
extension [String]: SettingValue {
    public static var expectation: String { "a list" }
    public init?(text: String) {
        self = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
    public var text: String { joined(separator: ",") }
}

/// A setting without its type, for lists of all of them.
protocol AnySetting: Sendable {
    var key: String { get }
    var unit: String { get }
    var help: String { get }
    var defaultText: String { get }
    /// What is wrong with a text; nil where it is a right value.
    func problem(in text: String) -> String?
}

extension Setting: AnySetting {
    var defaultText: String { defaultValue.text }

    func problem(in text: String) -> String? {
        guard let value = Value(text: text) else { return "'\(text)' is not \(Value.expectation)" }
        return problem(value)
    }

    /// `ISOCENTER_HTTP_PORT` for `http.port`; a capital letter begins a word: `dimse.maxAssociations` is `ISOCENTER_DIMSE_MAX_ASSOCIATIONS`.
    var environmentName: String { Settings.environmentName(of: key) }
}
