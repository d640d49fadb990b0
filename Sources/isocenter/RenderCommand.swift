import ArgumentParser
import DICOM
import DICOMImage
import Foundation
import Workers

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Make a picture of a frame of a DICOM file, as the server does.",
        discussion: "What was done to make it (window, lookup tables, overlays, colours, and on whose word) is printed as JSON with --facts.")

    @Option(help: ArgumentHelp("Which frame, from 1.", valueName: "number")) var frame = 1
    @Option(help: ArgumentHelp("Instead of the image's own; function is linear, linear-exact or sigmoid.", valueName: "center,width[,function]"))
    var window: String?
    @Option(help: ArgumentHelp("Which of the image's own VOI tables and windows, from 1.", valueName: "number")) var choice = 1
    @Option(help: ArgumentHelp("Size to fit in, with square pixels; without it columns × rows as stored.", valueName: "width,height")) var viewport: String?
    @Option(help: "png, png16 (16 bits a sample), jpeg, or gif or mp4 for all frames; by default what the name of the picture ends in.") var format: PictureFormat?
    @Option(help: ArgumentHelp("Of JPEG, 1 to 100.", valueName: "number")) var quality = 90
    @Flag(inversion: .prefixedNo, help: "Burn in overlays (graphics).") var overlays = true
    @Flag(inversion: .prefixedNo, help: "Hide what the image's shutter hides.") var shutter = true
    @Option(help: "Colours: no, yes, srgb, adobergb or rommrgb, as in PS3.18 8.3.5.1.5; by default sRGB where the image says what they are.")
    var iccprofile: RenderOptions.Profile?
    @Option(help: ArgumentHelp("Softcopy presentation state: shown as it says, not as the image does.", valueName: "file"), completion: .file())
    var presentation: String?
    @Option(help: ArgumentHelp("Write into the picture: patient, technique.", valueName: "patient,technique")) var annotation: String?
    @Flag(help: "Print what was done, as JSON.") var facts = false
    @Argument(help: ArgumentHelp("DICOM file.", valueName: "file"), completion: .file()) var input: String
    @Argument(help: ArgumentHelp("Picture to write.", valueName: "picture"), completion: .file()) var output: String

    enum PictureFormat: String, ExpressibleByArgument, CaseIterable { case png, png16, jpeg, gif, mp4 }

    func validate() throws {
        guard frame > 0, choice > 0 else { throw ValidationError("frames and choices count from 1") }
        guard (1...100).contains(quality) else { throw ValidationError("--quality is from 1 to 100") }
        _ = try options()
    }

    func run() async throws {
        let pool: WorkerPool
        do throws(ImageError) { pool = try WorkerPool(.init(count: 1)) } catch { throw Failure("\(error)") }
        let file = try await ImageFile(input, pool)
        do {
            let first = animation == nil ? frame - 1 : 0
            let shown = try await file.frame(first)
            var options = try options()
            options.automatic = try await file.automaticRange(shown, first)
            options.presentation = try presentation.map(Self.presentation)
            if let animation {
                try await play(file, animation, options)
            } else {
                let rendering = try Self.rendering(of: shown, file, frame - 1, options)
                guard FileManager.default.createFile(atPath: output, contents: Data(try rendering.encoded(options.format))) else {
                    throw Failure("\(output): cannot be written")
                }
                for note in rendering.facts.notes { tell("\(output): \(note)") }
                if facts { try print(rendering.facts) }
            }
        } catch let error as ImageError {
            throw Failure("\(input): \(error)")
        }
        await pool.shutdown()
    }

    private static func rendering(of frame: NativeFrame, _ file: ImageFile, _ index: Int, _ options: RenderOptions) throws -> Rendering {
        try Render.rendering(of: Frame(frame), dataSet: file.dataSet, frameIndex: index, options: options, stored: StoredPixels(frame))
    }

    private func play(_ file: ImageFile, _ format: Animation.Format, _ options: RenderOptions) async throws {
        guard FileManager.default.createFile(atPath: output, contents: nil), let handle = FileHandle(forWritingAtPath: output) else {
            throw Failure("\(output): cannot be written")
        }
        var firstFacts: PictureFacts?
        do {
            var remarks = try await Animation.write(format, CineTiming(file.dataSet, numberOfFrames: file.numberOfFrames)) { index in
                let rendering = try Self.rendering(of: try await file.frame(index), file, index, options)
                if firstFacts == nil { firstFacts = rendering.facts }
                return rendering.picture
            } to: { bytes in
                try handle.write(contentsOf: bytes)
            }
            try handle.close()
            remarks += firstFacts?.notes ?? []
            for remark in remarks { tell("\(output): \(remark)") }
        } catch {
            // Half a film is none. That it cannot be removed either is less than what went wrong before.
            try? FileManager.default.removeItem(atPath: output)
            throw error
        }
        if facts, let firstFacts { try print(firstFacts) }
    }

    private func print(_ facts: PictureFacts) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Swift.print(String(decoding: try encoder.encode(facts), as: UTF8.self))
    }

    // MARK: Options

    private func options() throws -> RenderOptions {
        RenderOptions(
            format: pictureFormat, viewport: try viewport.map(Self.viewport), window: try window.map(Self.window), choice: choice - 1,
            overlays: overlays ? .graphics : .none, isShuttered: shutter, profile: iccprofile,
            annotations: try annotation.map(Self.annotations) ?? [])
    }

    private static func annotations(_ text: String) throws -> Set<RenderAnnotation> {
        Set(try text.split(separator: ",").map { word in
            guard let annotation = RenderAnnotation(rawValue: word.lowercased()) else { throw ValidationError("--annotation is patient, technique or both") }
            return annotation
        })
    }

    private static func presentation(_ path: String) throws -> PresentationState {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw Failure("\(path): cannot be read") }
        do {
            return try PresentationState(try FileReader.read([UInt8](bytes)).dataSet)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    /// What was asked for, else what the name says.
    private var chosenFormat: PictureFormat {
        format ?? PictureFormat(rawValue: String(output.lowercased().split(separator: ".").last ?? "")) ?? .jpeg
    }

    private var pictureFormat: RenderOptions.Format {
        switch chosenFormat {
        // The frames of an animation are pictures of 8 bits.
        case .png, .gif, .mp4: .png
        case .png16: .png16
        case .jpeg: .jpeg(quality: quality)
        }
    }

    /// nil for a picture of one frame.
    private var animation: Animation.Format? {
        switch chosenFormat {
        case .gif: .gif
        case .mp4: .mp4
        case .png, .png16, .jpeg: nil
        }
    }

    private static func viewport(_ text: String) throws -> RenderOptions.Viewport {
        let numbers = text.split(separator: ",").compactMap { Int($0) }
        guard numbers.count == 2, numbers.allSatisfy({ (1...65536).contains($0) }) else { throw ValidationError("--viewport is width,height") }
        return .init(width: numbers[0], height: numbers[1])
    }

    private static func window(_ text: String) throws -> Window {
        let functions: [String: Window.Function] = ["linear": .linear, "linear-exact": .linearExact, "sigmoid": .sigmoid]
        let fields = text.split(separator: ",").map(String.init)
        guard fields.count == 2 || fields.count == 3, let center = Double(fields[0]), let width = Double(fields[1]),
            let function = fields.count == 3 ? functions[fields[2].lowercased()] : .linear,
            let window = Window(center: center, width: width, function: function)
        else { throw ValidationError("--window is center,width[,linear|linear-exact|sigmoid]") }
        return window
    }
}

extension RenderOptions.Profile: ExpressibleByArgument {}
