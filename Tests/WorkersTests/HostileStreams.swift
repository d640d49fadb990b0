import DICOM
import DICOMImage
@testable import Workers

/// A code stream that no sound file holds, and the shape that the data set claims for it.
struct HostileStream: Sendable {
    var what: String
    var bytes: [UInt8]
    var description: PixelDescription
}

/// Bad streams of one transfer syntax, made from good ones: the same in every run.
struct HostileStreams {
    let transferSyntax: TransferSyntax
    let seeds: [HostileStream]

    init(_ transferSyntax: TransferSyntax) throws {
        self.transferSyntax = transferSyntax
        seeds = try Self.seeds(transferSyntax)
    }

    var all: [HostileStream] {
        let kinds = [truncated, flipped, noise, repeated, otherShapes, otherHeaders]
        return strangers + seeds.flatMap { seed in kinds.flatMap { $0(seed) } }
    }

    // MARK: Good streams

    /// Syntaxes that are only read here borrow from their nearest relative.
    private static let relatives = [
        "1.2.840.10008.1.2.4.51": "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.52": "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.53": "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.54": "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.55": "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.56": "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.57": "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.92": "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.93": "1.2.840.10008.1.2.4.91",
        "1.2.840.10008.1.2.4.111": "1.2.840.10008.1.2.4.110",
    ]

    private static func seeds(_ transferSyntax: TransferSyntax) throws -> [HostileStream] {
        let source = FrameCodec.of(transferSyntax)?.encode != nil ? transferSyntax
            : relatives[transferSyntax.uid.text].flatMap { UID($0) }.map { TransferSyntax($0) } ?? transferSyntax
        let shapes: [(String, PixelDescription)] = [
            ("grey 16", try .grey(40, 48)), ("grey 8", try .grey(40, 48, bits: 8)), ("colour", try .colour(40, 48)),
        ]
        return shapes.compactMap { name, description in
            var numbers = Numbers(state: 11)
            // Smooth with some noise, so that every part of a coder has something to do.
            let wide = description.bitsAllocated == 16
            let bytes = (0..<description.samples).flatMap { index -> [UInt8] in
                let column = index / description.samplesPerPixel % description.columns, row = index / description.samplesPerPixel / description.columns
                let value = row * 5 + column * 3 + index % description.samplesPerPixel * 40 + Int(numbers.next() % 8)
                return wide ? [UInt8(value * 16 & 0xFF), UInt8(value * 16 >> 8 & 0xFF)] : [UInt8(value & 0xFF)]
            }
            // Not every encoder takes every shape.
            guard let frame = try? NativeFrame(description: description, bytes: bytes),
                let encoded = try? DirectFrameCoding().encode(frame, source, EncodingParameters()) else { return nil }
            return HostileStream(what: name, bytes: encoded.bytes, description: description)
        }
    }

    // MARK: Bad ones

    /// Nothing of this syntax at all.
    private var strangers: [HostileStream] {
        guard let description = seeds.first?.description else { return [] }
        var numbers = Numbers(state: 3)
        let zeros = [UInt8](repeating: 0, count: 4096), elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + zeros.prefix(57)
        let bytes: [(String, [UInt8])] = [
            ("nothing", []), ("one byte", [0xFF]), ("zeros", zeros), ("ones", [UInt8](repeating: 0xFF, count: 4096)),
            ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]), ("ELF", elf),
            ("only SOI", [0xFF, 0xD8]), ("SOI EOI", [0xFF, 0xD8, 0xFF, 0xD9]), ("only SOC", [0xFF, 0x4F]), ("JXL codestream", [0xFF, 0x0A]),
            ("JXL container", [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]), ("JP2 box", [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
            ("SOI for ever", (0..<10_000).map { $0 % 2 == 0 ? 0xFF : 0xD8 }),
            ("noise", numbers.bytes(10_000)), ("short noise", numbers.bytes(64)),
        ]
        return bytes.map { HostileStream(what: $0, bytes: $1, description: description) }
    }

    private func truncated(_ seed: HostileStream) -> [HostileStream] {
        (0..<100).map { percent in
            HostileStream(what: "\(seed.what) cut at \(percent) %", bytes: Array(seed.bytes.prefix(seed.bytes.count * percent / 100)), description: seed.description)
        }
    }

