import Archive
import ArgumentParser
import Foundation
import IsocenterServer

struct Folders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Folders whose objects are found and given out where they lie; works beside a running server.",
        discussion: """
            isocenter folders add /mnt/oldpacs --name OLDPACS

            The running server reads the folder in the background and keeps in step with it; nothing in it is ever written, moved or removed.
            """,
        subcommands: [List.self, Add.self, Files.self, Scan.self, Move.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the folders: state, files by what they are, and why one is away.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let answers = try await withArchive(common) { (archive, _) in
                var answers: [FolderAnswer] = []
                for folder in try await archive.folders() { answers.append(FolderAnswer(folder, try await archive.counts(of: folder))) }
                return answers
            }
            if json { return try printJSON(answers) }
            for answer in answers { print(line(answer)) }
        }

        private func line(_ folder: FolderAnswer) -> String {
            let files = folder.files
            let counts = [(files.indexed, "indexed"), (files.duplicate, "duplicate"), (files.conflict, "in conflict"), (files.hidden, "hidden"), (files.refused, "refused"), (files.missing, "missing")]
            var facts = [folder.name, folder.path, folder.state]
            if folder.state == "reading" { facts.append("\(folder.looked) looked at") }
            facts.append(counts.filter { $0.0 > 0 || $0.1 == "indexed" }.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
            if !folder.reason.isEmpty { facts.append(folder.reason) }
            return facts.joined(separator: "\t")
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take over a folder where it lies.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The folder.", completion: .directory) var path: String
        @Option(help: "What it is called here: letters, digits, '-', '_', '.'.") var name: String

        func run() async throws {
            let (name, path) = (name, path)
            let folder = try await withArchive(common) { (archive, _) in try await archive.addFolder(named: name, at: path) }
            tell("folder \(folder.name) (\(folder.path)) is read by the running server, or when it starts")
        }
    }

    struct Files: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List files of a folder that are not simply in the index, and why.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Name of the folder.") var name: String
        @Option(help: "indexed, duplicate, conflict, hidden, refused or missing; may be repeated. Without it: all but indexed.") var state: [String] = []
        @Flag(help: "As JSON, one line a file.") var json = false

        private struct Line: Encodable {
            var path: String
            var state: String
            var missing: Bool
            var reason: String
            var sopInstanceUID: String
            var size: Int64
        }

        func validate() throws {
            for word in state where word != "missing" && FolderFile.State(rawValue: word) == nil {
                throw ValidationError("--state is one of \((FolderFile.State.allCases.map(\.rawValue) + ["missing"]).joined(separator: ", "))")
            }
        }

        func run() async throws {
            let (name, json) = (name, json)
            let states = state.isEmpty ? ["missing", "conflict", "duplicate", "hidden", "refused"] : state
            try await withArchive(common) { (archive, _) in
                guard let folder = try await archive.folder(named: name) else { throw Failure("there is no folder '\(name)'") }
                for state in states {
                    var last: FolderFile.Key?
                    while true {
                        let page = try await archive.files(of: folder, in: FolderFile.State(rawValue: state), after: last)
                        guard let end = page.last else { break }
                        last = end.key
                        for (_, file) in page { try Self.show(file, json) }
                    }
                }
            }
        }

        private static func show(_ file: FolderFile, _ json: Bool) throws {
            let words = file.missing != nil && file.state != .refused ? "missing" : file.state.rawValue
            guard json else { return print([words, file.path, file.sopInstance, file.reason].joined(separator: "\t")) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let line = Line(path: file.path, state: file.state.rawValue, missing: file.missing != nil, reason: file.reason, sopInstanceUID: file.sopInstance, size: file.size)
            print(String(decoding: try encoder.encode(line), as: UTF8.self))
        }
    }

    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Have all of a folder looked at now: only what is new or changed is read.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Name of the folder.") var name: String

        func run() async throws {
            let name = name
            try await withArchive(common) { (archive, _) in try await archive.lookAtFolder(named: name) }
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say where a folder lies now: files that are there as they were are not read again.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Name of the folder.") var name: String
        @Argument(help: "Where it lies.", completion: .directory) var path: String

        func run() async throws {
            let (name, path) = (name, path)
            try await withArchive(common) { (archive, _) in try await archive.moveFolder(named: name, to: path) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a folder back: what is only in it leaves the index, and the folder stays as it is.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Name of the folder.") var name: String

        func run() async throws {
            let name = name
            try await withArchive(common) { (archive, _) in try await archive.removeFolder(named: name) }
            tell("folder \(name) is forgotten by the running server, or when it starts")
        }
    }
}
