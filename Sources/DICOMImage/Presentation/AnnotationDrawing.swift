/// Draws the graphics and texts of a presentation state on the picture it is applied to.
struct AnnotationDrawing: ~Copyable {
    private(set) var paper: Paper
    private let placement: Placement
    private var typesetter = Typesetter()
    private(set) var remarks: [String] = []
    private let size: Int
    /// Of lines without a thickness of their own: seen in a large picture too.
    private let thickness: Double
    /// Steps that are left for drawing: a presentation state from anywhere is not to hold up its reader. A reading takes thousands.
    private var budget = 1 << 30

    /// - Parameter layers: in the order they are drawn.
    static func draw(_ annotations: [GraphicAnnotation], layers: [GraphicLayer], on picture: Picture, _ placement: Placement) -> (Picture, [String]) {
        guard !annotations.isEmpty else { return (picture, []) }
        var drawing = AnnotationDrawing(annotations, layers, picture, placement)
        let known = Set(layers.map(\.name))
        // A layer that nobody described lies on top.
        let unknown = Set(annotations.map(\.layer)).subtracting(known).sorted().map { GraphicLayer(name: $0, order: .max, ink: .white) }
        drawing.remarks += unknown.map { "the graphic layer \($0.name) is not described: drawn in white, on top" }
        for layer in layers + unknown {
            for annotation in annotations where annotation.layer == layer.name { drawing.draw(annotation, layer.ink) }
        }
        return drawing.result
    }

    private init(_ annotations: [GraphicAnnotation], _ layers: [GraphicLayer], _ picture: Picture, _ placement: Placement) {
        let used = Set(annotations.map(\.layer))
        let inks = layers.filter { used.contains($0.name) }.map(\.ink)
            + annotations.flatMap { $0.graphics.flatMap { [$0.ink, $0.fillInk].compactMap { $0 } } + $0.texts.compactMap(\.ink) }
        paper = Paper(picture, inColour: inks.contains { !$0.isGrey })
        self.placement = placement
        size = TextSize.of(width: picture.width, height: picture.height)
        thickness = max(1, Double(min(picture.width, picture.height)) / 700)
        remarks = annotations.flatMap(\.remarks)
        if let complaint = typesetter.complaint, annotations.contains(where: { !$0.texts.isEmpty }) { remarks.append("text not drawn: \(complaint)") }
    }

    private var result: (Picture, [String]) {
        let missing = typesetter.missing.map(String.init).sorted().joined()
        return (paper.picture, missing.isEmpty ? remarks : remarks + ["no installed font has these letters, shown as boxes: \(missing)"])
    }

    private mutating func draw(_ annotation: GraphicAnnotation, _ ink: Ink) {
        for graphic in annotation.graphics { draw(graphic, ink) }
        for text in annotation.texts where spend(1 << 18) { draw(text, ink) }
    }

    /// Whether so many steps are left; the first time they are not is said.
    private mutating func spend(_ steps: Int) -> Bool {
        guard budget >= 0 else { return false }
        budget -= steps
        if budget < 0 { remarks.append("not drawn: the rest of the graphics and texts, more than are drawn in one picture") }
        return budget >= 0
    }

    private mutating func draw(_ graphic: GraphicObject, _ layerInk: Ink) {
        let outline = self.outline(graphic)
        guard spend(outline.count * 4 * (paper.width + paper.height)) else { return }
        let thickness = graphic.lineThickness ?? self.thickness
        if graphic.isFilled, graphic.kind != .point, let first = outline.first, first == outline.last,
            var coverage = Coverage(around: outline, margin: 1, width: paper.width, height: paper.height)
        {
            coverage.fill(outline)
            paper.paint(coverage, graphic.fillInk ?? graphic.ink ?? layerInk)
        }
        // A point is a dot that can be seen.
        let pen = graphic.kind == .point ? max(3, thickness * 3) : thickness
        guard var coverage = Coverage(around: outline, margin: pen, width: paper.width, height: paper.height) else { return }
        for line in graphic.isDashed ? Outline.dashes(outline, length: 6 * thickness) : [outline] { coverage.stroke(line, thickness: pen) }
        paper.paint(coverage, graphic.ink ?? layerInk)
    }

