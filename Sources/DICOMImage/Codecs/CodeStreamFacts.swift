import DICOM

/// What an image file says of itself: what a data set that is made around it must say too (PS3.3 §C.7.6.3).
///
/// Read from the headers alone, by our own code; nothing is decoded.
public struct CodeStreamFacts: Sendable {
    public var transferSyntax: TransferSyntax
    public var rows: Int
    public var columns: Int
    public var samplesPerPixel: Int
    /// Bits of a sample.
    public var precision: Int
    public var isSigned: Bool
    public var photometricInterpretation: PhotometricInterpretation
    /// The defined term of Lossy Image Compression Method (0028,2114); nil where nothing is lost by the coding.
    public var lossyMethod: String?
    /// Where the code stream lies in the file: all of it but for what is wrapped around a JPEG 2000 one (PS3.5 §A.4.4).
    public var codeStream: ByteRange
    /// First byte after the headers, in the file.
    public var dataOffset: UInt64

    public var bitsAllocated: Int { precision <= 8 ? 8 : precision <= 16 ? 16 : 32 }

    /// - Parameters:
    ///   - beginning: of the file, with all its headers.
    ///   - length: of the file.
    /// - Throws: `invalid`, `truncated`, or `unsupported` for what has no transfer syntax in use.
    public init(beginning: [UInt8], length: UInt64) throws(ImageError) {
        let beginsLikeJPEG = beginning.starts(with: [0xFF, 0xD8])
        do {
            self = try beginning.withUnsafeBytes { bytes in
                beginsLikeJPEG ? try Self.jpeg(bytes, length) : try Self.jpeg2000(bytes, length)
            }
        } catch let error as ImageError {
            throw error
        } catch {
            throw ImageError(.invalid, .pixelData, "\(error)")
        }
    }

    init(
        _ transferSyntax: String, rows: Int, columns: Int, samples: Int, precision: Int, isSigned: Bool, _ photometric: PhotometricInterpretation,
        lossy: String?, _ codeStream: ByteRange, dataOffset: UInt64
    ) throws(ImageError) {
        guard let uid = UID(transferSyntax) else { throw ImageError(.unsupported, .pixelData, "no transfer syntax") }
        guard samples == 1 || samples == 3 else {
            throw ImageError(.unsupported, .samplesPerPixel, "an image of \(samples) components cannot be kept: 1 or 3 are possible")
        }
        self.transferSyntax = TransferSyntax(uid)
        (self.rows, self.columns, samplesPerPixel, self.precision, self.isSigned) = (rows, columns, samples, precision, isSigned)
        (photometricInterpretation, lossyMethod, self.codeStream, self.dataOffset) = (photometric, lossy, codeStream, dataOffset)
    }

    // MARK: JPEG, JPEG-LS

    private static func jpeg(_ bytes: UnsafeRawBufferPointer, _ length: UInt64) throws(ImageError) -> CodeStreamFacts {
        let header = try JPEGHeader(bytes)
        guard !header.isArithmetic, header.rows > 0 else {
            throw ImageError(.unsupported, .pixelData, "JPEG with arithmetic coding, or without its number of lines, cannot be kept")
        }
        // The selection value of lossless JPEG, NEAR of JPEG-LS: third last byte of the scan's header (ISO/IEC 10918-1 §B.2.3, 14495-1 §C.2.3).
        let parameter = bytes[header.entropyOffset - 3]
        let (syntax, lossy): (String, String?)
        switch (header.process, header.startOfFrame) {
        case (.sequential, 0xC0) where header.precision == 8: (syntax, lossy) = ("1.2.840.10008.1.2.4.50", "ISO_10918_1")
        case (.sequential, _): (syntax, lossy) = ("1.2.840.10008.1.2.4.51", "ISO_10918_1")
        case (.lossless, _): (syntax, lossy) = (parameter == 1 ? "1.2.840.10008.1.2.4.70" : "1.2.840.10008.1.2.4.57", nil)
        case (.nearLossless, _): (syntax, lossy) = parameter == 0 ? ("1.2.840.10008.1.2.4.80", nil) : ("1.2.840.10008.1.2.4.81", "ISO_14495_1")
        default: throw ImageError(.unsupported, .pixelData, "a progressive or hierarchical JPEG has no transfer syntax in use: send it as baseline JPEG")
        }
        return try CodeStreamFacts(
            syntax, rows: header.rows, columns: header.columns, samples: header.components.count, precision: header.precision, isSigned: false,
            photometric(header), lossy: lossy, ByteRange(offset: 0, length: length), dataOffset: UInt64(header.entropyOffset))
    }

