import DICOM

// Attributes of images that only this module speaks of, by the keyword of PS3.6 §6.
extension Tag {
    static let anatomicalOrientationType = Tag(0x0010, 0x2210)
    static let regionSpatialFormat = Tag(0x0018, 0x6012)
    static let physicalUnitsYDirection = Tag(0x0018, 0x6026)
    static let concatenationUID = Tag(0x0020, 0x9161)
    static let inConcatenationNumber = Tag(0x0020, 0x9162)
    static let inConcatenationTotalNumber = Tag(0x0020, 0x9163)
    static let unassignedSharedConvertedAttributesSequence = Tag(0x0020, 0x9170)
    static let unassignedPerFrameConvertedAttributesSequence = Tag(0x0020, 0x9171)
    static let concatenationFrameOffsetNumber = Tag(0x0020, 0x9228)
    static let segmentedRedPaletteColorLookupTableData = Tag(0x0028, 0x1221)
    static let segmentedGreenPaletteColorLookupTableData = Tag(0x0028, 0x1222)
    static let segmentedBluePaletteColorLookupTableData = Tag(0x0028, 0x1223)
}
