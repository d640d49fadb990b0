import Archive
import ArgumentParser
import IsocenterServer
import Logging

struct RebuildIndex: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild-index", abstract: "Make the index anew from the objects alone; the server must be stopped.",
        discussion: "Users, tokens and everything else that is not in the objects stays. The old index is in force until the new one is whole.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings()
        do throws(ArchiveError) {
            let archive = try await Archive.open(ArchiveConfiguration(settings), logger: makeLogger("rebuild-index"))
            let report = try await archive.rebuildIndex { progress in
                if progress.objects % 1000 == 0 { tell("\(progress.phase): \(progress.objects) of \(progress.of) objects") }
            }
            for (object, reason) in report.refused { tell("object \(object) is not in the index: \(reason)") }
            print("indexed \(report.objects) objects, \(report.bytes) bytes; not understood \(report.refused.count)")
            archive.close()
            if !report.refused.isEmpty { throw ArchiveError(.damaged, "some objects are not in the index: see above") }
        } catch {
            throw Failure("\(error)")
        }
    }
}
