import Archive
import ArgumentParser
import IsocenterServer

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every object against its hash; works beside a running server.",
        discussion: "Names what is damaged, missing, or not in the index. Exit code 1 where anything is wrong.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings()
        do throws(ArchiveError) {
            let archive = try await Archive.open(ArchiveConfiguration(folder: settings[Settings.data], role: .beside), logger: makeLogger("verify"))
            let report = try await verify(archive)
            print("verified \(report.objects) objects, \(report.bytes) bytes: damaged \(report.damaged), missing \(report.missing), not in the index \(report.orphans)")
            if !report.isGood { throw ArchiveError(.damaged, "the archive is not as it should be: see above") }
        } catch {
            throw Failure("\(error)")
        }
    }

    private func verify(_ archive: Archive) async throws(ArchiveError) -> Verification.Report {
        var report = Verification.Report()
        for try await event in archive.verify() {
            switch event {
            case .finished(let final): report = final
            default: if let words = event.words { tell(words) }
            }
        }
        return report
    }
}