    private func flipped(_ seed: HostileStream) -> [HostileStream] {
        var numbers = Numbers(state: 5)
        return (0..<80).map { round in
            var bytes = seed.bytes
            // Half of them in the header, where numbers stand.
            let limit = round % 2 == 0 ? min(bytes.count, 120) : bytes.count
            for _ in 0..<(round < 60 ? 1 : 12) { bytes[Int.random(in: 0..<limit, using: &numbers)] ^= 1 << UInt8(Int.random(in: 0..<8, using: &numbers)) }
            return HostileStream(what: "\(seed.what) flip \(round)", bytes: bytes, description: seed.description)
        }
    }

    private func noise(_ seed: HostileStream) -> [HostileStream] {
        var numbers = Numbers(state: 6)
        return (1..<10).map { part in
            let kept = seed.bytes.count * part / 10
            return HostileStream(what: "\(seed.what) noise from \(part)0 %", bytes: Array(seed.bytes.prefix(kept)) + numbers.bytes(seed.bytes.count * 2), description: seed.description)
        }
    }

    private func repeated(_ seed: HostileStream) -> [HostileStream] {
        [2, 100].map { times in
            HostileStream(what: "\(seed.what) \(times) times", bytes: (0..<times).flatMap { _ in seed.bytes }, description: seed.description)
        }
    }

    /// What the data set says is not what the stream holds.
    private func otherShapes(_ seed: HostileStream) -> [HostileStream] {
        let own = seed.description
        let shapes: [(String, PixelDescription?)] = [
            ("a row more", try? .like(own, rows: own.rows + 1)), ("a row less", try? .like(own, rows: own.rows - 1)), ("a column more", try? .like(own, columns: own.columns + 1)),
            ("a column less", try? .like(own, columns: own.columns - 1)), ("one pixel", try? .like(own, rows: 1, columns: 1)), ("turned", try? .like(own, rows: own.columns, columns: own.rows)),
            ("16k x 16k", try? .grey(16_384, 16_384, bits: 8)), ("a line of 2^28", try? .grey(1, 1 << 28, bits: 8)), ("8 bits", try? .grey(own.rows, own.columns, bits: 8)),
            ("16 bits", try? .grey(own.rows, own.columns)), ("32 bits", try? .grey(own.rows, own.columns, bits: 32)), ("1 bit", try? .grey(own.rows, own.columns, bits: 1)),
            ("colour", try? .colour(own.rows, own.columns)), ("colour of 16k x 16k", try? .colour(16_384, 16_384)),
        ]
        return shapes.compactMap { what, shape in shape.map { HostileStream(what: "\(seed.what) as \(what)", bytes: seed.bytes, description: $0) } }
    }

    /// Numbers of the stream's own header changed; by what kind of stream it is.
    private func otherHeaders(_ seed: HostileStream) -> [HostileStream] {
        let bytes = seed.bytes
        var edits: [(String, [UInt8])] = []
        if bytes.starts(with: [0xFF, 0xD8]) { edits += JPEGEdits(bytes).all }
        if bytes.starts(with: [0xFF, 0x4F]) { edits += JPEG2000Edits(bytes).all }
        if transferSyntax.uid.text == "1.2.840.10008.1.2.5" { edits += RLEEdits(bytes).all }
        if transferSyntax.uid.text == "1.2.840.10008.1.2.8.1" { edits += deflateBombs }
        return edits.map { HostileStream(what: "\(seed.what) \($0)", bytes: $1, description: seed.description) }
    }

    private var deflateBombs: [(String, [UInt8])] {
        guard let wide = try? PixelDescription.grey(4096, 8192), let frame = try? NativeFrame(description: wide, bytes: [UInt8](repeating: 0, count: wide.frameBytes)),
            let bomb = try? DirectFrameCoding().encode(frame, transferSyntax, EncodingParameters()) else { return [] }
        return [("bomb of 64 MiB", bomb.bytes), ("bomb cut", Array(bomb.bytes.dropLast(8)))]
    }
}

