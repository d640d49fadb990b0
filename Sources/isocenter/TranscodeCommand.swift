import ArgumentParser
import DICOM
import DICOMImage
import Foundation
import Workers

struct TranscodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcode",
        abstract: "Write DICOM files in another transfer syntax.",
        discussion: """
            SYNTAX is a UID or one of these names:
            \(Compression.table.filter(\.isWritten).map { "  \($0.name.padding(toLength: 18, withPad: " ", startingAt: 0))\(($0.transferSyntax?.name ?? $0.uid).prefix(56))" }.joined(separator: "\n"))
            Without loss each frame is decoded again and compared before it is accepted. With loss the result is a new instance, \
            derived from the first. Video is never changed. A folder becomes a folder: other files in it are passed over. \
            Exit code 1 where a file could not be written.
            """)

    @Option(help: ArgumentHelp("Transfer syntax to write.", valueName: "syntax")) var syntax: String
    @Option(help: ArgumentHelp("Of lossy JPEG and JPEG XL, 1 to 100.", valueName: "n")) var quality = EncodingParameters().quality
    @Option(help: ArgumentHelp("Of lossy JPEG 2000 and HTJ2K: size before by size after.", valueName: "r")) var ratio = EncodingParameters().compressionRatio
    @Option(help: ArgumentHelp("Of near-lossless JPEG-LS: largest difference of a sample, 0 for none.", valueName: "n")) var near = EncodingParameters().nearLossless
    @Flag(name: .customLong("no-verify"), help: "Do not decode and compare what was compressed without loss.") var skipsVerification = false
    @Flag(help: "Write over files that are there.") var replace = false
    @Argument(help: "File or folder to read.", completion: .file()) var input: String
    @Argument(help: "File or folder to write.", completion: .file()) var output: String

    func validate() throws {
        guard target != nil else {
            throw ValidationError("'\(syntax)' is neither a UID nor one of \(Compression.table.filter(\.isWritten).map(\.name).joined(separator: ", "))")
        }
        guard (1...100).contains(quality) else { throw ValidationError("--quality is from 1 to 100") }
        guard ratio >= 1, ratio <= 1000 else { throw ValidationError("--ratio is from 1 to 1000") }
        guard (0...255).contains(near) else { throw ValidationError("--near is from 0 to 255") }
    }

    private var target: TransferSyntax? { Compression.named(syntax)?.transferSyntax ?? UID(syntax).map { TransferSyntax($0) } }

    func run() async throws {
        guard let target else { return }
        let files = try TranscodedPaths(input: input, output: output).files()
        let pool: WorkerPool
        do throws(ImageError) { pool = try WorkerPool() } catch { throw Failure("\(error)") }
        let parameters = EncodingParameters(quality: quality, nearLossless: near, compressionRatio: ratio)
        let transcoder = Transcoder(coding: pool, options: TranscodeOptions(parameters: parameters, verifies: !skipsVerification))
        let work = FileTranscoding(transcoder: transcoder, target: target, replaces: replace, isSingle: files.count == 1)
        let tally = TranscodeTally(total: files.count)
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for file in files {
                if running == WorkerPool.processors { await group.next() } else { running += 1 }
                group.addTask { await tally.add(file.input, await work.run(file)) }
            }
        }
        await pool.shutdown()
        await tally.finish()
        if await !tally.isGood { throw ExitCode(1) }
    }
}

/// Which file becomes which.
struct TranscodedPaths {
    let input: String
    let output: String

    struct File: Sendable {
        var input: String
        var output: String
    }

