import CZlib
import DICOM

/// A PNG image as it comes (ISO/IEC 15948): its samples as native pixel data has them, row after row, little endian, colour by pixel.
///
/// A value of one task. Transparency and interlaced images are refused: pixel data knows neither.
public struct PNGReader: Sendable {
    public private(set) var facts: CodeStreamFacts?
    /// Bytes of the file that wait for more.
    private var pending: [UInt8] = []
    /// Of the image data's chunk that is under way.
    private var left = 0
    private var checksum: uLong = 0
    private var palette: [UInt8] = []
    private var colour = Colour.grey
    private var depth = 0
    private let inflater = Inflater(ratio: 2000)
    /// The zlib stream's own header is passed over.
    private var streamHeader = 2
    private var inflated: [UInt8] = []
    private var above: [UInt8] = []
    private var rowsMade = 0
    private var hasBegun = false
    private var isAtEnd = false

    private enum Colour: UInt8 {
        case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgbAlpha = 6

        var channels: Int {
            switch self {
            case .grey, .palette: 1
            case .greyAlpha: 2
            case .rgb: 3
            case .rgbAlpha: 4
            }
        }
    }

    /// What may come out for few bytes is bounded by feeding few.
    public static let feedAtMost = 16 << 10
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let largestChunk = 8 << 20

    public init() {}

    /// - Parameter bytes: `feedAtMost` at most.
    /// - Returns: the samples of the rows that are whole.
    public mutating func feed(_ bytes: [UInt8]) throws(ImageError) -> [UInt8] {
        pending += bytes
        var made: [UInt8] = [], at = 0
        while !isAtEnd {
            if left > 0 {
                let piece = Array(pending[at..<min(at + left, pending.count)])
                guard !piece.isEmpty else { break }
                checksum = crc32(checksum, piece, uInt(piece.count))
                (at, left) = (at + piece.count, left - piece.count)
                try take(piece, &made)
                if left == 0 { left = -4 }
            } else if left == -4 {
                guard pending.count - at >= 4 else { break }
                guard uLong(Self.number(pending, at)) == checksum else { throw Self.invalid("the image data's checksum is wrong") }
                (at, left) = (at + 4, 0)
            } else if !hasBegun {
                guard pending.count >= 8 else { break }
                guard pending.starts(with: Self.signature) else { throw Self.invalid("it does not begin as one") }
                (at, hasBegun) = (8, true)
            } else {
                guard pending.count - at >= 8 else { break }
                let length = Self.number(pending, at), name = String(decoding: pending[at + 4..<at + 8], as: UTF8.self)
                if name == "IDAT" {
                    guard facts != nil, colour != .palette || !palette.isEmpty else { throw Self.invalid("its image data comes before its header") }
                    checksum = crc32(0, Array("IDAT".utf8), 4)
                    (at, left) = (at + 8, length == 0 ? -4 : length)
                    continue
                }
                guard length <= Self.largestChunk else { throw Self.invalid("its chunk \(name) has \(length) bytes") }
                guard pending.count - at >= 12 + length else { break }
                let body = Array(pending[at + 4..<at + 8 + length])
                guard uLong(Self.number(pending, at + 8 + length)) == crc32(0, body, uInt(body.count)) else { throw Self.invalid("the checksum of its chunk \(name) is wrong") }
                at += 12 + length
                try read(name, Array(body.dropFirst(4)))
            }
        }
        pending.removeFirst(min(at, pending.count))
        return made
    }

    /// - Throws: `.truncated` where rows are missing.
    public func finish() throws(ImageError) {
        guard isAtEnd, let facts, rowsMade == facts.rows else { throw ImageError(.truncated, .pixelData, "the PNG image ends before its last row") }
    }

    private mutating func read(_ name: String, _ body: [UInt8]) throws(ImageError) {
        switch name {
        case "IHDR":
            guard body.count == 13, facts == nil else { throw Self.invalid("its header is damaged") }
            try readHeader(body)
        case "PLTE":
            guard !body.isEmpty, body.count % 3 == 0, body.count <= 768 else { throw Self.invalid("its palette is damaged") }
            palette = body
        case "tRNS": throw Self.unsupported("transparency, which pixel data cannot have")
        case "IEND": isAtEnd = true
        default: break
        }
    }