/// JPEG and JPEG-LS (ISO 10918-1 Annex B, ISO 14495-1 Annex C).
private struct JPEGEdits {
    let bytes: [UInt8]
    /// Offset of the frame header's marker, and of the first scan's.
    let frame: Int?
    let scan: Int?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var frame: Int?, scan: Int?, at = 2
        while at + 4 < bytes.count, bytes[at] == 0xFF, scan == nil {
            let marker = bytes[at + 1]
            if (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker) || marker == 0xF7 { frame = at }
            if marker == 0xDA { scan = at }
            at += 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
        }
        (self.frame, self.scan) = (frame, scan)
    }

    var all: [(String, [UInt8])] {
        guard let frame, let scan else { return [] }
        var made: [(String, [UInt8])] = []
        func set(_ what: String, _ changes: [Int: UInt8]) {
            var changed = bytes
            for (offset, value) in changes where offset < changed.count { changed[offset] = value }
            made.append((what, changed))
        }
        func insert(_ what: String, _ part: [UInt8], at offset: Int) { made.append((what, Array(bytes[..<offset]) + part + Array(bytes[offset...]))) }
        set("64k x 64k", [frame + 5: 0xFF, frame + 6: 0xFF, frame + 7: 0xFF, frame + 8: 0xFF])
        set("64k rows", [frame + 5: 0xFF, frame + 6: 0xFF])
        set("no rows", [frame + 5: 0, frame + 6: 0])
        set("no columns", [frame + 7: 0, frame + 8: 0])
        for components in [0, 2, 4, 5, 255] as [UInt8] { set("\(components) components", [frame + 9: components]) }
        for precision in [0, 1, 7, 9, 12, 17, 255] as [UInt8] { set("precision \(precision)", [frame + 4: precision]) }
        for sampling in [0, 0x01, 0x10, 0x44, 0xFF] as [UInt8] { set("sampling \(sampling)", [frame + 11: sampling]) }
        for marker in [0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC7, 0xC9, 0xCA, 0xCB, 0xCF, 0xF7] as [UInt8] { set("frame of kind \(marker)", [frame + 1: marker]) }
        for length in [0, 1, 2, 3, 255] as [UInt8] { set("frame header of \(length)", [frame + 3: length]) }
        for length in [0, 2, 255] as [UInt8] { set("scan header of \(length)", [scan + 3: length]) }
        for components in [0, 3, 5, 255] as [UInt8] { set("scan of \(components)", [scan + 4: components]) }
        for selector in [0x22, 0xFF] as [UInt8] { set("tables \(selector)", [scan + 6: selector]) }
        for value in [0, 9, 64, 255] as [UInt8] { set("selection \(value)", [scan + 7: value]) }
        for value in [0x0F, 0xF0, 0xFF] as [UInt8] { set("approximation \(value)", [scan + 9: value]) }
        let data = scan + 2 + Int(bytes[scan + 2]) << 8 + Int(bytes[scan + 3])
        let header = Array(bytes[scan..<min(data, bytes.count)])
        insert("restarts 1", [0xFF, 0xDD, 0, 4, 0, 1], at: scan)
        insert("restarts 65535", [0xFF, 0xDD, 0, 4, 0xFF, 0xFF], at: scan)
        insert("restart markers alone", (0..<8000).flatMap { [0xFF, 0xD0 + UInt8($0 % 8)] as [UInt8] }, at: min(data, bytes.count))
        let scanned: [UInt8] = header + [0x55, 0x00]
        insert("10,000 scans", (0..<10_000).flatMap { _ in scanned }, at: scan)
        var progressive = Array(bytes[..<scan])
        progressive[frame + 1] = 0xC2
        let small: [UInt8] = [0xFF, 0xDA, 0, 8, 1, bytes[min(scan + 5, bytes.count - 1)], 0, 1, 63, 0, 0x55, 0x00]
        for _ in 0..<10_000 { progressive += small }
        made.append(("10,000 progressive scans", progressive))
        insert("code lengths that do not fit", [0xFF, 0xC4, 0, 35, 0] + [UInt8](repeating: 255, count: 16) + [UInt8](repeating: 0, count: 16), at: scan)
        insert("a table of no codes", [0xFF, 0xC4, 0, 19, 0] + [UInt8](repeating: 0, count: 16), at: scan)
        insert("quantisation by 0", [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 0, count: 64), at: scan)
        insert("LSE of extremes", [0xFF, 0xF8, 0, 13, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0], at: scan)
        insert("a second frame header", Array(bytes[frame..<min(frame + 20, bytes.count)]), at: scan)
        let comment: [UInt8] = [0xFF, 0xFE, 0x01, 0x02] + [UInt8](repeating: 0x20, count: 256)
        insert("64k of comments", (0..<300).flatMap { _ in comment }, at: 2)
        return made
    }
}

