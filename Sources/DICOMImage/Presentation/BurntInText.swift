import DICOM

/// Text written into the corners of a picture, and letters at its edges.
public struct BurntInText: Sendable, Equatable {
    public var topLeft: [String] = []
    public var topRight: [String] = []
    /// How far the picture is what was stored: lossy, an automatic window, wishes not fulfilled.
    public var bottomLeft: [String] = []
    public var edges = EdgeLetters()

    /// - Parameters:
    ///   - window: the values of interest that were used, in words.
    ///   - marks: what must be known of the picture beside that.
    public init(
        _ annotations: Set<RenderAnnotation>, _ dataSet: DataSet, frameIndex: Int, numberOfFrames: Int, edges: EdgeLetters, window: String?, marks: [String]
    ) {
        if annotations.contains(.patient) {
            topLeft = AnnotationTable.patient.texts(dataSet, frameIndex: frameIndex)
            // Nobody takes a picture for somebody else's because it bears no name.
            if topLeft.isEmpty { topLeft = ["patient not named"] }
        }
        if annotations.contains(.technique) {
            topRight = AnnotationTable.technique.texts(dataSet, frameIndex: frameIndex)
            if numberOfFrames > 1 { topRight.append("frame \(frameIndex + 1) of \(numberOfFrames)") }
            if let window { topRight.append(window) }
        }
        bottomLeft = marks + Self.lossy(dataSet)
        self.edges = edges
    }

    /// Lossy Image Compression (0028,2110), its ratios and methods (PS3.3 §C.7.6.1.1.5).
    static func lossy(_ dataSet: DataSet) -> [String] {
        guard dataSet.string(.lossyImageCompression) == "01" else { return [] }
        let ratios = dataSet.strings(.lossyImageCompressionRatio).filter { !$0.isEmpty }.map { "\($0):1" }
        let methods = dataSet.strings(.lossyImageCompressionMethod).filter { !$0.isEmpty }
        return ["lossy compression" + ([" "] + [(ratios + methods).joined(separator: " ")]).joined()]
    }

    /// - Throws: `unsupported` where no font is installed: a picture without the name it should bear is not made.
    public func burnt(into picture: Picture) throws(ImageError) -> (picture: Picture, remarks: [String]) {
        var typesetter = Typesetter()
        if let complaint = typesetter.complaint { throw ImageError(.unsupported, nil, complaint) }
        var canvas = Canvas(picture)
        let size = TextSize.of(width: picture.width, height: picture.height), margin = size / 2
        let room = picture.width - 2 * margin, leading = TextSize.leading(size)
        let left = lines(topLeft, size, room, &typesetter), right = lines(topRight, size, room, &typesetter)
        let below = lines(bottomLeft, size, room, &typesetter)
        let letters = [edges.left, edges.right, edges.top, edges.bottom].map { typesetter.line($0 ?? "", size: size) }

        canvas.write(left, x: margin, y: margin, size: size, indent: left.map { _ in 0 }, .white)
        // Beside the left block where there is room, else below it.
        let isBeside = (left.map(\.width).max() ?? 0) + (right.map(\.width).max() ?? 0) + 2 * margin <= room
        let rightTop = margin + (isBeside ? 0 : left.count * leading)
        canvas.write(right, x: margin, y: rightTop, size: size, indent: right.map { room - $0.width }, .white)
        canvas.write(below, x: margin, y: picture.height - margin - below.count * leading, size: size, indent: below.map { _ in 0 }, .white)

        let middle = (picture.height - leading) / 2
        canvas.write([letters[0]], x: margin, y: middle, size: size, indent: [0], .white)
        canvas.write([letters[1]], x: margin + room - letters[1].width, y: middle, size: size, indent: [0], .white)
        canvas.write([letters[2]], x: (picture.width - letters[2].width) / 2, y: margin, size: size, indent: [0], .white)
        canvas.write([letters[3]], x: (picture.width - letters[3].width) / 2, y: picture.height - margin - leading, size: size, indent: [0], .white)

        var remarks: [String] = []
        if rightTop + right.count * leading + below.count * leading + margin > picture.height || left.count * leading > picture.height {
            remarks.append("the picture is too small for its annotation: \(picture.width) × \(picture.height) pixels")
        }
        if !typesetter.missing.isEmpty {
            remarks.append("no installed font has these letters, shown as boxes: \(typesetter.missing.map(String.init).sorted().joined())")
        }
        return (canvas.picture, remarks)
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
