import DICOM

/// What was ever lost of an image (PS3.3 §C.7.6.1.1.5): once said, it holds for all that is made of it.
public struct LossyCompression: Sendable, Equatable, Encodable {
    /// Lossy Image Compression (0028,2110); nil where the image does not say.
    public let isLossy: Bool?
    /// One for each time; Lossy Image Compression Ratio (0028,2112).
    public let ratios: [Double]
    /// Lossy Image Compression Method (0028,2114): `ISO_10918_1`, ...
    public let methods: [String]

    public init(_ dataSet: DataSet) {
        isLossy = switch dataSet.string(.lossyImageCompression) {
        case "01": true
        case "00": false
        default: nil
        }
        ratios = dataSet.decimals(.lossyImageCompressionRatio)
        methods = dataSet.strings(.lossyImageCompressionMethod)
    }
}
