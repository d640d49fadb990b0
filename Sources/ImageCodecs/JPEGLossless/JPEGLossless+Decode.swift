extension JPEGLossless {
    /// Fills `output`, `layout.bytes` long.
    ///
    /// Samples of fewer bits than are allocated lie in the lower ones; the sign is not extended. A missing end of image, and
    /// whatever follows the last sample, do not matter.
    /// - Throws: `mismatch` where the frame header differs from `layout`, `unsupported` for other processes of JPEG.
    ///
    /// A difference of 32768 has no bits after its category (T.81 Table H.2). Encoders that stem from Cornell University's write 16
    /// of them, and leave the category out of a full table. A stream that cannot be read as the standard says, or leaves bytes
    /// over, is read so instead, if then nothing is left over.
    public static func decode(
        _ encoded: UnsafeRawBufferPointer, _ layout: FrameLayout, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Delivered {
        do throws(CodecError) {
            let (delivered, isExact) = try decode(encoded, layout, into: output, sixteenHasBits: false)
            if isExact || delivered.precision < 16 { return delivered }
        } catch {
            guard error.code == .malformed || error.code == .truncated, layout.bitsAllocated == 16 else { throw error }
            if let delivered = otherwise(encoded, layout, into: output) { return delivered }
            throw error
        }
        if let delivered = otherwise(encoded, layout, into: output) { return delivered }
        return try decode(encoded, layout, into: output, sixteenHasBits: false).delivered
    }

    /// As those encoders write; nil where that does not fit exactly.
    private static func otherwise(_ encoded: UnsafeRawBufferPointer, _ layout: FrameLayout, into output: UnsafeMutableRawBufferPointer) -> Delivered? {
        do throws(CodecError) {
            let (delivered, isExact) = try decode(encoded, layout, into: output, sixteenHasBits: true)
            return isExact && delivered.precision == 16 ? delivered : nil
        } catch { return nil }
    }

    private static func decode(
        _ encoded: UnsafeRawBufferPointer, _ layout: FrameLayout, into output: UnsafeMutableRawBufferPointer, sixteenHasBits: Bool
    ) throws(CodecError) -> (delivered: Delivered, isExact: Bool) {
        guard layout.bitsAllocated == 8 || layout.bitsAllocated == 16 else {
            throw CodecError(.unsupported, "JPEG has samples of 8 or 16 bits allocated", at: 0)
        }
        guard output.count >= layout.bytes, let target = output.baseAddress else {
            throw CodecError(.mismatch, "the output is smaller than the frame", at: 0)
        }
        guard encoded.count >= 2, let source = encoded.baseAddress,
            source.load(as: UInt8.self) == 0xFF, source.load(fromByteOffset: 1, as: UInt8.self) == Marker.startOfImage
        else { throw CodecError(.malformed, "does not begin as JPEG does", at: 0) }

        var reader = MarkerReader(source: source, count: encoded.count, position: 2)
        var tables = HuffmanTables(sixteenHasBits: sixteenHasBits)
        var frame: FrameHeader?
        var done: [Bool] = []
        var restartInterval = 0
        var colour: Colour?, isExact = true
        while true {
            let code = try reader.next()
            let start = reader.position - 2
            switch code {
            case Marker.restart0...Marker.restart0 + 7, 0x01, Marker.startOfImage:
                continue
            case Marker.endOfImage:
                throw CodecError(.truncated, "ends before the last sample", at: start)
            case Marker.startOfFrameLossless:
                guard frame == nil else { throw CodecError(.malformed, "second frame header", at: start) }
                var segment = try reader.segment()
                let header = try FrameHeader(&segment, layout)
                done = [Bool](repeating: false, count: header.components.count)
                frame = header
            case Marker.defineHuffmanTables:
                var segment = try reader.segment()
                try define(&segment, in: &tables)
            case 0xC0...0xCF:
                throw CodecError(.unsupported, "JPEG, but not of the lossless process", at: start)
            case Marker.defineRestartInterval:
                var segment = try reader.segment()
                restartInterval = try segment.word()
            case Marker.defineNumberOfLines:
                var segment = try reader.segment()
                guard try segment.word() == layout.rows else { throw CodecError(.mismatch, "number of lines is not that of the image", at: start) }
            case Marker.adobe:
                colour = try adobeColour(try reader.segment()) ?? colour
            case Marker.startOfScan:
                guard let frame else { throw CodecError(.malformed, "scan before the frame header", at: start) }
                var segment = try reader.segment()
                let header = try ScanHeader(&segment, frame, done: done)
                let scanned = try scan(header, frame, layout, &tables, restartInterval, source, encoded.count, from: reader.position, into: target)
                reader.position = scanned.end
                isExact = isExact && scanned.isExact
                for component in header.components { done[component.index] = true }
                if !done.contains(false) {
                    let delivered = Delivered(
                        precision: frame.precision, selectionValue: header.selectionValue, pointTransform: header.pointTransform,
                        colour: frame.components.count == 3 ? colour : nil)
                    return (delivered, isExact)
                }
            default:
                _ = try reader.segment()
            }
        }
    }
}