    func files() throws -> [File] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else { throw Failure("\(input): there is no such file or folder") }
        guard isFolder.boolValue else {
            var isOutputFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isOutputFolder)
            let name = URL(fileURLWithPath: input).lastPathComponent
            return [File(input: input, output: exists && isOutputFolder.boolValue ? output + "/" + name : output)]
        }
        let from = URL(fileURLWithPath: input).standardizedFileURL.path, to = URL(fileURLWithPath: output).standardizedFileURL.path
        guard to != from, !to.hasPrefix(from + "/") else { throw Failure("\(output) lies in \(input): what is written would be read again") }
        guard let paths = FileManager.default.enumerator(atPath: input) else { throw Failure("\(input): cannot be read") }
        return paths.compactMap { $0 as? String }.sorted().compactMap { path in
            var status = stat()
            guard lstat(input + "/" + path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return File(input: input + "/" + path, output: output + "/" + path)
        }
    }
}

/// One file after the other: whole under its name, or not at all.
private struct FileTranscoding: Sendable {
    let transcoder: Transcoder
    let target: TransferSyntax
    let replaces: Bool
    let isSingle: Bool

    func run(_ file: TranscodedPaths.File) async -> TranscodeTally.Result {
        do {
            let input = try OpenFile(file.input)
            if try input.isNoDICOM() { return isSingle ? .failed("is no DICOM file") : .notDICOM }
            guard replaces || !FileManager.default.fileExists(atPath: file.output) else { return .failed("\(file.output) is there already: see --replace") }
            let instance = try await StoredInstance(file: input.size) { try input.bytes($0) }
            let outcome = try await write(file.output) { handle in
                try await transcoder.transcode(instance, to: target) { try handle.write(contentsOf: Data($0)) }
            }
            return .written(before: input.size, outcome)
        } catch {
            return .failed("\(error)")
        }
    }

    private func write(_ path: String, _ body: (FileHandle) async throws -> TranscodeOutcome) async throws -> TranscodeOutcome {
        let partial = path + ".part"
        try FileManager.default.createDirectory(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        guard FileManager.default.createFile(atPath: partial, contents: nil), let handle = FileHandle(forWritingAtPath: partial) else {
            throw Failure("\(partial): cannot be written")
        }
        do {
            let outcome = try await body(handle)
            try handle.synchronize()
            try handle.close()
            guard rename(partial, path) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
            return outcome
        } catch {
            try? FileManager.default.removeItem(atPath: partial)  // What is left of it is no file under its name.
            throw error
        }
    }
}

/// Counts what becomes of files: refusals at once with their reason, a line a second on the way, a sum at the end.
private actor TranscodeTally {
    enum Result: Sendable {
        case written(before: UInt64, TranscodeOutcome)
        case notDICOM
        case failed(String)
    }

    private let total: Int
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now
    private(set) var written = 0, failed = 0
    private var passed = 0, frames = 0, verified = 0
    private var before: UInt64 = 0, after: UInt64 = 0
    private var last: TranscodeOutcome?

    init(total: Int) { self.total = total }

    func add(_ path: String, _ result: Result) {
        switch result {
        case .written(let bytes, let outcome):
            written += 1
            frames += outcome.frames
            verified += outcome.verifiedFrames
            before += bytes
            after += outcome.bytes
            last = outcome
        case .notDICOM: passed += 1
        case .failed(let why):
            failed += 1
            tell("\(path): \(why)")
        }
        guard total > 1, ContinuousClock.now - shown > .seconds(1) else { return }
        shown = .now
        tell("\(written + failed + passed) of \(total) files, \(frames) frames")
    }

    var isGood: Bool { failed == 0 && written > 0 }

    func finish() {
        guard written > 0 || failed == 0 else { return }
        if total == 1, let last {
            let how = last.isLossy ? "; something was lost: new instance \(last.sopInstance)" : last.verifiedFrames > 0 ? "; \(last.verifiedFrames) compared" : ""
            return print("\(last.transferSyntax.name): \(last.frames) frame\(last.frames == 1 ? "" : "s"), \(before) bytes became \(after)\(how)")
        }
        let seconds = Double((ContinuousClock.now - start).components.seconds)
        print("\(written) files written, \(failed) refused, \(passed) not DICOM; \(frames) frames, \(verified) compared; \(before >> 20) MiB became \(after >> 20) in \(Int(seconds)) s")
    }
}
