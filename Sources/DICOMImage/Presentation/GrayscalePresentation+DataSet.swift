import DICOM

extension GrayscalePresentation {
    /// - Parameters:
    ///   - image: header of one of the images, which stands for all: tables, shutters, overlays and spacing are taken from it.
    ///   - frameIndex: from 0, of the frame that stands for all.
    ///   - sopInstance: of the presentation state, a new one.
    ///   - date: `YYYYMMDD`, time: `HHMMSS`.
    /// - Returns: the presentation state, and in words what of the view it cannot hold.
    /// - Throws: `invalid` where the image has no greys or not the table that is named.
    public func dataSet(
        of image: DataSet, frameIndex: Int, sopInstance: UID, series: UID, seriesNumber: Int, instanceNumber: Int, date: String, time: String
    ) throws(ImageError) -> (dataSet: DataSet, remarks: [String]) {
        guard let photometric = image.string(.photometricInterpretation), ["MONOCHROME1", "MONOCHROME2"].contains(photometric) else {
            throw ImageError(.invalid, .photometricInterpretation, "a grayscale presentation state is of images in greys")
        }
        var state = DataSet(image.patientAndStudy)
        for element in [
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.sopClassUID, uid: Self.sopClass), DataElement(.sopInstanceUID, uid: sopInstance), DataElement(.instanceCreationDate, .DA, date), DataElement(.instanceCreationTime, .TM, time),
            DataElement(.modality, .CS, "PR"), DataElement(.seriesInstanceUID, uid: series), DataElement(.seriesNumber, .IS, integers: [seriesNumber]),
            DataElement(.seriesDescription, .LO, "Presentation states"), DataElement(.seriesDate, .DA, date), DataElement(.seriesTime, .TM, time), DataElement(.manufacturer, .LO, "Isocenter"),
            DataElement(.laterality, .CS, image.string(.laterality) ?? ""), DataElement(.instanceNumber, .IS, integers: [instanceNumber]), DataElement(.contentLabel, .CS, label), DataElement(.contentDescription, .LO, name),
            DataElement(.presentationCreationDate, .DA, date), DataElement(.presentationCreationTime, .TM, time), DataElement(.contentCreatorName, .PN, creator),
            DataElement(.referencedSeriesSequence, items: referencedSeries), DataElement(.presentationLUTShape, .CS, isInverted ? "INVERSE" : "IDENTITY"),
            DataElement(.displayedAreaSelectionSequence, items: [displayedArea(of: image, frameIndex)]),
            DataElement(.softcopyVOILUTSequence, items: [try voi(of: image, frameIndex)]),
        ] { state.set(element) }
        if transformation != .identity {
            state.set(DataElement(.imageRotation, .US, integers: [transformation.quarterTurns * 90]))
            state.set(DataElement(.imageHorizontalFlip, .CS, transformation.flipsHorizontally ? "Y" : "N"))
        }
        for element in Self.modality(of: image, frameIndex) { state.set(element) }
        var layers: [DataSet] = [], remarks: [String] = []
        if showsPlanes {
            remarks += setShutter(of: image, frameIndex, in: &state)
            let groups = Self.overlayGroups(of: image).filter { state.integer(.shutterOverlayGroup) != Int($0) }
            for group in groups { state.set(DataElement(Tag(group, 0x1001), .CS, Layer.overlays.rawValue)) }
            if !groups.isEmpty { layers.append(Layer.overlays.item(order: 1)) }
        }
        if !annotations.isEmpty {
            layers.append(Layer.marks.item(order: layers.count + 1))
            state.set(DataElement(.graphicAnnotationSequence, items: annotations.map(\.item)))
        }
        if !layers.isEmpty { state.set(DataElement(.graphicLayerSequence, items: layers)) }
        return (state, remarks)
    }

    enum Layer: String {
        case overlays = "OVERLAYS", marks = "MARKS"

        func item(order: Int) -> DataSet {
            var item = DataSet([
                DataElement(.graphicLayer, .CS, rawValue), DataElement(.graphicLayerOrder, .IS, integers: [order]),
                DataElement(.graphicLayerRecommendedDisplayGrayscaleValue, .US, integers: [65535]),
                DataElement(.graphicLayerDescription, .LO, self == .marks ? "Marks of the reader" : "Overlays of the image"),
            ])
            // L* 87.9, a* 3.8, b* 70.2: the yellow in which the page draws marks.
            if self == .marks { item.set(DataElement(.graphicLayerRecommendedDisplayCIELabValue, .US, integers: [57627, 33861, 50931])) }
            return item
        }
    }

    private var referencedSeries: [DataSet] {
        Dictionary(grouping: images, by: \.series).sorted { $0.key < $1.key }.map { series, images in
            DataSet([DataElement(.referencedImageSequence, items: images.map(\.reference)), DataElement(.seriesInstanceUID, uid: series)])
        }
    }

    /// PS3.3 §C.10.4, for every image of the presentation state.
    private func displayedArea(of image: DataSet, _ frameIndex: Int) -> DataSet {
        var item = DataSet([
            DataElement(.displayedAreaTopLeftHandCorner, .SL, integers: [area.first.column, area.first.row]),
            DataElement(.displayedAreaBottomRightHandCorner, .SL, integers: [area.last.column, area.last.row]),
            DataElement(.presentationSizeMode, .CS, area.magnification == nil ? "SCALE TO FIT" : "MAGNIFY"),
        ])
        if let magnification = area.magnification { item.set(DataElement(.presentationPixelMagnificationRatio, .FL, decimals: [magnification])) }
        if let spacing = Spacing(image, frameIndex: frameIndex).millimetres {
            item.set(DataElement(.presentationPixelSpacing, .DS, decimals: [spacing.betweenRows, spacing.betweenColumns]))
        } else {
            let ratio = image.integers(.pixelAspectRatio)
            let isBelieved = Spacing.aspectRatio(image, frameIndex: frameIndex) != 1
            item.set(DataElement(.presentationPixelAspectRatio, .IS, integers: isBelieved && ratio.count == 2 ? ratio : [1, 1]))
        }
        return item
    }

    private func voi(of image: DataSet, _ frameIndex: Int) throws(ImageError) -> DataSet {
        switch values {
        case .window(let window):
            var item = DataSet([DataElement(.windowCenter, .DS, decimals: [window.center]), DataElement(.windowWidth, .DS, decimals: [window.width])])
            if let explanation = window.explanation { item.set(DataElement(.windowCenterWidthExplanation, .LO, explanation)) }
            if window.function != .linear { item.set(DataElement(.voilutFunction, .CS, window.function.rawValue)) }
            return item
        case .table(let index):
            let source = FunctionalGroups(image, frameIndex: frameIndex)[.frameVOILUTSequence] ?? image
            let tables = source.items(.voilutSequence)
            guard tables.indices.contains(index) else { throw ImageError(.missing, .voilutSequence, "the image has \(tables.count) VOI tables") }
            return DataSet([DataElement(.voilutSequence, items: [Self.inUTF8(tables[index])])])
        }
    }

    /// A table whose words are in the presentation state's character set.
    private static func inUTF8(_ table: DataSet) -> DataSet {
        var result = DataSet(table.elements.map { $0 })
        if let explanation = table.string(.lutExplanation) { result.set(DataElement(.lutExplanation, .LO, explanation)) }
        return result
    }

    /// The modality's transformation, where there is one: the one of the frame, else of the image.
    private static func modality(of image: DataSet, _ frameIndex: Int) -> [DataElement] {
        let source = FunctionalGroups(image, frameIndex: frameIndex)[.pixelValueTransformationSequence] ?? image
        if let table = source.items(.modalityLUTSequence).first { return [DataElement(.modalityLUTSequence, items: [inUTF8(table)])] }
        guard let slope = source[.rescaleSlope], let intercept = source[.rescaleIntercept] else { return [] }
        let type = source.string(.rescaleType) ?? (image.string(.modality) == "CT" ? "HU" : "US")
        return [intercept, slope, DataElement(.rescaleType, .LO, type)]
    }

    /// The image's shutter. A bitmap is an overlay of the image, which the presentation state then has itself.
    private func setShutter(of image: DataSet, _ frameIndex: Int, in state: inout DataSet) -> [String] {
        let source = FunctionalGroups(image, frameIndex: frameIndex)[.frameDisplayShutterSequence] ?? image
        guard let shutter = Shutter(from: source) else { return [] }
        let shapes = source.strings(.shutterShape).filter { $0 != "BITMAP" }
        let remarks = shutter.bitmaps.isEmpty ? [] : ["the bitmap that hides parts of the image is not kept"]
        guard !shapes.isEmpty else { return remarks }
        for element in source.elements where (Tag.shutterLeftVerticalEdge...Tag.verticesOfThePolygonalShutter).contains(element.tag) { state.set(element) }
        state.set(DataElement(.shutterShape, .CS, strings: shapes))
        state.set(DataElement(.shutterPresentationValue, .US, integers: [shutter.presentationValue ?? 0]))
        return remarks
    }

    private static func overlayGroups(of image: DataSet) -> [UInt16] {
        stride(from: UInt16(0x6000), through: 0x601E, by: 2).filter { image[Tag($0, 0x0010)] != nil && image.string(Tag($0, 0x0040)) == "G" }
    }
}

