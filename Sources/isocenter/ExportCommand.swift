import Archive
import ArgumentParser
import DICOM
import Foundation
import IsocenterServer

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write objects as DICOM files into a folder; works beside a running server.",
        discussion: "Files are named STUDY/SERIES/INSTANCE.dcm by their UIDs and hold the data set as it was received.")

    @OptionGroup var common: CommonOptions
    @Option(help: "Study Instance UID; may be repeated.") var study: [String] = []
    @Flag(help: "Everything there is.") var all = false
    @Argument(help: ArgumentHelp("Folder to write to.", valueName: "folder"), completion: .directory) var folder: String

    func validate() throws {
        guard all != !study.isEmpty else { throw ValidationError("name studies with --study, or say --all") }
        for text in study where UID(text) == nil { throw ValidationError("'\(text)' is no UID") }
    }

    func run() async throws {
        let settings = try common.settings()
        do throws(ArchiveError) {
            let archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("export"))
            let count = try await export(archive)
            print("exported \(count) objects to \(folder)")
        } catch {
            throw Failure("\(error)")
        }
    }

    private func export(_ archive: Archive) async throws(ArchiveError) -> Int {
        var count = 0
        for uid in study {
            guard let uid = UID(uid) else { continue }
            count += try await export(uid, archive)
        }
        guard all else { return count }
        var request = StudyListRequest(limit: StudyListRequest.largestLimit)
        repeat {
            let page = try await archive.studyList(request, for: .everything)
            for study in page.studies {
                if let uid = UID(study.studyInstanceUID) { count += try await export(uid, archive) }
            }
            request.cursor = page.next
        } while request.cursor != nil
        return count
    }

    private func export(_ study: UID, _ archive: Archive) async throws(ArchiveError) -> Int {
        let instances = try await archive.instances(study: study, for: .everything)
        guard !instances.isEmpty else { throw ArchiveError(.notFound, "there is no study \(study)") }
        for instance in instances {
            let path = "\(folder)/\(instance.study)/\(instance.series)/\(instance.sopInstance).dcm"
            try await write(instance, archive, to: path)
        }
        return instances.count
    }

    /// Whole under its name, or not at all.
    private func write(_ instance: InstanceLocation, _ archive: Archive, to path: String) async throws(ArchiveError) {
        let partial = path + ".part"
        do {
            try FileManager.default.createDirectory(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            guard FileManager.default.createFile(atPath: partial, contents: nil), let handle = FileHandle(forWritingAtPath: partial) else {
                throw ArchiveError(.notWritable, "\(partial): cannot be written")
            }
            for try await piece in archive.read(instance) { try handle.write(contentsOf: Data(piece)) }
            try handle.synchronize()
            try handle.close()
            guard rename(partial, path) == 0 else { throw ArchiveError(.notWritable, "\(path): \(String(cString: strerror(errno)))") }
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError(.notWritable, "\(path): \(error.localizedDescription)")
        }
    }
}
