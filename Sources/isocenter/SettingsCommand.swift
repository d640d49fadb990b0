import ArgumentParser
import IsocenterServer

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print every setting: what is in force, from where, and what it means.")

    @OptionGroup var common: CommonOptions
    @Flag(help: "As a settings file with comments.") var yaml = false

    func run() throws {
        for setting in try common.settings().listing {
            let unit = setting.unit.isEmpty ? "" : " \(setting.unit)"
            if yaml {
                print("# \(setting.help)\(unit.isEmpty ? "" : " (\(setting.unit))")\n\(setting.key): \(setting.value.isEmpty ? "\"\"" : setting.value)")
            } else {
                print("\(setting.key) = \(setting.value)\(unit)\n    \(setting.help) [\(setting.origin)]")
            }
        }
    }
}
