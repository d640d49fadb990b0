import CZlib
import Testing

@testable import DICOM

@Suite struct GzipTests {
    /// zlib's own gzip reader, which knows one stream and its checksum.
    static func gunzip(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes, output = [UInt8](repeating: 0, count: 4 << 20)
        let capacity = output.count
        return input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target -> [UInt8]? in
                stream.next_in = source.baseAddress
                stream.avail_in = uInt(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(capacity)
                guard inflate(&stream, Z_FINISH) == Z_STREAM_END, stream.avail_in == 0 else { return nil }
                return Array(target[..<(capacity - Int(stream.avail_out))])
            }
        }
    }

    static let texts: [[UInt8]] = [
        [], Array("{}".utf8), Array(String(repeating: "{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"CT\"]}}", count: 5000).utf8),
        (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
    ]

    @Test("A stream in pieces", arguments: [1, 1000, 1 << 20]) func stream(piece: Int) {
        let encoder = GzipEncoder()
        let text = Self.texts[2] + Self.texts[3]
        var out: [UInt8] = [], start = 0
        while start < text.count {
            out += encoder.encode(Array(text[start..<min(start + max(piece, text.count / 50), text.count)]))
            start += max(piece, text.count / 50)
        }
        out += encoder.encode([], isLast: true)
        #expect(Self.gunzip(out) == text)
    }

    @Test("Segments in any order are one stream") func segments() throws {
        let segments = Self.texts.map { GzipSegment(compressing: $0) }
        for (segment, text) in zip(segments, Self.texts) { #expect(segment.inflated() == text) }
        for order in [[0], [1], [2, 3], [3, 2, 0, 1, 2], []] {
            var joiner = GzipJoiner()
            var out = joiner.head + joiner.add(GzipSegment(storing: "["))
            for index in order { out += joiner.add(segments[index]) }
            out += joiner.add(GzipSegment(storing: "]")) + joiner.tail
            #expect(Self.gunzip(out) == Array("[".utf8) + order.flatMap { Self.texts[$0] } + Array("]".utf8))
        }
    }

    @Test("A damaged segment is noticed") func damaged() {
        var segment = GzipSegment(compressing: Self.texts[2])
        segment.checksum ^= 1
        #expect(segment.inflated() == nil)
        segment = GzipSegment(compressing: Self.texts[2])
        segment.length -= 1
        #expect(segment.inflated() == nil)
        segment = GzipSegment(compressing: Self.texts[3])
        segment.deflated[segment.deflated.count / 2] ^= 0x55
        #expect(segment.inflated() == nil)
    }
}
