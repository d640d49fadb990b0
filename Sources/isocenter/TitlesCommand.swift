import ArgumentParser
import IsocenterServer
import Workflow

struct Titles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "AE titles of ours beside the one of the settings, each with its own services and view; works beside a running server.",
        subcommands: [Add.self, List.self, Change.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Answer to one more title; the title of the settings can be described so too.")
        @OptionGroup var common: CommonOptions
        @Argument var title: String
        @OptionGroup var fields: TitleFields

        func run() async throws {
            try await withPeers(common) { peers, _ in
                var entity = ApplicationEntity(title: title)
                try fields.apply(to: &entity)
                try await peers.add(entity)
                tell("added \(entity.line)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List our titles: services, view, who may call.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let standard = try common.settings()[Settings.aeTitle]
            try await withPeers(common) { peers, _ in
                var all = try await peers.titles()
                if !all.contains(where: { $0.title == standard }) { all.insert(ApplicationEntity(title: standard), at: 0) }
                if json { return try printJSON(all) }
                for entity in all { print(entity.line + (entity.title == standard ? "\tdefault" : "")) }
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "set", abstract: "Change a title: what is not named stays.")
        @OptionGroup var common: CommonOptions
        @Argument var title: String
        @OptionGroup var fields: TitleFields

        func run() async throws {
            let standard = try common.settings()[Settings.aeTitle]
            try await withPeers(common) { peers, _ in
                guard var entity = try await peers.titles().first(where: { $0.title == title }) ?? (title == standard ? ApplicationEntity(title: title) : nil) else {
                    throw Failure("there is no title '\(title)'")
                }
                try fields.apply(to: &entity)
                try await peers.set(entity)
                tell("changed \(entity.line)")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Answer to a title no longer.")
        @OptionGroup var common: CommonOptions
        @Argument var title: String

        func run() async throws {
            try await withPeers(common) { peers, _ in
                guard try await peers.remove(title: title) else { throw Failure("there is no title '\(title)' that could be removed") }
                tell("removed \(title)")
            }
        }
    }
}

struct TitleFields: ParsableArguments {
    @Option(help: "For people.") var description: String?
    @Option(parsing: .upToNextOption, help: ArgumentHelp("What is served under it: store, query, retrieve, commit.", valueName: "service")) var services: [String] = []
    @Option(parsing: .upToNextOption, help: ArgumentHelp("What is seen under it: matching keys such as Modality=CT; several of one attribute are alternatives.", valueName: "key=value"))
    var view: [String] = []
    @Flag(help: "Everything is seen under it.") var wholeView = false
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Peers that may call it.", valueName: "peer")) var callers: [String] = []
    @Flag(help: "Every known caller may call it.") var anyCaller = false
    @Flag(inversion: .prefixedNo, help: "Objects of private and unknown SOP classes are stored.") var unknownClasses: Bool?
    @Option(help: ArgumentHelp("Same SOP Instance UID with other content: keepFirst, keepBoth or quarantine; 'default': as the settings say.", valueName: "policy")) var onConflict: String?

    func apply(to entity: inout ApplicationEntity) throws {
        if let description { entity.description = description }
        if !services.isEmpty {
            entity.services = Set(try services.flatMap { $0.split(separator: ",") }.map { text in
                guard let service = Peer.Service(rawValue: String(text)) else { throw ValidationError("'\(text)' is not \(Peer.Service.allCases.map(\.rawValue).joined(separator: ", "))") }
                return service
            })
        }
        if wholeView { entity.view = [] }
        if !view.isEmpty { entity.view = view }
        if anyCaller { entity.callers = nil }
        if !callers.isEmpty { entity.callers = callers }
        if let unknownClasses { entity.acceptsUnknownSOPClasses = unknownClasses }
        if let onConflict { entity.onConflict = onConflict == "default" ? nil : onConflict }
    }
}

extension ApplicationEntity {
    var line: String {
        let may = Peer.Service.allCases.filter(services.contains).map(\.rawValue).joined(separator: ",")
        return [title, may.isEmpty ? "nothing" : may, view.isEmpty ? "everything" : view.joined(separator: " "), callers.map { "for " + $0.joined(separator: ", ") } ?? "", description]
            .filter { !$0.isEmpty }.joined(separator: "\t")
    }
}
