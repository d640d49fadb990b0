import DICOM

// Attributes that only the generated studies speak of, by the keyword of PS3.6 §6.
extension Tag {
    static let qualityControlSubject = Tag(0x0010, 0x0200)
    static let scanOptions = Tag(0x0018, 0x0022)
    static let inversionTime = Tag(0x0018, 0x0082)
    static let echoTrainLength = Tag(0x0018, 0x0091)
    static let reconstructionDiameter = Tag(0x0018, 0x1100)
    static let distanceSourceToDetector = Tag(0x0018, 0x1110)
    static let flipAngle = Tag(0x0018, 0x1314)
    static let regionSpatialFormat = Tag(0x0018, 0x6012)
    static let regionDataType = Tag(0x0018, 0x6014)
    static let regionFlags = Tag(0x0018, 0x6016)
    static let regionLocationMinX0 = Tag(0x0018, 0x6018)
    static let regionLocationMinY0 = Tag(0x0018, 0x601A)
    static let regionLocationMaxX1 = Tag(0x0018, 0x601C)
    static let regionLocationMaxY1 = Tag(0x0018, 0x601E)
    static let referencePixelX0 = Tag(0x0018, 0x6020)
    static let referencePixelY0 = Tag(0x0018, 0x6022)
    static let physicalUnitsYDirection = Tag(0x0018, 0x6026)
    static let detectorType = Tag(0x0018, 0x7004)
    static let pixelIntensityRelationship = Tag(0x0028, 0x1040)
    static let pixelIntensityRelationshipSign = Tag(0x0028, 0x1041)
    static let acquisitionContextSequence = Tag(0x0040, 0x0555)
}
