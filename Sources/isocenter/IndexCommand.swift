import Archive
import ArgumentParser
import DICOM
import IsocenterServer
import Workflow

struct IndexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index", abstract: "Attributes that are searched beside those that always are; works beside a running server.",
        discussion: """
            isocenter index add PatientSpeciesDescription --level study
            isocenter index add PerformedProtocolCodeSequence.CodeValue --level series
            isocenter index add '(0099,ACME,10)' --level instance --vr LO

            The last one is element 10 of the private creator ACME in group 0099, in whatever block it lies. The running server indexes new \
            objects at once and reads the headers of older ones in the background (isocenter jobs); until then the attribute is not \
            matched, and who asks is told so.
            """,
        subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the added attributes.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "As JSON.") var json = false

        private struct Line: Encodable {
            var path: String
            var level: String
            var vr: String
            var filled: Bool
        }

        func run() async throws {
            let attributes = try await withArchive(common) { (archive, _) in try await archive.extraAttributes() }
            let lines = attributes.map { Line(path: $0.path.text, level: Level($0.level).rawValue, vr: "\($0.vr)", filled: $0.isFilled) }
            if json { return try printJSON(lines) }
            for line in lines { print("\(line.path)\t\(line.level)\t\(line.vr)\t\(line.filled ? "searched" : "older objects are being read")") }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Search by another attribute.")
        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("Keyword, tag, path through sequences, or (gggg,CREATOR,ee).", valueName: "path")) var path: String
        @Option(help: "What has it: study, series or instance.") var level: Level
        @Option(help: "Its value representation, where no dictionary knows it.") var vr: String?

        func validate() throws {
            if let vr, VR(vr)?.isKnown != true { throw ValidationError("'\(vr)' is no value representation") }
        }

        func run() async throws {
            let (path, level, vr) = (path, level.query, vr.flatMap { VR($0) })
            let job = try await withArchive(common) { (archive, _) in
                let attribute = try await archive.addExtraAttribute(path, level: level, vr: vr)
                return try await JobTable(archive.database).add(
                    ExtraAttributeFilling.kind, subject: "\(attribute.path.text) of older objects", parameters: ExtraAttributeParameters(attribute.id))
            }
            print("\(path) is searched when job \(job) has read the older objects")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Search by it no more.")
        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("As it was added.", valueName: "path")) var path: String

        func run() async throws {
            let path = path
            try await withArchive(common) { (archive, _) in
                guard let attribute = try await archive.removeExtraAttribute(path) else { throw Failure("\(path) was not added") }
                try await JobTable(archive.database).add(
                    ExtraAttributeDropping.kind, subject: "values of \(path)", parameters: ExtraAttributeParameters(attribute.id))
            }
        }
    }

    enum Level: String, ExpressibleByArgument, CaseIterable {
        case study, series, instance

        init(_ level: Query.Level) { self = level == .instance ? .instance : level == .series ? .series : .study }

        var query: Query.Level {
            switch self {
            case .study: .study
            case .series: .series
            case .instance: .instance
            }
        }
    }
}
