import ArgumentParser
import Foundation
import IsocenterServer
import Logging

/// Which data folder and which settings a command works with.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder that holds everything.", valueName: "dir"), completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("Settings file (YAML). Also ISOCENTER_CONFIG.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting over file and environment; may be repeated. See 'isocenter settings'.", valueName: "key=value"))
    var assignments: [String] = []

    /// Flags over environment over file over defaults.
    func settings(_ flags: [(key: String, name: String, text: String?)] = []) throws -> Settings {
        var over: [String: (text: String, name: String)] = [:]
        for assignment in assignments {
            guard let equals = assignment.firstIndex(of: "=") else {
                throw ValidationError("--set wants key=value, not '\(assignment)'")
            }
            over[String(assignment[..<equals])] = (String(assignment[assignment.index(after: equals)...]), "--set")
        }
        for flag in flags + [(Settings.data.key, "--data", data)] {
            if let text = flag.text { over[flag.key] = (text, flag.name) }
        }
        let environment = ProcessInfo.processInfo.environment
        do {
            return try Settings(file: config ?? environment["ISOCENTER_CONFIG"], environment: environment, flags: over)
        } catch {
            throw Failure("\(error)")
        }
    }
}

/// A command that could not do what it was asked: the sentence goes to standard error, the exit code is 1.
struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Lines for people, on standard error: standard output is for what a program may read.
func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

/// A log on standard error from this level on.
func makeLogger(_ label: String, level: Logger.Level = .warning) -> Logger {
    var logger = Logger(label: label, factory: { OneLineLog(label: $0) })
    logger.logLevel = level
    return logger
}
