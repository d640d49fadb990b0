import Archive
import DICOM
import DICOMImage

/// One image of a series as the viewer needs it before its first frame. What the object does not give is null.
struct ManifestImage: Encodable {
    var sopInstanceUID: String
    var sopClassUID: String
    var instanceNumber: Int?
    var transferSyntax: String
    var frames: Int
    var rows: Int?
    var columns: Int?
    var samplesPerPixel: Int?
    var photometricInterpretation: String?
    var bitsAllocated: Int?
    var bitsStored: Int?
    var highBit: Int?
    var pixelRepresentation: Int?
    var planarConfiguration: Int?
    var rescaleSlope: Double?
    var rescaleIntercept: Double?
    var rescaleType: String?
    var windowCenter: [Double]
    var windowWidth: [Double]
    var windowExplanation: [String]
    var voiLUTFunction: String?
    var pixelPaddingValue: Int?
    var pixelSpacing: [Double]?
    var imagerPixelSpacing: [Double]?
    var pixelAspectRatio: [Int]?
    var imagePosition: [Double]?
    var imageOrientation: [Double]?
    var patientOrientation: [String]
    var frameOfReferenceUID: String?
    var frameTime: Double?
    var recommendedFrameRate: Double?
    var sliceThickness: Double?
    var lossy: String?
    var hasPixels: Bool

    init(_ instance: InstanceLocation, _ dataSet: DataSet) {
        sopInstanceUID = instance.sopInstance.text
        sopClassUID = instance.sopClass.text
        instanceNumber = dataSet.integer(.instanceNumber)
        transferSyntax = instance.transferSyntax.uid.text
        hasPixels = instance.pixelData != nil || instance.transferSyntax.isDeflated && dataSet.integer(.rows) != nil
        frames = hasPixels ? max(1, dataSet.integer(.numberOfFrames) ?? 1) : 0
        rows = dataSet.integer(.rows)
        columns = dataSet.integer(.columns)
        samplesPerPixel = dataSet.integer(.samplesPerPixel)
        photometricInterpretation = dataSet.string(.photometricInterpretation)
        bitsAllocated = dataSet.integer(.bitsAllocated)
        bitsStored = dataSet.integer(.bitsStored)
        highBit = dataSet.integer(.highBit)
        pixelRepresentation = dataSet.integer(.pixelRepresentation)
        planarConfiguration = dataSet.integer(.planarConfiguration)
        rescaleSlope = dataSet.decimal(.rescaleSlope)
        rescaleIntercept = dataSet.decimal(.rescaleIntercept)
        rescaleType = dataSet.string(.rescaleType)
        windowCenter = dataSet.decimals(.windowCenter)
        windowWidth = dataSet.decimals(.windowWidth)
        windowExplanation = dataSet.strings(.windowCenterWidthExplanation)
        voiLUTFunction = dataSet.string(.voilutFunction)
        pixelPaddingValue = dataSet.integer(.pixelPaddingValue)
        pixelSpacing = dataSet.decimals(.pixelSpacing, count: 2)
        imagerPixelSpacing = dataSet.decimals(.imagerPixelSpacing, count: 2)
        pixelAspectRatio = dataSet.integers(.pixelAspectRatio).count == 2 ? dataSet.integers(.pixelAspectRatio) : nil
        imagePosition = dataSet.decimals(.imagePositionPatient, count: 3)
        imageOrientation = dataSet.decimals(.imageOrientationPatient, count: 6)
        patientOrientation = dataSet.strings(.patientOrientation)
        frameOfReferenceUID = dataSet.string(.frameOfReferenceUID)
        frameTime = dataSet.decimal(.frameTime)
        recommendedFrameRate = dataSet.decimal(.recommendedDisplayFrameRate) ?? dataSet.decimal(.cineRate)
        sliceThickness = dataSet.decimal(.sliceThickness)
        lossy = dataSet.string(.lossyImageCompression)
    }

    /// Where the plane lies along its normal, and the normal itself; nil where there is no plane.
    private var plane: (normal: SIMD3<Double>, position: Double)? {
        guard let o = imageOrientation, let p = imagePosition else { return nil }
        let row = SIMD3(o[0], o[1], o[2]), column = SIMD3(o[3], o[4], o[5])
        let normal = SIMD3(row.y * column.z - row.z * column.y, row.z * column.x - row.x * column.z, row.x * column.y - row.y * column.x)
        return (normal, (normal * SIMD3(p[0], p[1], p[2])).sum())
    }