/// JPEG 2000 and HTJ2K (ISO 15444-1 Annex A).
private struct JPEG2000Edits {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Offset of a marker of the main header.
    private func marker(_ code: UInt8) -> Int? {
        var at = 2
        while at + 4 < bytes.count, bytes[at] == 0xFF, bytes[at + 1] != 0x90 {
            if bytes[at + 1] == code { return at }
            at += 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
        }
        return bytes[min(at + 1, bytes.count - 1)] == code ? at : nil
    }

    var all: [(String, [UInt8])] {
        guard let size = marker(0x51), let coding = marker(0x52), let quantisation = marker(0x5C), let tile = marker(0x90) else { return [] }
        var made: [(String, [UInt8])] = []
        func set(_ what: String, at offset: Int, _ values: [UInt8]) {
            var changed = bytes
            changed.replaceSubrange(offset..<min(offset + values.count, changed.count), with: values)
            made.append((what, changed))
        }
        func insert(_ what: String, _ part: [UInt8]) { made.append((what, Array(bytes[..<tile]) + part + Array(bytes[tile...]))) }
        // Xsiz, Ysiz at 6, 10; origin at 14; tiles at 22, 26; their origin at 30; Csiz at 38; components from 40.
        set("64k x 64k", at: size + 6, [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
        set("2^32 x 2^32", at: size + 6, [UInt8](repeating: 0xFF, count: 8))
        set("no columns", at: size + 6, [0, 0, 0, 0])
        set("origin beyond", at: size + 14, [0x7F, 0xFF, 0xFF, 0xFF])
        set("tile of one pixel", at: size + 22, [0, 0, 0, 1, 0, 0, 0, 1])
        set("tile of nothing", at: size + 22, [UInt8](repeating: 0, count: 8))
        set("tile bomb", at: size + 6, [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF] + Array(bytes[size + 14..<size + 22]) + [0, 0, 0, 1, 0, 0, 0, 1])
        set("tile origin beyond", at: size + 30, [0, 1, 0, 0, 0, 1, 0, 0])
        for components in [[0, 0], [0, 2], [0, 4], [0x40, 0], [0xFF, 0xFF]] as [[UInt8]] { set("components \(components)", at: size + 38, components) }
        for depth in [0, 0x26, 0x7F, 0x80, 0xFF] as [UInt8] { set("depth \(depth)", at: size + 40, [depth]) }
        for sampling in [[0, 0], [255, 255], [1, 0], [2, 2]] as [[UInt8]] { set("sampling \(sampling)", at: size + 41, sampling) }
        for capability in [[0, 0], [0x40, 0], [0x80, 0], [0xFF, 0xFF]] as [[UInt8]] { set("capabilities \(capability)", at: size + 4, capability) }
        for style in [1, 2, 4, 6, 0xFF] as [UInt8] { set("SOP, EPH \(style)", at: coding + 4, [style]) }
        for order in [5, 255] as [UInt8] { set("progression \(order)", at: coding + 5, [order]) }
        for layers in [[0, 0], [0xFF, 0xFF]] as [[UInt8]] { set("layers \(layers)", at: coding + 6, layers) }
        for transform in [1, 2, 255] as [UInt8] { set("component transform \(transform)", at: coding + 8, [transform]) }
        for levels in [6, 32, 33, 255] as [UInt8] { set("levels \(levels)", at: coding + 9, [levels]) }
        for block in [[0, 0], [8, 8], [15, 15], [255, 255]] as [[UInt8]] { set("code block \(block)", at: coding + 10, block) }
        for style in [1, 0x3F, 0x40, 0xFF] as [UInt8] { set("code block style \(style)", at: coding + 12, [style]) }
        for wavelet in [0, 1, 2, 255] as [UInt8] { set("wavelet \(wavelet)", at: coding + 13, [wavelet]) }
        for style in [0, 1, 2, 0x1F, 0xFF] as [UInt8] { set("quantisation \(style)", at: quantisation + 4, [style]) }
        for length in [[0, 0], [0, 2], [0xFF, 0xFF]] as [[UInt8]] {
            set("SIZ of \(length)", at: size + 2, length)
            set("COD of \(length)", at: coding + 2, length)
            set("QCD of \(length)", at: quantisation + 2, length)
        }
        // SOT: tile at 4, length at 6, part at 10, parts at 11.
        set("tile 65534", at: tile + 4, [0xFF, 0xFE])
        for length in [[0, 0, 0, 0], [0, 0, 0, 12], [0, 0, 0, 14], [0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] { set("tile-part of \(length)", at: tile + 6, length) }
        set("part 254 of 1", at: tile + 10, [254, 1])
        insert("TLM of nothing", [0xFF, 0x55, 0, 4, 0, 0x50])
        insert("TLM that lies", [0xFF, 0x55, 0, 10, 0, 0x60, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        insert("TLM of odd length", [0xFF, 0x55, 0, 5, 0, 0x60, 1])
        insert("PPM that lies", [0xFF, 0x60, 0, 7, 0, 0xFF, 0xFF, 0xFF, 0xFF])
        insert("PPM of nothing", [0xFF, 0x60, 0, 3, 0])
        insert("PLM", [0xFF, 0x57, 0, 5, 0, 0xFF, 0xFF])
        insert("POC", [0xFF, 0x5F, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        insert("CRG", [0xFF, 0x63, 0, 4, 0, 0])
        insert("RGN", [0xFF, 0x5E, 0, 5, 0, 0, 0xFF])
        insert("10,000 comments", (0..<10_000).flatMap { _ in [0xFF, 0x64, 0, 5, 0, 1, 0x20] as [UInt8] })
        insert("EPH for ever", (0..<10_000).flatMap { _ in [0xFF, 0x92] as [UInt8] })
        let parts = Array(bytes[tile..<min(tile + 14, bytes.count)])
        var many = Array(bytes[..<tile])
        for number in 0..<10_000 {
            many += parts.prefix(4)
            many += [0, 0, 0, 0, 0, 14, UInt8(number & 0xFF), 0, 0xFF, 0x93]
        }
        made.append(("10,000 tile-parts", many))
        var marked = Array(bytes[..<min(tile + 14, bytes.count)])
        for _ in 0..<20_000 { marked += [0xFF, 0x92] }
        made.append(("EPH in the data", marked + [0xFF, 0xD9]))
        return made
    }
}

/// RLE (PS3.5 Annex G): 64 bytes of header, then segments.
private struct RLEEdits {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var all: [(String, [UInt8])] {
        guard bytes.count > 64 else { return [] }
        let header = Array(bytes[..<64])
        func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) } }
        func set(_ what: String, at offset: Int, _ value: UInt32) -> (String, [UInt8]) {
            var changed = bytes
            changed.replaceSubrange(offset..<offset + 4, with: number(value))
            return (what, changed)
        }
        let counts: [UInt32] = [0, 1, 3, 15, 16, 255, 1 << 31, .max], end = UInt32(bytes.count)
        let firsts: [UInt32] = [0, 4, 63, 65, end, end + 1, 1 << 31, .max], seconds: [UInt32] = [0, 64, end, .max]
        var made = counts.map { set("\($0) segments", at: 0, $0) }
        made += firsts.map { set("first segment at \($0)", at: 4, $0) }
        made += seconds.map { set("second segment at \($0)", at: 8, $0) }
        made.append(("only a header", header))
        var runs = header
        for _ in 0..<20_000 { runs += [0x81, 0xAA] }
        made.append(("runs without end", runs))
        made.append(("literals without bytes", header + [127, 127]))
        made.append(("only 128", header + [UInt8](repeating: 128, count: 5000)))
        made.append(("a run without its byte", header + [0x81]))
        return made
    }
}

extension PixelDescription {
    static func colour(_ rows: Int, _ columns: Int) throws -> PixelDescription {
        try PixelDescription(
            checking: rows, columns: columns, bitsAllocated: 8, bitsStored: 8, highBit: 7, number: .integer(isSigned: false), isPlanar: false,
            photometricInterpretation: .rgb, numberOfFrames: 1)
    }

    static func like(_ other: PixelDescription, rows: Int? = nil, columns: Int? = nil) throws -> PixelDescription {
        try PixelDescription(
            checking: rows ?? other.rows, columns: columns ?? other.columns, bitsAllocated: other.bitsAllocated, bitsStored: other.bitsStored, highBit: other.highBit,
            number: other.number, isPlanar: other.isPlanar, photometricInterpretation: other.photometricInterpretation, numberOfFrames: other.numberOfFrames)
    }
}
