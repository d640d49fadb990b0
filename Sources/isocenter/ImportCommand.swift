import Archive
import ArgumentParser
import DICOM
import DICOMImage
import DICOMNetwork
import Foundation
import IsocenterServer
import Workflow
import NIOCore

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take files, folders, ZIPs or DICOMDIRs into the archive.",
        discussion: """
            Works on the data folder, or through the server that runs on it. May be interrupted and repeated: what is there already \
            is not written again. Exit code 1 where an object was refused.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Write what became of each file into this table (tab-separated).", valueName: "file"), completion: .file())
    var report: String?

    @Argument(help: "Files, folders, ZIPs, DICOMDIRs.", completion: .file()) var paths: [String]

    func run() async throws {
        let settings = try common.settings()
        let tally = try ImportTally(report: report)
        let ticker = Task { await tally.tick(every: .seconds(1)) }
        defer { ticker.cancel() }
        let source = ImportSource(paths: paths)
        let counting = Task.detached { await tally.expect(source.count()) }
        defer { counting.cancel() }
        // Ctrl-C ends after the files under way; a second one at once.
        let work = Task { try await take(source, into: try await target(settings), tally) }
        let interrupt = DispatchSource.makeSignalSource(signal: SIGINT)
        signal(SIGINT, SIG_IGN)
        interrupt.setEventHandler {
            signal(SIGINT, SIG_DFL)
            work.cancel()
        }
        interrupt.resume()
        do {
            try await work.value
        } catch is CancellationError {
            tell("interrupted: repeat the command to go on")
        }
        try await tally.finish()
        if await tally.refused > 0 || work.isCancelled { throw ExitCode(1) }
    }

    /// The data folder itself, or the server that holds it.
    private func target(_ settings: Settings) async throws -> ImportTarget {
        let logger = makeLogger("import")
        do throws(ArchiveError) {
            let archive = try await Archive.open(ArchiveConfiguration(settings), logger: logger)
            return .folder(archive, ConflictPolicy(rawValue: settings[Settings.onConflict]) ?? .keepFirst)
        } catch {
            guard error.code == .locked else { throw Failure("\(error)") }
        }
        let beside = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: logger)
        guard let serving = try await ServingRecord(beside.database).last(), let called = AETitle(serving.aeTitle), let calling = AETitle("ISOCENTER-IMPORT")
        else { throw Failure("the data folder is in use, and its server does not say where it listens") }
        tell("through the server on DICOM port \(serving.dimsePort)")
        let server = Peer(name: "the server", aeTitle: called.text, host: "127.0.0.1", port: serving.dimsePort)
        return .server(Sender(dialer: Dialer(.init(callingAETitle: calling))), server, beside)
    }

    private func take(_ source: ImportSource, into target: ImportTarget, _ tally: ImportTally) async throws {
        switch target {
        case .folder(let archive, let onConflict):
            try await FolderImport(archive: archive, onConflict: onConflict, tally: tally).run(source)
            try await archive.audit.settle(.all)
        case .server(let sender, let server, let beside):
            try await ServerImport(sender: sender, server: server, beside: beside, tally: tally).run(source)
        }
    }
}

private enum ImportTarget {
    case folder(Archive, ConflictPolicy)
    case server(Sender, Peer, Archive)
}

/// Several files at once, so that they share the syncs of one group.
private struct FolderImport {
    static let filesAtOnce = 8
    /// Of files that were taken out of a ZIP, which are in memory.
    static let bytesAtOnce = 256 << 20

    let archive: Archive
    let onConflict: ConflictPolicy
    let tally: ImportTally

    func run(_ source: ImportSource) async throws {
        let window = ByteWindow()
        try await withThrowingTaskGroup(of: Int.self) { group in
            try await source.forEach { item in
                try Task.checkCancellation()
                let size = if case .held(let bytes) = item.bytes { bytes.count } else { 0 }
                while window.files >= Self.filesAtOnce || window.files > 0 && window.bytes + size > Self.bytesAtOnce {
                    guard let done = try await group.next() else { break }
                    window.leave(done)
                }
                window.enter(size)
                group.addTask {
                    await tally.add(item.name, await store(item))
                    return size
                }
            } problem: { path, why in
                group.addTask {
                    await tally.add(path, .refused(why))
                    return 0
                }
                window.enter(0)
            }
            for try await _ in group {}
        }
    }

    /// What is under way. Used by the one task that hands out files.
    private final class ByteWindow {
        var files = 0, bytes = 0
        func enter(_ size: Int) { (files, bytes) = (files + 1, bytes + size) }
        func leave(_ size: Int) { (files, bytes) = (files - 1, bytes - size) }
    }

    private func store(_ item: ImportItem) async -> ImportTally.Result {
        var ingest = FileIngest(into: archive, source: Source(kind: .importing, user: NSUserName(), onConflict: onConflict))
        do {
            let pieces = FilePieces(item.bytes)
            var isFirst = true
            while let piece = try pieces.next() {
                if isFirst, ImportTally.isNoDICOM(piece) { return .notDICOM }
                isFirst = false
                try await ingest.write(piece)
            }
            if isFirst { return .notDICOM }
            let outcome = try await ingest.finish()
            switch outcome.result {
            case .stored, .storedAsNewVersion: return .stored
            case .alreadyStored: return .alreadyThere
            case .quarantined: return .refused("another object has its SOP Instance UID: kept aside")
            case .conflict: return .refused("another object has its SOP Instance UID and is kept")
            }
        } catch {
            await ingest.cancel()
            return .refused("\(error)")
        }
    }
}

/// Through the DICOM port of the running server.
private struct ServerImport {
    let sender: Sender
    let server: Peer
    let coding = DirectFrameCoding()
    let beside: Archive
    let tally: ImportTally

    func run(_ source: ImportSource) async throws {
        var group: [Outgoing] = []
        var refused: [(String, String)] = []
        try await source.forEach { item in
            try Task.checkCancellation()
            do {
                let pieces = FilePieces(item.bytes)
                guard let first = try pieces.next(), !ImportTally.isNoDICOM(first) else { return await tally.add(item.name, .notDICOM) }
                group.append(try await Outgoing(item, coding: coding))
            } catch {
                await tally.add(item.name, .refused("\(error)"))
            }
            if group.count == 64 { try await send(&group) }
        } problem: { path, why in
            refused.append((path, why))
        }
        try await send(&group)
        await sender.dialer.close()
        for (path, why) in refused { await tally.add(path, .refused(why)) }
    }

    private func send(_ group: inout [Outgoing]) async throws {
        var known = Set<UID>()
        for file in group where try await beside.instance(file.sopInstance, for: .everything) != nil { known.insert(file.sopInstance) }
        try await sender.send(group, to: server) { [tally, known] file, result in
            switch result {
            case .stored, .warned: await tally.add(file.name, known.contains(file.sopInstance) ? .alreadyThere : .stored)
            case .refused(let why, _), .failed(let why): await tally.add(file.name, .refused(why))
            }
        }
        group = []
    }
}
