import DICOM

/// The marker segments before the first scan of a JPEG stream (ISO/IEC 10918-1 Annex B).
///
/// The stream decides what it is, not the transfer syntax it was sent under.
struct JPEGHeader {
    /// The coding process, by the start of frame marker (Table B.1).
    enum Process: Equatable {
        case sequential, progressive, lossless
        /// JPEG-LS (ISO/IEC 14495-1).
        case nearLossless
        case hierarchical
    }

    struct Component: Equatable {
        let identifier: UInt8
        let horizontal: Int
        let vertical: Int
    }

    /// Low byte of the start of frame marker: C0H to CFH, F7H.
    let startOfFrame: UInt8
    let precision: Int
    let rows: Int
    let columns: Int
    let components: [Component]
    let hasJFIF: Bool
    /// ISO/IEC 10918-6 §6.5.3: 0 nothing or RGB, 1 YCbCr, 2 YCCK; nil without the marker.
    let adobeTransform: Int?
    /// Components of the first scan.
    let firstScan: [UInt8]
    /// Where the first entropy coded segment begins.
    let entropyOffset: Int

    var process: Process {
        switch startOfFrame {
        case 0xC0, 0xC1, 0xC9: .sequential
        case 0xC2, 0xCA: .progressive
        case 0xC3, 0xCB: .lossless
        case 0xF7: .nearLossless
        default: .hierarchical
        }
    }

    var isArithmetic: Bool { startOfFrame != 0xF7 && startOfFrame & 8 != 0 }

    var isSubsampled: Bool {
        guard let first = components.first else { return false }
        return components.contains { $0.horizontal != first.horizontal || $0.vertical != first.vertical }
    }

    /// - Throws: `invalid` or `truncated`, with the offset.
    init(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        var reader = JPEGMarkers(bytes)
        guard bytes.count >= 2, bytes[0] == 0xFF, bytes[1] == 0xD8 else {
            throw ImageError(.invalid, .pixelData, "JPEG: the frame does not begin with a start of image (FFD8H)")
        }
        var frame: (UInt8, Int, Int, Int, [Component])?
        var hasJFIF = false, adobeTransform: Int?
        while true {
            let segment = try reader.next()
            let content = segment.content
            switch segment.marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xF7:
                guard frame == nil else { throw JPEGMarkers.invalid("a second start of frame", at: segment.offset) }
                guard content.count >= 6, content.count == 6 + 3 * Int(content[5]) else {
                    throw JPEGMarkers.invalid("a start of frame of wrong length", at: segment.offset)
                }
                let components = (0..<Int(content[5])).map { index in
                    let at = 6 + 3 * index
                    return Component(identifier: content[at], horizontal: Int(content[at + 1] >> 4), vertical: Int(content[at + 1] & 15))
                }
                frame = (segment.marker, Int(content[0]), JPEGMarkers.word(content, 1), JPEGMarkers.word(content, 3), components)
            case 0xE0 where content.starts(with: Array("JFIF\0".utf8)): hasJFIF = true
            case 0xEE where content.count >= 12 && content.starts(with: Array("Adobe".utf8)): adobeTransform = Int(content[11])
            case 0xDA:
                guard let frame else { throw JPEGMarkers.invalid("a scan before the start of frame", at: segment.offset) }
                (startOfFrame, precision, rows, columns, components) = frame
                self.hasJFIF = hasJFIF
                self.adobeTransform = adobeTransform
                firstScan = try JPEGMarkers.components(ofScan: segment)
                entropyOffset = reader.offset
                return
            case 0xD9: throw JPEGMarkers.invalid("the image ends before its first scan", at: segment.offset)
            default: continue
            }
        }
    }

    /// Components of each scan of the stream, up to one scan more than `limit`; and whether the image has its end.
    ///
    /// Entropy coded data is only skipped. Of use where scans have to be counted before they are paid for.
    func scans(in bytes: UnsafeRawBufferPointer, limit: Int) throws(ImageError) -> (scans: [[UInt8]], isComplete: Bool) {
        var reader = JPEGMarkers(bytes, offset: entropyOffset)
        var scans = [firstScan]
        while scans.count <= limit {
            guard reader.skipEntropy() else { return (scans, false) }
            let segment = try reader.next()
            if segment.marker == 0xD9 { return (scans, true) }
            if segment.marker == 0xDA { scans.append(try JPEGMarkers.components(ofScan: segment)) }
        }
        return (scans, false)
    }
}
