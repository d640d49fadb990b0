import Archive
import DICOM
import DICOMImage
import DICOMweb

/// Bulk data of a store request, spooled.
struct BulkPart: Sendable {
    /// Content-Location as it came.
    var location: String
    var type: MediaType
    /// In the spool.
    var range: ByteRange
}

/// The bulk data parts of a request, by what refers to them.
struct BulkParts: Sendable {
    let spool: Spool?
    private var byLocation: [String: [Int]] = [:]
    private(set) var parts: [BulkPart] = []
    /// Of the request: what a relative reference is relative to.
    let base: String

    init(_ parts: [BulkPart], spool: Spool?, base: String) {
        (self.parts, self.spool, self.base) = (parts, spool, base)
        for (index, part) in parts.enumerated() { byLocation[Self.key(part.location, base), default: []].append(index) }
    }

    /// The parts behind a BulkDataURI, in the order they came; those of single frames (`…/frames/1`) in the order of frames.
    func parts(of uri: String) -> [BulkPart] {
        let key = Self.key(uri, base)
        if let found = byLocation[key] { return found.map { parts[$0] } }
        var frames: [BulkPart] = []
        while let found = byLocation["\(key)/frames/\(frames.count + 1)"]?.first { frames.append(parts[found]) }
        return frames
    }

    /// An absolute URI as it is, any other within the request's.
    static func key(_ uri: String, _ base: String) -> String {
        let text = uri.trimmed
        if let colon = text.firstIndex(of: ":"), text[..<colon].allSatisfy({ $0.isLetter || $0.isNumber || "+-.".contains($0) }) { return text }
        if text.hasPrefix("/") {
            let origin = base.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
            return origin + text
        }
        return "\(base)/\(text)"
    }

    /// - Throws: `StoreFailure` where it is more than a value in memory may be.
    func bytes(_ part: BulkPart) async throws -> [UInt8] {
        guard part.range.length <= Self.largestInMemory else {
            throw StoreFailure(StoreFailure.cannotUnderstand, "a value inside of a sequence may have \(Self.largestInMemory >> 20) MiB at most")
        }
        return try await beginning(part.range, part.range.length)
    }

    private static let largestInMemory: UInt64 = 16 << 20

    func beginning(_ range: ByteRange, _ count: UInt64) async throws(ArchiveError) -> [UInt8] {
        guard let spool, range.length > 0 else { return [] }
        return try await spool.read(range.offset, Int(min(count, range.length)))
    }

    /// What a frame's own header says, and that its end is there. Long headers (profiles, thumbnails) are the exception.
    func facts(_ range: ByteRange) async throws -> CodeStreamFacts {
        func facts(_ count: UInt64) async throws -> CodeStreamFacts {
            try CodeStreamFacts(beginning: try await beginning(range, count), length: range.length)
        }
        let found: CodeStreamFacts
        do {
            found = try await facts(32 << 10)
        } catch let error as ImageError where error.code == .truncated && range.length > 32 << 10 {
            found = try await facts(8 << 20)
        }
        let isWhole = try await hasEnd(found, in: range)
        guard isWhole else { throw ImageError(.truncated, .pixelData, "the image is cut off: it has no end of image marker") }
        return found
    }

    /// FFD9 is in no entropy coded data (ISO/IEC 10918-1 §B.1.1.5, 15444-1 §A.1.1); some cameras write something after it.
    private func hasEnd(_ facts: CodeStreamFacts, in range: ByteRange) async throws -> Bool {
        let end = facts.codeStream.offset + facts.codeStream.length
        let start = max(min(facts.dataOffset, end), end < 64 << 10 ? 0 : end - 64 << 10)
        let tail = try await beginning(ByteRange(offset: range.offset + start, length: end - start), end - start)
        return zip(tail, tail.dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
    }

    /// Appends a PNG image's samples to the spool.
    func decodePNG(_ range: ByteRange) async throws -> (facts: CodeStreamFacts, range: ByteRange) {
        guard let spool else { throw ImageError(.truncated, .pixelData, "the PNG image is empty") }
        var reader = PNGReader()
        let start = spool.length
        var offset: UInt64 = 0, made: [UInt8] = []
        while offset < range.length {
            let bytes = try await spool.read(range.offset + offset, Int(min(UInt64(PNGReader.feedAtMost), range.length - offset)))
            offset += UInt64(bytes.count)
            made += try reader.feed(bytes)
            if made.count >= 1 << 20 {
                try await spool.append(made[...])
                made = []
            }
        }
        try await spool.append(made[...])
        try reader.finish()
        guard let facts = reader.facts else { throw ImageError(.truncated, .pixelData, "the PNG image ends in its header") }
        return (facts, ByteRange(offset: start, length: spool.length - start))
    }

    /// - Throws: where the header does not fit what follows (PS3.5 §G.5).
    func checkRLE(_ range: ByteRange) async throws {
        let header = try await beginning(range, 64)
        func word(_ index: Int) -> UInt64 { (0..<4).reduce(0) { $0 | UInt64(header[4 * index + $1]) << (8 * UInt64($1)) } }
        guard header.count == 64, (1...15).contains(word(0)) else { throw ImageError(.invalid, .pixelData, "the frame is no RLE image") }
        let offsets = (1...Int(word(0))).map { word($0) }
        guard offsets.first == 64, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 < $1 }), offsets.last ?? 0 < range.length else {
            throw ImageError(.invalid, .pixelData, "the RLE segments do not lie within the frame's \(range.length) bytes")
        }
    }

    func videoFacts(_ range: ByteRange) async throws -> VideoFacts? {
        let beginning = try await beginning(range, 1 << 20)
        guard beginning.dropFirst(4).starts(with: Array("ftyp".utf8)) else { return VideoFacts(mpeg2: beginning) }
        var offset: UInt64 = 0
        // Boxes of the file: the movie's may stand after the media.
        for _ in 0..<1024 where range.length - offset >= 16 {
            let head = try await self.beginning(ByteRange(offset: range.offset + offset, length: 16), 16)
            func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
            let short = number(head[0..<4])
            let length = short == 0 ? range.length - offset : short == 1 ? number(head[8..<16]) : short
            let start: UInt64 = short == 1 ? 16 : 8
            guard length >= start, length <= range.length - offset else { return nil }
            if head[4..<8].elementsEqual("moov".utf8) {
                guard length - start <= 32 << 20 else { return nil }
                return VideoFacts(movie: try await self.beginning(ByteRange(offset: range.offset + offset + start, length: length - start), length - start))
            }
            offset += length
        }
        return nil
    }
}
