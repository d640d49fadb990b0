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
    var presentationLUTShape: String?
    var pixelPaddingValue: Int?
    var pixelPaddingRangeLimit: Int?
    var pixelSpacing: [Double]?
    var imagerPixelSpacing: [Double]?
    var pixelAspectRatio: [Int]?
    var spacing: ManifestSpacing
    var imagePosition: [Double]?
    var imageOrientation: [Double]?
    var patientOrientation: [String]
    var letters: ManifestLetters?
    var frameOfReferenceUID: String?
    var frameTime: Double?
    var recommendedFrameRate: Double?
    var sliceThickness: Double?
    var lossy: String?
    var presentationIntent: String?
    var hasColourProfile: Bool
    var hasPixels: Bool
    var display: [String]
    var perFrame: [ManifestFrame]?

    /// What the index knows of the object.
    struct Stored {
        var sopInstance: UID
        var sopClass: UID
        var transferSyntax: TransferSyntax
        var hasPixelData: Bool

        init(_ instance: InstanceLocation) {
            (sopInstance, sopClass, transferSyntax) = (instance.sopInstance, instance.sopClass, instance.transferSyntax)
            hasPixelData = instance.pixelData != nil
        }

        init(sopInstance: UID, sopClass: UID, transferSyntax: TransferSyntax, hasPixelData: Bool) {
            (self.sopInstance, self.sopClass, self.transferSyntax, self.hasPixelData) = (sopInstance, sopClass, transferSyntax, hasPixelData)
        }
    }

    init(_ stored: Stored, _ dataSet: DataSet, _ stackFrames: [StackFrame]) {
        sopInstanceUID = stored.sopInstance.text
        sopClassUID = stored.sopClass.text
        instanceNumber = dataSet.integer(.instanceNumber)
        transferSyntax = stored.transferSyntax.uid.text
        hasPixels = stored.hasPixelData || stored.transferSyntax.isDeflated && dataSet.integer(.rows) != nil
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
        let shared = FunctionalGroups.shared(of: dataSet)
        let rescale = shared[.pixelValueTransformationSequence] ?? dataSet, voi = shared[.frameVOILUTSequence] ?? dataSet
        rescaleSlope = rescale.decimal(.rescaleSlope)
        rescaleIntercept = rescale.decimal(.rescaleIntercept)
        rescaleType = rescale.string(.rescaleType)
        windowCenter = voi.decimals(.windowCenter)
        windowWidth = voi.decimals(.windowWidth)
        windowExplanation = voi.strings(.windowCenterWidthExplanation)
        voiLUTFunction = voi.string(.voilutFunction)
        presentationLUTShape = dataSet.string(.presentationLUTShape)
        pixelPaddingValue = dataSet.integer(.pixelPaddingValue)
        pixelPaddingRangeLimit = dataSet.integer(.pixelPaddingRangeLimit)
        pixelSpacing = (shared[.pixelMeasuresSequence] ?? dataSet).decimals(.pixelSpacing, count: 2)
        imagerPixelSpacing = dataSet.decimals(.imagerPixelSpacing, count: 2)
        pixelAspectRatio = dataSet.integers(.pixelAspectRatio).count == 2 ? dataSet.integers(.pixelAspectRatio) : nil
        let first = stackFrames.first
        spacing = ManifestSpacing(first?.spacing ?? Spacing(nil, .none))
        imagePosition = (shared[.planePositionSequence] ?? dataSet).decimals(.imagePositionPatient, count: 3)
        imageOrientation = (shared[.planeOrientationSequence] ?? dataSet).decimals(.imageOrientationPatient, count: 6)
        letters = first?.letters.map(ManifestLetters.init)
        patientOrientation = dataSet.strings(.patientOrientation)
        frameOfReferenceUID = dataSet.string(.frameOfReferenceUID)
        frameTime = dataSet.decimal(.frameTime)
        recommendedFrameRate = dataSet.decimal(.recommendedDisplayFrameRate) ?? dataSet.decimal(.cineRate)
        sliceThickness = dataSet.decimal(.sliceThickness)
        lossy = dataSet.string(.lossyImageCompression)
        presentationIntent = dataSet.string(Tag(0x0008, 0x0068))
        hasColourProfile = dataSet[.iccProfile] != nil || dataSet.items(Tag(0x0048, 0x0105)).contains { $0[.iccProfile] != nil }
        display = Self.display(dataSet, shared)
        perFrame = ManifestFrame.all(of: dataSet, stackFrames)
    }

    /// Attributes too large for this list that change what is seen: the page asks the full metadata for them.
    private static func display(_ dataSet: DataSet, _ shared: FunctionalGroups) -> [String] {
        let overlay = stride(from: UInt16(0x6000), through: 0x601E, by: 2).contains { dataSet[Tag($0, 0x0010)] != nil }
        let table: [(String, Bool)] = [
            ("modalityLUT", !dataSet.items(.modalityLUTSequence).isEmpty), ("voiLUT", !dataSet.items(.voilutSequence).isEmpty || shared[.frameVOILUTSequence].map { !$0.items(.voilutSequence).isEmpty } ?? false),
            ("palette", dataSet[.redPaletteColorLookupTableDescriptor] != nil), ("overlay", overlay), ("shutter", dataSet[Tag(0x0018, 0x1600)] != nil),
        ]
        return table.filter(\.1).map(\.0)
    }

    // `null` is written: the page tells "not given" from "not asked".
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case sopInstanceUID, sopClassUID, instanceNumber, transferSyntax, frames, rows, columns, samplesPerPixel, photometricInterpretation
        case bitsAllocated, bitsStored, highBit, pixelRepresentation, planarConfiguration, rescaleSlope, rescaleIntercept, rescaleType
        case windowCenter, windowWidth, windowExplanation, voiLUTFunction, pixelPaddingValue, pixelSpacing, imagerPixelSpacing, pixelAspectRatio
        case imagePosition, imageOrientation, patientOrientation, frameOfReferenceUID, frameTime, recommendedFrameRate, sliceThickness, lossy, hasPixels
        case presentationLUTShape, pixelPaddingRangeLimit, spacing, letters, display, perFrame, presentationIntent, hasColourProfile
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
        try container.encode(presentationLUTShape, forKey: .presentationLUTShape)
        try container.encode(pixelPaddingRangeLimit, forKey: .pixelPaddingRangeLimit)
        try container.encode(spacing, forKey: .spacing)
        try container.encode(letters, forKey: .letters)
        try container.encode(presentationIntent, forKey: .presentationIntent)
        try container.encode(hasColourProfile, forKey: .hasColourProfile)
        try container.encode(display, forKey: .display)
        try container.encode(perFrame, forKey: .perFrame)
    }
}

extension DataSet {
    /// Exactly so many numbers, or nil: half a position is none.
    func decimals(_ tag: Tag, count: Int) -> [Double]? {
        let numbers = decimals(tag)
        return numbers.count == count ? numbers : nil
    }
}
