import DICOM

/// A plane of single bits above an image (PS3.3 §C.9.2), for one frame of it.
public struct Overlay: Sendable, Equatable {
    /// Overlay Type (60xx,0040).
    public enum Kind: String, Sendable, Encodable {
        case graphics = "G"
        /// A region of interest: its bits are pixels that belong to it.
        case region = "R"
    }

    /// 6000H to 601EH.
    public let group: UInt16
    public let kind: Kind
    public let rows: Int
    public let columns: Int
    /// Row of the image, from 0, on which the overlay's first row lies; negative above the image.
    public let top: Int
    /// Column of the image, from 0, on which the overlay's first column lies.
    public let left: Int
    /// Overlay Label (60xx,1500), Overlay Description (60xx,0022), Overlay Subtype (60xx,0045).
    public let label: String?, description: String?, subtype: String?
    /// Layer of a presentation state in which it is to be shown (60xx,1001).
    public let activationLayer: String?
    /// Lies in bits of the pixel data that the samples do not use.
    public let isEmbedded: Bool
    /// Row by row, eight pixels in a byte, the first one lowest.
    public let bits: [UInt8]

    public func isSet(row: Int, column: Int) -> Bool {
        let index = row * columns + column
        return bits[index >> 3] >> UInt8(index & 7) & 1 == 1
    }

    /// Row and column of the image of each bit that is set and lies within the image.
    func forEachPixel(rows imageRows: Int, columns imageColumns: Int, _ body: (_ row: Int, _ column: Int) -> Void) {
        for (index, byte) in bits.enumerated() where byte != 0 {
            for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 {
                let pixel = 8 * index + bit
                guard pixel < rows * columns else { return }
                let row = top + pixel / columns, column = left + pixel % columns
                if (0..<imageRows).contains(row), (0..<imageColumns).contains(column) { body(row, column) }
            }
        }
    }
}

extension Overlay {
    /// Why an overlay of an image is not here.
    public struct Failure: Error, Sendable, Equatable {
        public let group: UInt16
        public let reason: String
    }

    /// Attributes of the groups 60xx, by their element.
    private enum Element {
        static let rows: UInt16 = 0x0010, columns: UInt16 = 0x0011, numberOfFrames: UInt16 = 0x0015, description: UInt16 = 0x0022
        static let type: UInt16 = 0x0040, subtype: UInt16 = 0x0045, origin: UInt16 = 0x0050, imageFrameOrigin: UInt16 = 0x0051
        static let bitsAllocated: UInt16 = 0x0100, bitPosition: UInt16 = 0x0102, activationLayer: UInt16 = 0x1001, label: UInt16 = 0x1500
        static let data: UInt16 = 0x3000
    }

    /// What lies above a frame, by group.
    ///
    /// - Parameters:
    ///   - frameIndex: from 0.
    ///   - stored: of the frame; nil where it was compressed in a way that keeps only its samples.
    /// - Returns: also why others cannot be shown: none hinders the picture.
    public static func all(in dataSet: DataSet, frameIndex: Int, stored: StoredPixels? = nil) -> (overlays: [Overlay], failures: [Failure]) {
        var overlays: [Overlay] = [], failures: [Failure] = []
        for group in stride(from: UInt16(0x6000), through: 0x601E, by: 2) where dataSet[Tag(group, Element.rows)] != nil {
            do throws(Failure) {
                if let overlay = try Overlay(dataSet, group, frameIndex, stored) { overlays.append(overlay) }
            } catch {
                failures.append(error)
            }
        }
        return (overlays, failures)
    }

    /// nil where the overlay is not meant for this frame.
    private init?(_ dataSet: DataSet, _ group: UInt16, _ frameIndex: Int, _ stored: StoredPixels?) throws(Failure) {
        func tag(_ element: UInt16) -> Tag { Tag(group, element) }
        func failure(_ reason: String) -> Failure { Failure(group: group, reason: reason) }
        guard let rows = dataSet.integer(tag(Element.rows)), let columns = dataSet.integer(tag(Element.columns)),
            (1...65535).contains(rows), (1...65535).contains(columns), rows * columns <= ImageLimits.framePixels
        else { throw failure("its rows and columns are missing or no size") }
        let origin = dataSet.integers(tag(Element.origin))
        guard origin.count == 2 && origin.allSatisfy({ (-65536...65536).contains($0) }) || origin.isEmpty else { throw failure("its origin is not a row and a column") }
        let kind = Kind(rawValue: dataSet.string(tag(Element.type)) ?? "G")
        guard let kind else { throw failure("its type is neither G nor R") }
        guard let index = Self.planeIndex(dataSet, group, frameIndex) else { return nil }

        if let data = dataSet.bytes(tag(Element.data)) {
            isEmbedded = false
            // At most 2^24 frames of 2^28 bits.
            guard let plane = Self.bits(of: data, from: index * rows * columns, count: rows * columns) else {
                throw failure("\(data.count) bytes are too few for \(rows) × \(columns) bits of frame \(index + 1)")
            }
            bits = plane
        } else if dataSet[tag(Element.data)] != nil {
            throw failure("its data is too large to be looked at with the attributes")
        } else {
            isEmbedded = true
            guard let position = dataSet.integer(tag(Element.bitPosition)), (dataSet.integer(tag(Element.bitsAllocated)) ?? 1) > 1 else {
                throw failure("it has no data")
            }
            guard let stored else { throw failure("bit \(position) of compressed pixel data is not delivered") }
            guard rows == stored.description.rows, columns == stored.description.columns else {
                throw failure("it lies in the pixel data, but has another size")
            }
            guard let plane = stored.plane(at: position) else { throw failure("bit \(position) of the pixel data is not its own") }
            bits = plane
        }
        self.group = group
        self.kind = kind
        self.rows = rows
        self.columns = columns
        // From 1, row first; an overlay in the pixel data lies where the pixels do.
        top = isEmbedded || origin.isEmpty ? 0 : origin[0] - 1
        left = isEmbedded || origin.isEmpty ? 0 : origin[1] - 1
        label = dataSet.string(tag(Element.label))
        description = dataSet.string(tag(Element.description))
        subtype = dataSet.string(tag(Element.subtype))
        activationLayer = dataSet.string(tag(Element.activationLayer))
    }

    /// Which plane of the overlay lies above a frame: without Number of Frames in Overlay the only one, above every frame or above
    /// the one that Image Frame Origin (from 1) names.
    private static func planeIndex(_ dataSet: DataSet, _ group: UInt16, _ frameIndex: Int) -> Int? {
        let first = dataSet.integer(Tag(group, Element.imageFrameOrigin))
        guard let count = dataSet.integer(Tag(group, Element.numberOfFrames)) else {
            return first == nil || first == 0 || first == frameIndex + 1 ? 0 : nil
        }
        let index = frameIndex + 1 - max(first ?? 1, 1)
        // One plane, and nothing says above which frame.
        if count <= 1, first == nil { return 0 }
        return (0..<min(max(count, 1), 1 << 24)).contains(index) ? index : nil
    }

    private static func bits(of data: ArraySlice<UInt8>, from start: Int, count: Int) -> [UInt8]? {
        guard data.count >= (start + count + 7) / 8 else { return nil }
        let first = data.startIndex + start / 8, shift = UInt8(start % 8)
        if shift == 0 { return Array(data[first..<first + (count + 7) / 8]) }
        return (0..<(count + 7) / 8).map { index in
            let next = first + index + 1
            return data[first + index] >> shift | (next < data.endIndex ? data[next] << (8 - shift) : 0)
        }
    }
}
