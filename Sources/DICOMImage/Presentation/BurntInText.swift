import DICOM

/// Text written into the corners of a picture, and letters at its edges.
public struct BurntInText: Sendable, Equatable {
    public var topLeft: [String] = []
    public var topRight: [String] = []
    /// How far the picture is what was stored: lossy, an automatic window, wishes not fulfilled.
    public var bottomLeft: [String] = []
    /// nil where the image does not say.
    public var edges: EdgeLetters?

    public init(_ options: RenderOptions, _ dataSet: DataSet, frameIndex: Int, _ facts: PictureFacts) {
        if options.annotations.contains(.patient) {
            topLeft = AnnotationTable.patient.texts(dataSet, frameIndex: frameIndex)
            // Nobody is to take a picture for somebody else's because it bears no name.
            if topLeft.isEmpty { topLeft = ["patient not named"] }
        }
        if options.annotations.contains(.technique) {
            topRight = AnnotationTable.technique.texts(dataSet, frameIndex: frameIndex)
            if let frames = dataSet.integer(.numberOfFrames), frames > 1 { topRight.append("frame \(frameIndex + 1) of \(frames)") }
            topRight += facts.voi.map { [$0.words] } ?? []
        }
        bottomLeft = facts.marks
        edges = EdgeLetters(dataSet, frameIndex: frameIndex)?.transformed(by: options.presentation?.transformation ?? .identity)
    }

    /// - Throws: `unsupported` where no font is installed: a picture without the name it should bear is not made.
    public func burnt(into picture: Picture) throws(ImageError) -> (picture: Picture, remarks: [String]) {
        var typesetter = Typesetter()
        if let complaint = typesetter.complaint { throw ImageError(.unsupported, nil, complaint) }
        var paper = Paper(picture)
        let size = TextSize.of(width: picture.width, height: picture.height), margin = size / 2
        let room = picture.width - 2 * margin, leading = TextSize.leading(size)
        let left = lines(topLeft, size, room, &typesetter), right = lines(topRight, size, room, &typesetter)
        let below = lines(bottomLeft, size, room, &typesetter)
        let letters = [edges?.left, edges?.right, edges?.top, edges?.bottom].map { typesetter.line($0 ?? "", size: size) }

        paper.write(left, x: margin, y: margin, size: size, indent: left.map { _ in 0 }, .white)
        // Beside the left block where there is room, else below it.
        let isBeside = (left.map(\.width).max() ?? 0) + (right.map(\.width).max() ?? 0) + 2 * margin <= room
        let rightTop = margin + (isBeside ? 0 : left.count * leading)
        paper.write(right, x: margin, y: rightTop, size: size, indent: right.map { room - $0.width }, .white)
        paper.write(below, x: margin, y: picture.height - margin - below.count * leading, size: size, indent: below.map { _ in 0 }, .white)

        // Letters lie in the middle of their edges; where a block reaches so far, below it or above it.
        let middle = (picture.height - leading) / 2
        paper.write([letters[0]], x: margin, y: middle, size: size, indent: [0], .white)
        paper.write([letters[1]], x: margin + room - letters[1].width, y: middle, size: size, indent: [0], .white)
        func reaches(_ blocks: [Typesetter.Line]...) -> Bool {
            blocks.contains { ($0.map(\.width).max() ?? 0) + 2 * margin > (picture.width - letters[2].width) / 2 }
        }
        let top = reaches(left, right) ? max(left.count * leading, rightTop - margin + right.count * leading) : 0
        paper.write([letters[2]], x: (picture.width - letters[2].width) / 2, y: margin + top, size: size, indent: [0], .white)
        let bottom = (reaches(below) ? below.count + 1 : 1) * leading
        paper.write([letters[3]], x: (picture.width - letters[3].width) / 2, y: picture.height - margin - bottom, size: size, indent: [0], .white)

        var remarks: [String] = []
        if rightTop + right.count * leading + below.count * leading + margin > picture.height || left.count * leading > picture.height {
            remarks.append("the picture is too small for its annotation: \(picture.width) × \(picture.height) pixels")
        }
        if !typesetter.missing.isEmpty {
            remarks.append("no installed font has these letters, shown as boxes: \(typesetter.missing.map(String.init).sorted().joined())")
        }
        return (paper.picture, remarks)
    }

    /// Lines too wide for the picture go on in the next one.
    private func lines(_ texts: [String], _ size: Int, _ room: Int, _ typesetter: inout Typesetter) -> [Typesetter.Line] {
        var result: [Typesetter.Line] = []
        for text in texts {
            var rest = Substring(text)
            while !rest.isEmpty {
                var line = typesetter.line(String(rest), size: size)
                var count = rest.count
                while line.width > room, count > 1 {
                    count = min(count - 1, max(count * room / line.width, 1))
                    line = typesetter.line(String(rest.prefix(count)), size: size)
                }
                result.append(line)
                rest = rest.dropFirst(count)
            }
        }
        return result
    }
}

extension PictureFacts {
    /// What a reader must know of the picture: how far it is what was taken.
    var marks: [String] {
        var marks: [String] = []
        if voiChosenBy == .automatic { marks.append("automatic window") }
        if isForProcessing { marks.append("for processing, not for reading") }
        if lossyCompression.isLossy == true {
            let ratios = lossyCompression.ratios.map { "\($0):1" }
            marks.append((["lossy compression"] + ratios + lossyCompression.methods).joined(separator: " "))
        }
        return marks + notes
    }
}

extension PictureFacts.VOI {
    /// `W 400 C 40`
    var words: String {
        switch self {
        case .window(let window):
            let function = window.function == .linear ? "" : " " + window.function.rawValue
            return "W \(Self.number(window.width)) C \(Self.number(window.center))" + function
        case .table(let explanation): return "VOI table" + (explanation.map { " " + $0 } ?? "")
        case .range(let low, let high): return "\(Self.number(low)) to \(Self.number(high))"
        }
    }

    private static func number(_ value: Double) -> String { AnnotationNumber.text(value) }
}

extension Rendering {
    /// With the texts that were asked for.
    func annotated(_ dataSet: DataSet, frameIndex: Int, _ options: RenderOptions) throws(ImageError) -> Rendering {
        guard !options.annotations.isEmpty else { return self }
        let (picture, remarks) = try BurntInText(options, dataSet, frameIndex: frameIndex, facts).burnt(into: picture)
        var facts = facts
        facts.notes += remarks
        return Rendering(picture: picture, facts: facts)
    }
}
