import Archive
import ArgumentParser
import Foundation
import IsocenterServer

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every object against its hash; works beside a running server.",
        discussion: "Names what is damaged, missing, or not in the index. Exit code 1 where anything is wrong.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings()
        do throws(ArchiveError) {
            let archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("verify"))
            let report = try await verify(archive)
            print("verified \(report.objects) objects, \(report.bytes) bytes: damaged \(report.damaged), missing \(report.missing), not in the index \(report.orphans)\(report.away > 0 ? ", in folders and not to be had \(report.away)" : "")")
            if !report.isGood { throw ArchiveError(.damaged, "the archive is not as it should be: see above") }
        } catch {
            throw Failure("\(error)")
        }
    }

    private func verify(_ archive: Archive) async throws(ArchiveError) -> Verification.Report {
        var report: Verification.Report?
        for try await event in archive.verify() {
            switch event {
            case .progress(let objects, let total, _):
                if isatty(STDERR_FILENO) == 1, objects % 1024 == 0 { tell("\(objects) of \(total)") }
            case .damaged(let object, let instance, let reason): tell("damaged: instance \(instance) in object \(object): \(reason)")
            case .away(let object, let instance, let reason): tell("not to be had: instance \(instance) in object \(object): \(reason)")
            case .missing(let object, let instance): tell("missing: object \(object) of instance \(instance)")
            case .orphan(let object, let size): tell("not in the index: object \(object) of \(size) bytes")
            case .finished(let final): report = final
            }
        }
        guard let report else { throw ArchiveError(.storageFailed, "the check ended before its report") }
        return report
    }
}
