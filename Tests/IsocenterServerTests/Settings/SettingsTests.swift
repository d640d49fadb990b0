import Foundation
import Testing

@testable import IsocenterServer

@Suite("Settings")
struct SettingsTests {
    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "settings-\(UUID().uuidString).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("Flags over environment over file over default")
    func precedence() throws {
        let path = try file("http:\n  port: 1000\ndimse:\n  port: 1001\n  peers: [CT1@10.0.0.1, MR1]\nlog.level: debug\n")
        let settings = try Settings(
            file: path, environment: ["ISOCENTER_HTTP_PORT": "2000", "ISOCENTER_DIMSE_PORT": "2001"], flags: ["http.port": ("3000", "--http-port")])
        #expect(settings[Settings.httpPort] == 3000)
        #expect(settings[Settings.dimsePort] == 2001)
        #expect(settings[Settings.peers] == ["CT1@10.0.0.1", "MR1"])
        #expect(settings[Settings.logLevel] == "debug")
        #expect(settings[Settings.aeTitle] == "ISOCENTER")
        let origins = Dictionary(uniqueKeysWithValues: settings.listing.map { ($0.key, "\($0.origin)") })
        #expect(origins["http.port"] == "--http-port")
        #expect(origins["dimse.port"] == "ISOCENTER_DIMSE_PORT")
        #expect(origins["dimse.peers"] == path)
        #expect(origins["dimse.aet"] == "default")
    }

    @Test("Every wrong key and value is named, all at once", arguments: [
        ("http:\n  prot: 80\n", "there is no setting 'http.prot'; did you mean 'http.port'"),
        ("http:\n  port: eighty\n", "http.port: 'eighty' is not a whole number"),
        ("http:\n  port: 70000\n", "http.port: 70000 is not between 0 and 65535"),
        ("dimse:\n  aet: A_TITLE_THAT_IS_TOO_LONG\n", "dimse.aet: 'A_TITLE_THAT_IS_TOO_LONG' is no AE title"),
        ("storage:\n  onConflict: overwrite\n", "storage.onConflict: 'overwrite' is not keepFirst, keepBoth, keepBothFromSameSource or quarantine"),
        ("- a list\n", "should be a map"),
        ("a: [", "is not YAML"),
    ])
    func wrong(_ text: String, _ message: String) throws {
        let path = try file(text)
        let error = #expect(throws: SettingsError.self) { try Settings(file: path) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("A wrong variable of the environment is named too")
    func environment() {
        let error = #expect(throws: SettingsError.self) { try Settings(environment: ["ISOCENTER_HTP_PORT": "1", "ISOCENTER_HTTP_PORT": "x"]) }
        #expect(error?.problems.count == 2)
    }

    @Test("Every setting has a key, a help line and a default that is a right value", arguments: Settings.all.map(\.key))
    func declarations(_ key: String) throws {
        let setting = try #require(Settings.byKey[key])
        #expect(!setting.help.isEmpty)
        #expect(setting.problem(in: setting.defaultText) == nil)
    }

    @Test("Keys become names of variables", arguments: [
        ("http.port", "ISOCENTER_HTTP_PORT"), ("dimse.maxAssociations", "ISOCENTER_DIMSE_MAX_ASSOCIATIONS"), ("data", "ISOCENTER_DATA"),
    ])
    func variables(_ key: String, _ name: String) {
        #expect(Settings.environmentName(of: key) == name)
    }
}
