import ArgumentParser
import DICOM
import DICOMImage
import Foundation
import Workers

struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what is in a DICOM file: its attributes by name, and its picture where the terminal can show one.",
        discussion: "Long values are cut; --full shows them whole. Exit code 1 where a file cannot be read.")

    @Flag(help: "Values in full length.") var full = false
    @Option(help: ArgumentHelp("Which frame to show, from 1.", valueName: "number")) var frame = 1
    @Option(help: ArgumentHelp("How to show it: \(TerminalPicture.allCases.map(\.rawValue).joined(separator: ", ")); by default what the terminal can.", valueName: "how"))
    var picture: TerminalPicture?
    @Argument(help: ArgumentHelp("DICOM files.", valueName: "file"), completion: .file()) var files: [String]

    func validate() throws {
        guard frame > 0 else { throw ValidationError("frames count from 1") }
    }

    func run() async throws {
        let pool: WorkerPool
        do throws(ImageError) { pool = try WorkerPool(.init(count: 1)) } catch { throw Failure("\(error)") }
        var isGood = true
        for path in files {
            do {
                if files.count > 1 { print("\(path):") }
                try await inspect(path, pool)
            } catch {
                isGood = false
                tell("\(error)")
            }
        }
        await pool.shutdown()
        if !isGood { throw ExitCode(1) }
    }

    private func inspect(_ path: String, _ coding: any FrameCoding) async throws {
        let file = try await ImageFile(path, coding)
        print("\(file.stored.transferSyntax.name) (\(file.stored.transferSyntax.uid))")
        Dump(widest: full ? nil : 80).write(file.dataSet) { print($0) }
        guard let pixelData = file.stored.pixelData else { return }
        print("\(pixelData.frames.count == 1 ? "1 frame" : "\(pixelData.frames.count) frames")\(pixelData.isEncapsulated ? ", compressed" : "")")
        do {
            if let summary = try await file.videoSummary() { print("video: \(Self.words(summary))") }
        } catch {
            print("no word on the video: \(error)")
        }
        let how = picture ?? TerminalPicture.supported()
        // The words of a picture that cannot be made belong to what there is to know of the file.
        do { try await show(file, how) } catch { print("no picture: \(error)") }
    }

    /// `24 frames in 0.96 s, 25 frames per second, 640 columns, 480 rows, h264 in mov,mp4,m4a,3gp,3g2,mj2, yuv420p`
    static func words(_ summary: Video.Summary) -> String {
        func number(_ number: Double) -> String { number.formatted(.number.precision(.fractionLength(0...3)).grouping(.never).locale(Locale(identifier: "en_US_POSIX"))) }
        var words: [String] = []
        let duration = summary.duration.map { "\(number($0)) s" }
        if let frames = summary.numberOfFrames {
            words.append("\(summary.framesAreCounted ? "" : "about ")\(frames) \(frames == 1 ? "frame" : "frames")\(duration.map { " in \($0)" } ?? "")")
        } else if let duration {
            words.append(duration)
        }
        if let rate = summary.rate { words.append("\(number(Double(rate.numerator) / Double(rate.denominator))) frames per second") }
        words.append("\(summary.columns) columns, \(summary.rows) rows, \(summary.codec) in \(summary.container), \(summary.pixelFormat)")
        return words.joined(separator: ", ")
    }

    private func show(_ file: ImageFile, _ how: TerminalPicture) async throws {
        let shown = try await file.frame(frame - 1)
        var options = RenderOptions(format: .png, viewport: viewport(how))
        options.automatic = try await file.automaticRange(shown, frame - 1)
        let rendering = try Render.rendering(of: Frame(shown), dataSet: file.dataSet, frameIndex: frame - 1, options: options, stored: StoredPixels(shown))
        switch how {
        case .none: break
        case .blocks: print(TerminalPicture.blocks(rendering.picture), terminator: "")
        case .kitty: print(TerminalPicture.kitty(try rendering.encoded(.png)), terminator: "")
        case .iterm: print(TerminalPicture.iterm(try rendering.encoded(.png)), terminator: "")
        }
    }

    /// As large as the terminal; pixels for those that draw, two rows a line for those that write.
    private func viewport(_ how: TerminalPicture) -> RenderOptions.Viewport {
        guard how == .blocks else { return .init(width: 768, height: 768) }
        let (columns, rows) = TerminalPicture.size()
        return .init(width: min(columns, 160), height: min(2 * (rows - 2), 120))
    }
}

extension TerminalPicture: ExpressibleByArgument {}
