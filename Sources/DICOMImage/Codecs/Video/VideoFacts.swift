import DICOM

/// What a video file says of itself: what a data set that is made around it must say too. Read from the headers alone, by our own code.
public struct VideoFacts: Sendable, Equatable {
    public enum Coding: Sendable {
        case mpeg2, avc, hevc
    }

    public var coding: Coding
    public var rows: Int
    public var columns: Int
    /// nil where only decoding could tell.
    public var numberOfFrames: Int?
    /// Pictures in a second; nil where they are not at even times.
    public var rate: Double?
    /// `profile_idc` and `level_idc` of AVC (ISO/IEC 14496-10), general profile and level of HEVC (23008-2); 0 for MPEG-2.
    public var profile = 0
    public var level = 0

    /// The one whose profile and level the stream keeps within (PS3.5 §8.2.5 to §8.2.8); nil where none does.
    public var transferSyntax: TransferSyntax? {
        let text: String? = switch coding {
        case .mpeg2: columns <= 720 && rows <= 576 ? "1.2.840.10008.1.2.4.100" : columns <= 1920 && rows <= 1152 ? "1.2.840.10008.1.2.4.101" : nil
        case .avc: profile > 100 ? nil : level <= 41 ? "1.2.840.10008.1.2.4.102" : level == 42 ? "1.2.840.10008.1.2.4.104" : nil
        // Levels count by thirtieths: 5.1 is 153.
        case .hevc: level > 153 ? nil : profile == 1 ? "1.2.840.10008.1.2.4.107" : profile == 2 ? "1.2.840.10008.1.2.4.108" : nil
        }
        return text.flatMap { UID($0) }.map { TransferSyntax($0) }
    }

    /// The defined term of Lossy Image Compression Method (0028,2114).
    public var lossyMethod: String {
        switch coding {
        case .mpeg2: "ISO_13818_2"
        case .avc: "ISO_14496_10"
        case .hevc: "ISO_23008_2"
        }
    }

    // MARK: MPEG-2

    /// Frames in a second by `frame_rate_code` (ISO/IEC 13818-2 Table 6-4).
    private static let rates: [Double?] = [nil, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 30, 50, 60000.0 / 1001, 60]

    /// From the first sequence header (ISO/IEC 13818-2 §6.2.2.1), whatever container is around it.
    public init?(mpeg2 bytes: [UInt8]) {
        var at = 0
        while at + 12 <= bytes.count {
            guard bytes[at] == 0, bytes[at + 1] == 0, bytes[at + 2] == 1, bytes[at + 3] == 0xB3 else {
                at += 1
                continue
            }
            let sizes = Int(bytes[at + 4]) << 16 | Int(bytes[at + 5]) << 8 | Int(bytes[at + 6])
            let code = Int(bytes[at + 7] & 15)
            guard sizes >> 12 > 0, sizes & 0xFFF > 0 else { return nil }
            coding = .mpeg2
            (columns, rows) = (sizes >> 12, sizes & 0xFFF)
            rate = code < Self.rates.count ? Self.rates[code] : nil
            return
        }
        return nil
    }

    // MARK: MP4

    /// From the first video track (ISO/IEC 14496-12 §8).
    ///
    /// - Parameter movie: content of the `moov` box.
    public init?(movie: [UInt8]) {
        let boxes = MP4Boxes(movie)
        for track in boxes.all("trak", in: 0..<movie.count) {
            guard let media = boxes.first("mdia", in: track), let tables = boxes.first("minf", in: media).flatMap({ boxes.first("stbl", in: $0) }),
                let descriptions = boxes.first("stsd", in: tables)
            else { continue }
            // Version, flags and the number of entries come first.
            let entries = descriptions.dropFirst(8)
            for (name, coding, settings) in [("avc1", Coding.avc, "avcC"), ("avc3", .avc, "avcC"), ("hvc1", .hevc, "hvcC"), ("hev1", .hevc, "hvcC")] {
                // A VisualSampleEntry has 78 bytes before its boxes; width and height at 24.
                guard let entry = boxes.first(name, in: entries), entry.count >= 78 else { continue }
                (columns, rows) = (boxes.uint16(entry.lowerBound + 24), boxes.uint16(entry.lowerBound + 26))
                guard columns > 0, rows > 0, let own = boxes.first(settings, in: entry.dropFirst(78)), own.count >= 13 else { return nil }
                self.coding = coding
                profile = coding == .avc ? Int(movie[own.lowerBound + 1]) : Int(movie[own.lowerBound + 1] & 31)
                level = Int(movie[own.lowerBound + (coding == .avc ? 3 : 12)])
                if let sizes = boxes.first("stsz", in: tables), sizes.count >= 12 { numberOfFrames = boxes.uint32(sizes.lowerBound + 8) }
                rate = Self.rate(boxes, media, tables)
                return
            }
        }
        return nil
    }

    /// Where all pictures but the last are shown for the same time.
    private static func rate(_ boxes: MP4Boxes, _ media: Range<Int>, _ tables: Range<Int>) -> Double? {
        guard let header = boxes.first("mdhd", in: media), header.count >= 24, let times = boxes.first("stts", in: tables), times.count >= 16 else { return nil }
        let scale = boxes.uint32(header.lowerBound + (boxes.bytes[header.lowerBound] == 1 ? 20 : 12))
        let entries = boxes.uint32(times.lowerBound + 4)
        let isEven = entries == 1 || entries == 2 && times.count >= 24 && boxes.uint32(times.lowerBound + 16) == 1
        let duration = boxes.uint32(times.lowerBound + 12)
        return isEven && duration > 0 && scale > 0 ? Double(scale) / Double(duration) : nil
    }
}

/// Boxes of an MP4 file that is in memory (ISO/IEC 14496-12 §4.2); places are of their content.
struct MP4Boxes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func first(_ name: String, in range: Range<Int>) -> Range<Int>? { all(name, in: range).first }

    /// What is no box ends the list.
    func all(_ name: String, in range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = range.lowerBound
        while at + 8 <= range.upperBound {
            var length = uint32(at), header = 8
            if length == 1, at + 16 <= range.upperBound { (length, header) = (Int(clamping: UInt64(uint32(at + 8)) << 32 | UInt64(uint32(at + 12))), 16) }
            if length == 0 { length = range.upperBound - at }
            guard length >= header, length <= range.upperBound - at else { break }
            if bytes[at + 4..<at + 8].elementsEqual(name.utf8) { found.append(at + header..<at + length) }
            at += length
        }
        return found
    }

    func uint16(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
    func uint32(_ at: Int) -> Int { uint16(at) << 16 | uint16(at + 2) }
}