    /// As readers of JFIF and of Adobe's marker take it: three components are YCbCr unless something says RGB.
    private static func photometric(_ header: JPEGHeader) -> PhotometricInterpretation {
        guard header.components.count == 3 else { return .monochrome2 }
        let isNamedRGB = header.components.map(\.identifier) == Array("RGB".utf8)
        let isRGB = switch header.process {
        case .lossless, .nearLossless: header.adobeTransform != 1
        default: header.adobeTransform == 0 || header.adobeTransform == nil && !header.hasJFIF && isNamedRGB
        }
        return isRGB ? .rgb : header.isSubsampled ? .ybrFull422 : .ybrFull
    }

    // MARK: JPEG 2000

    private static func jpeg2000(_ bytes: UnsafeRawBufferPointer, _ length: UInt64) throws(ImageError) -> CodeStreamFacts {
        let stream = try JP2Boxes.codestream(in: bytes)
        let header = try J2KHeader(J2KBytes(stream))
        guard let first = header.components.first, header.components.allSatisfy({ $0.precision == first.precision && $0.isSigned == first.isSigned }) else {
            throw ImageError(.unsupported, .pixelData, "JPEG 2000 components of different depths cannot be kept")
        }
        let isHighThroughput = header.coding.style & 0x40 != 0
        let isReversible = header.coding.isReversible
        let syntax = switch (isHighThroughput, isReversible) {
        case (false, true): "1.2.840.10008.1.2.4.90"
        case (false, false): "1.2.840.10008.1.2.4.91"
        case (true, true): "1.2.840.10008.1.2.4.201"
        case (true, false): "1.2.840.10008.1.2.4.203"
        }
        let colour: PhotometricInterpretation = header.components.count == 1 ? .monochrome2 : !header.hasComponentTransform ? .rgb : isReversible ? .ybrRCT : .ybrICT
        let range = try place(of: stream, in: bytes, length)
        let lossy = isReversible ? nil : isHighThroughput ? "ISO_15444_15" : "ISO_15444_1"
        return try CodeStreamFacts(
            syntax, rows: header.height, columns: header.width, samples: header.components.count, precision: first.precision, isSigned: first.isSigned,
            colour, lossy: lossy, range, dataOffset: range.offset)
    }

    /// A box that says how long it is ends there, any other at the end of the file.
    private static func place(of stream: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer, _ length: UInt64) throws(ImageError) -> ByteRange {
        guard let start = stream.baseAddress, let whole = bytes.baseAddress, start > whole else { return ByteRange(offset: 0, length: length) }
        let offset = start - whole
        let reader = J2KBytes(bytes)
        let short = UInt64(try reader.uint32(offset - 8))
        let long = offset >= 16 && short != 0 ? try reader.uint64(offset - 8) : 0
        let stated: UInt64? = if short >= 8, try reader.uint32(offset - 4) == 0x6A70_3263 { short - 8 } else { long >= 16 ? long - 16 : nil }
        let left = length - UInt64(offset)
        guard stated ?? 0 <= left else { throw ImageError(.truncated, .pixelData, "the image has \(left) bytes of the \(stated ?? 0) that its file says") }
        return ByteRange(offset: UInt64(offset), length: stated ?? left)
    }
}