    /// In pixels of the picture.
    private func outline(_ graphic: GraphicObject) -> [Point] {
        func placed(_ point: Point) -> Point { placement.place(point, graphic.units) }
        let points = graphic.points
        switch graphic.kind {
        case .point, .polyline: return points.map(placed)
        case .interpolated: return Outline.curve(through: points.map(placed))
        case .circle:
            // Centre, and a point on it. Round in the image, whatever the shape of its pixels became.
            let radius = ((points[1].x - points[0].x) * (points[1].x - points[0].x) + (points[1].y - points[0].y) * (points[1].y - points[0].y)).squareRoot()
            return ellipse(points[0], Point(points[0].x + radius, points[0].y), Point(points[0].x, points[0].y + radius), placed)
        case .ellipse:
            // Ends of the long axis, then of the short one.
            let centre = Point((points[0].x + points[1].x) / 2, (points[0].y + points[1].y) / 2)
            return ellipse(centre, points[1], points[3], placed)
        }
    }

    private func ellipse(_ centre: Point, _ a: Point, _ b: Point, _ placed: (Point) -> Point) -> [Point] {
        let middle = placed(centre), u = placed(a), v = placed(b)
        return Outline.ellipse(centre: middle, Point(u.x - middle.x, u.y - middle.y), Point(v.x - middle.x, v.y - middle.y))
    }

    private mutating func draw(_ text: TextObject, _ layerInk: Ink) {
        guard typesetter.complaint == nil else { return }
        let ink = text.ink ?? layerInk
        var size = self.size
        var lines = text.lines.map { typesetter.line($0, size: size) }
        func extent() -> (Int, Int) { (lines.map(\.width).max() ?? 0, lines.count * TextSize.leading(size)) }
        let frame = self.frame(of: text, extent())
        if text.box != nil {
            // As large as the box lets it be, but never too small to be read.
            while size > 8, Double(extent().0) > frame.width || Double(extent().1) > frame.height {
                size -= 1
                lines = text.lines.map { typesetter.line($0, size: size) }
            }
        }
        let wide = text.box == nil ? extent().0 : max(Int(frame.width), extent().0)
        let indent = lines.map { line in
            switch text.box?.justification {
            case .right?: wide - line.width
            case .center?: (wide - line.width) / 2
            case .left?, nil: 0
            }
        }
        if let anchor = text.anchor, anchor.isVisible {
            lead(to: placement.place(anchor.point, anchor.units), from: frame, ink)
        }
        paper.write(lines, x: Int(frame.x.rounded()), y: Int(frame.y.rounded()), size: size, indent: indent, ink)
    }

    private typealias Rectangle = (x: Double, y: Double, width: Double, height: Double)

    /// Where the text goes: into its box, else beside its anchor, within the picture where it can be.
    private func frame(of text: TextObject, _ extent: (Int, Int)) -> Rectangle {
        if let box = text.box {
            let a = placement.place(box.first, box.units), b = placement.place(box.last, box.units)
            return (min(a.x, b.x), min(a.y, b.y), abs(a.x - b.x), abs(a.y - b.y))
        }
        let anchor = text.anchor.map { placement.place($0.point, $0.units) } ?? Point(0, 0)
        let gap = Double(size) * 0.75, wide = Double(extent.0), high = Double(extent.1)
        let x = anchor.x + gap + wide <= Double(paper.width) ? anchor.x + gap : anchor.x - gap - wide
        let y = anchor.y + gap + high <= Double(paper.height) ? anchor.y + gap : anchor.y - gap - high
        return (x, y, wide, high)
    }

    /// From the nearest place on the frame.
    private mutating func lead(to anchor: Point, from frame: Rectangle, _ ink: Ink) {
        let start = Point(min(max(anchor.x, frame.x), frame.x + frame.width), min(max(anchor.y, frame.y), frame.y + frame.height))
        guard start != anchor, var coverage = Coverage(around: [start, anchor], margin: thickness, width: paper.width, height: paper.height) else { return }
        coverage.stroke([start, anchor], thickness: thickness)
        paper.paint(coverage, ink)
    }
}
