import ArgumentParser
import Workers

/// What the server starts to decode and encode frames; no command for people.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worker", abstract: "Decode frames for a server that started this.", shouldDisplay: false)

    func run() { WorkerProcess.run() }
}
