import DICOM

// Attributes that only the display of images reads (PS3.6).
extension Tag {
    static let pixelPresentation = Tag(0x0008, 0x9205)

    static let shutterShape = Tag(0x0018, 0x1600)
    static let shutterLeftVerticalEdge = Tag(0x0018, 0x1602)
    static let shutterRightVerticalEdge = Tag(0x0018, 0x1604)
    static let shutterUpperHorizontalEdge = Tag(0x0018, 0x1606)
    static let shutterLowerHorizontalEdge = Tag(0x0018, 0x1608)
    static let centerOfCircularShutter = Tag(0x0018, 0x1610)
    static let radiusOfCircularShutter = Tag(0x0018, 0x1612)
    static let verticesOfThePolygonalShutter = Tag(0x0018, 0x1620)
    static let shutterPresentationValue = Tag(0x0018, 0x1622)
    static let shutterOverlayGroup = Tag(0x0018, 0x1623)
    static let shutterPresentationColorCIELabValue = Tag(0x0018, 0x1624)
    static let frameDisplayShutterSequence = Tag(0x0018, 0x9472)

    static let enhancedPaletteColorLookupTableSequence = Tag(0x0028, 0x140B)
    static let colorSpace = Tag(0x0028, 0x2002)

    static let opticalPathSequence = Tag(0x0048, 0x0105)
    static let opticalPathIdentifier = Tag(0x0048, 0x0106)
    static let opticalPathIdentificationSequence = Tag(0x0048, 0x0207)

    static let units = Tag(0x0054, 0x1001)
    static let maximumFractionalValue = Tag(0x0062, 0x000E)
    static let presentationLUTSequence = Tag(0x2050, 0x0010)

    /// Functional groups that hold the Pixel Presentation of one frame (PS3.3 §C.8.16.1, and where that table is used).
    static let frameTypeSequences = [
        Tag(0x0018, 0x9226), Tag(0x0018, 0x9329), Tag(0x0018, 0x9504), Tag(0x0018, 0x9751), Tag(0x0018, 0x9835), Tag(0x0040, 0x0710),
        Tag(0x0040, 0x9092), Tag(0x0048, 0x0116), Tag(0x0052, 0x0025),
    ]
}