extension GrayscalePresentation.Annotation {
    /// Of the Graphic Annotation Sequence (PS3.3 §C.10.5).
    var item: DataSet {
        var item = DataSet([
            DataElement(.referencedImageSequence, items: [image.reference]), DataElement(.graphicLayer, .CS, GrayscalePresentation.Layer.marks.rawValue),
        ])
        if !lines.isEmpty { item.set(DataElement(.textObjectSequence, items: [text])) }
        if !shapes.isEmpty { item.set(DataElement(.graphicObjectSequence, items: shapes.map(graphic))) }
        return item
    }

    private var tracking: [DataElement] { [DataElement(.trackingID, .UT, name), DataElement(.trackingUID, uid: trackingUID)] }

    private var text: DataSet {
        DataSet([
            DataElement(.anchorPointAnnotationUnits, .CS, "PIXEL"), DataElement(.unformattedTextValue, .ST, lines.joined(separator: "\r\n")),
            DataElement(.anchorPoint, .FL, decimals: [anchor.x, anchor.y]), DataElement(.anchorPointVisibility, .CS, "N"),
        ] + tracking)
    }

    private func graphic(_ shape: Shape) -> DataSet {
        var item = DataSet([
            DataElement(.graphicAnnotationUnits, .CS, "PIXEL"), DataElement(.graphicDimensions, .US, integers: [2]),
            DataElement(.numberOfGraphicPoints, .US, integers: [shape.points.count]), DataElement(.graphicData, .FL, decimals: shape.points.flatMap { [$0.x, $0.y] }),
            DataElement(.graphicType, .CS, shape.kind.rawValue),
        ] + tracking)
        let isClosed = shape.kind == .circle || shape.kind == .ellipse || shape.kind != .point && shape.points.count > 2 && shape.points.first == shape.points.last
        if isClosed { item.set(DataElement(.graphicFilled, .CS, "N")) }
        return item
    }
}