    /// The order in which a reader scrolls: along the common normal where all planes share one, else by instance number.
    static func inStackOrder(_ images: [ManifestImage]) -> [ManifestImage] {
        let planes = images.map(\.plane)
        guard images.count > 1, let normal = planes[0]?.normal, planes.allSatisfy({ plane in
            guard let other = plane?.normal else { return false }
            return ((other - normal) * (other - normal)).sum() < 1e-6
        }) else { return images }
        let positions = planes.compactMap { $0?.position }
        // Several images at one place (phases, echoes): their own order keeps them together in time.
        guard Set(positions.map { ($0 * 100).rounded() }).count == positions.count else { return images }
        // First what the sender counts first, so that head or feet come first as in the series.
        let isDescending = (images.first?.instanceNumber ?? 0) <= (images.last?.instanceNumber ?? 0) && positions[0] > positions[positions.count - 1]
        return zip(positions, images).sorted { isDescending ? $0.0 > $1.0 : $0.0 < $1.0 }.map(\.1)
    }

    // `null` is written: the page tells "not given" from "not asked".
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case sopInstanceUID, sopClassUID, instanceNumber, transferSyntax, frames, rows, columns, samplesPerPixel, photometricInterpretation
        case bitsAllocated, bitsStored, highBit, pixelRepresentation, planarConfiguration, rescaleSlope, rescaleIntercept, rescaleType
        case windowCenter, windowWidth, windowExplanation, voiLUTFunction, pixelPaddingValue, pixelSpacing, imagerPixelSpacing, pixelAspectRatio
        case imagePosition, imageOrientation, patientOrientation, frameOfReferenceUID, frameTime, recommendedFrameRate, sliceThickness, lossy, hasPixels
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sopInstanceUID, forKey: .sopInstanceUID)
        try container.encode(sopClassUID, forKey: .sopClassUID)
        try container.encode(instanceNumber, forKey: .instanceNumber)
        try container.encode(transferSyntax, forKey: .transferSyntax)
        try container.encode(frames, forKey: .frames)
        try container.encode(rows, forKey: .rows)
        try container.encode(columns, forKey: .columns)
        try container.encode(samplesPerPixel, forKey: .samplesPerPixel)
        try container.encode(photometricInterpretation, forKey: .photometricInterpretation)
        try container.encode(bitsAllocated, forKey: .bitsAllocated)
        try container.encode(bitsStored, forKey: .bitsStored)
        try container.encode(highBit, forKey: .highBit)
        try container.encode(pixelRepresentation, forKey: .pixelRepresentation)
        try container.encode(planarConfiguration, forKey: .planarConfiguration)
        try container.encode(rescaleSlope, forKey: .rescaleSlope)
        try container.encode(rescaleIntercept, forKey: .rescaleIntercept)
        try container.encode(rescaleType, forKey: .rescaleType)
        try container.encode(windowCenter, forKey: .windowCenter)
        try container.encode(windowWidth, forKey: .windowWidth)
        try container.encode(windowExplanation, forKey: .windowExplanation)
        try container.encode(voiLUTFunction, forKey: .voiLUTFunction)
        try container.encode(pixelPaddingValue, forKey: .pixelPaddingValue)
        try container.encode(pixelSpacing, forKey: .pixelSpacing)
        try container.encode(imagerPixelSpacing, forKey: .imagerPixelSpacing)
        try container.encode(pixelAspectRatio, forKey: .pixelAspectRatio)
        try container.encode(imagePosition, forKey: .imagePosition)
        try container.encode(imageOrientation, forKey: .imageOrientation)
        try container.encode(patientOrientation, forKey: .patientOrientation)
        try container.encode(frameOfReferenceUID, forKey: .frameOfReferenceUID)
        try container.encode(frameTime, forKey: .frameTime)
        try container.encode(recommendedFrameRate, forKey: .recommendedFrameRate)
        try container.encode(sliceThickness, forKey: .sliceThickness)
        try container.encode(lossy, forKey: .lossy)
        try container.encode(hasPixels, forKey: .hasPixels)
    }
}

extension DataSet {
    /// Exactly so many numbers, or nil: half a position is none.
    fileprivate func decimals(_ tag: Tag, count: Int) -> [Double]? {
        let numbers = decimals(tag)
        return numbers.count == count ? numbers : nil
    }
}