    private mutating func readHeader(_ body: [UInt8]) throws(ImageError) {
        let columns = Self.number(body, 0), rows = Self.number(body, 4)
        guard (1...0xFFFF).contains(columns), (1...0xFFFF).contains(rows), columns * rows <= 1 << 28 else {
            throw Self.unsupported("\(columns) × \(rows) pixels, which are too many or none")
        }
        guard let colour = Colour(rawValue: body[9]), [1, 2, 4, 8, 16].contains(body[8]), body[8] >= 8 || [.grey, .palette].contains(colour), body[8] <= 8 || colour != .palette,
            body[10] == 0, body[11] == 0
        else { throw Self.invalid("its header is damaged") }
        guard body[12] == 0 else { throw Self.unsupported("interlaced rows: send it without") }
        (self.colour, depth) = (colour, Int(body[8]))
        let isColour = [.rgb, .rgbAlpha, .palette].contains(colour)
        facts = try CodeStreamFacts(
            "1.2.840.10008.1.2.1", rows: rows, columns: columns, samples: isColour ? 3 : 1, precision: colour == .palette ? 8 : depth, isSigned: false,
            isColour ? .rgb : .monochrome2, lossy: nil, ByteRange(offset: 0, length: 0), dataOffset: 0)
        above = [UInt8](repeating: 0, count: (columns * colour.channels * depth + 7) / 8)
    }

    // MARK: Rows

    private mutating func take(_ piece: [UInt8], _ made: inout [UInt8]) throws(ImageError) {
        let skipped = min(streamHeader, piece.count)
        streamHeader -= skipped
        var gathered = inflated
        do throws(ReadError) {
            try inflater.inflate(Array(piece.dropFirst(skipped))) { gathered += $0; return true }
        } catch {
            throw Self.invalid(error.message)
        }
        let rowBytes = above.count
        var at = 0
        while gathered.count - at > rowBytes {
            guard let facts, rowsMade < facts.rows else { throw Self.invalid("it has more rows than its header says") }
            var row = Array(gathered[at + 1...at + rowBytes])
            try unfilter(&row, gathered[at])
            try add(row, facts.columns, to: &made)
            above = row
            rowsMade += 1
            at += rowBytes + 1
        }
        gathered.removeFirst(at)
        inflated = gathered
    }

    /// ISO/IEC 15948 §9.2.
    private func unfilter(_ row: inout [UInt8], _ filter: UInt8) throws(ImageError) {
        let step = max(1, colour.channels * depth / 8)
        switch filter {
        case 0: break
        case 1: for i in row.indices where i >= step { row[i] &+= row[i - step] }
        case 2: for i in row.indices { row[i] &+= above[i] }
        case 3: for i in row.indices { row[i] &+= UInt8((Int(i >= step ? row[i - step] : 0) + Int(above[i])) / 2) }
        case 4:
            for i in row.indices {
                let left = i >= step ? Int(row[i - step]) : 0, up = Int(above[i]), corner = i >= step ? Int(above[i - step]) : 0
                let (a, b, c) = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
                row[i] &+= UInt8(a <= b && a <= c ? left : b <= c ? up : corner)
            }
        default: throw Self.invalid("a row has filter \(filter)")
        }
    }

    private func add(_ row: [UInt8], _ columns: Int, to made: inout [UInt8]) throws(ImageError) {
        switch (colour, depth) {
        case (.grey, 8), (.rgb, 8): made += row
        case (.grey, ..<8): for column in 0..<columns { made.append(UInt8(sample(row, column))) }
        case (.palette, _):
            for column in 0..<columns {
                let entry = 3 * sample(row, column)
                guard entry + 3 <= palette.count else { throw Self.invalid("a pixel has a colour that its palette does not have") }
                made += palette[entry..<entry + 3]
            }
        default:
            let bytes = depth / 8, channels = colour.channels, kept = channels == 2 || channels == 4 ? channels - 1 : channels
            for column in 0..<columns {
                let pixel = column * channels * bytes
                guard kept == channels || row[pixel + kept * bytes..<pixel + channels * bytes].allSatisfy({ $0 == 255 }) else {
                    throw Self.unsupported("transparency, which pixel data cannot have")
                }
                for channel in 0..<kept {
                    let at = pixel + channel * bytes
                    if bytes == 2 { made.append(row[at + 1]) }
                    made.append(row[at])
                }
            }
        }
    }

    private func sample(_ row: [UInt8], _ column: Int) -> Int {
        let bit = column * depth
        return Int(row[bit / 8] >> UInt8(8 - depth - bit % 8)) & (1 << depth - 1)
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    private static func invalid(_ words: String) -> ImageError { ImageError(.invalid, .pixelData, "no PNG image: \(words)") }
    private static func unsupported(_ words: String) -> ImageError { ImageError(.unsupported, .pixelData, "the PNG image has \(words)") }
}
