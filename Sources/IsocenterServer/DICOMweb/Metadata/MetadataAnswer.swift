import Archive
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// The metadata documents of series, one after the other as one JSON array: as they are kept where the client takes gzip.
struct MetadataAnswer: Sendable {
    let archive: Archive
    let states: [SeriesState]
    let root: String

    static func encode(_ root: String) -> MetadataDocument.Encode {
        { location, dataSet in try DICOMJSON.encode(dataSet, bulkData: BulkDataLinks(root: root, instance: location).uri) }
    }

    /// What is asked of the archive: segment after segment of all series.
    private struct Segments: Sendable {
        let answer: MetadataAnswer
        var states: ArraySlice<SeriesState>
        var current: MetadataDocument.Iterator?

        mutating func next() async throws -> MetadataDocument.Segment? {
            while true {
                if let segment = try await current?.next() { return segment }
                guard let state = states.popFirst() else { return nil }
                current = answer.archive.metadata(of: state, root: answer.root, encode: MetadataAnswer.encode(answer.root)).makeAsyncIterator()
            }
        }
    }

    /// - Returns: 206 with a warning where objects are known to be unreadable. Where that is found out on the way, the answer is cut off.
    func response(_ contentType: String, isCompressed: Bool, _ headers: HTTPFields) async throws -> Response {
        var segments = Segments(answer: self, states: states[...])
        // The first is made before the answer begins, so that what cannot be had is said with a status.
        let first = try await segments.next()
        let missing = Set(states.flatMap(\.missing) + (first?.missing ?? []))
        var headers = headers
        headers[.contentType] = contentType
        DataSetAnswer.vary(&headers)
        if isCompressed { headers[.contentEncoding] = "gzip" }
        if !missing.isEmpty, let name = HTTPField.Name("Warning") {
            headers[name] = "299 isocenter \"left out, their objects cannot be read: \(missing.sorted().prefix(10).joined(separator: ", "))\""
        }
        let rest = segments
        return Response(status: missing.isEmpty ? .ok : .partialContent, headers: headers, body: ResponseBody { writer in
            var segments = rest, segment = first
            var text = SegmentWriter(isCompressed: isCompressed)
            var unexpected: [String] = []
            while let one = segment {
                if let piece = try text.add(one.text) { try await writer.write(piece) }
                unexpected += one.missing.filter { !missing.contains($0) }
                segment = try await segments.next()
            }
            guard unexpected.isEmpty else { throw ArchiveError(.damaged, "objects of \(unexpected.count) instances cannot be read: \(unexpected.prefix(10).joined(separator: ", "))") }
            try await writer.write(text.end())
            try await writer.finish(nil)
        })
    }
}

/// Joins segments to a JSON array, compressed or not.
private struct SegmentWriter {
    let isCompressed: Bool
    private var joiner = GzipJoiner()
    private var isEmpty = true

    init(isCompressed: Bool) { self.isCompressed = isCompressed }

    /// nil where there is nothing to send.
    mutating func add(_ segment: GzipSegment) throws -> ByteBuffer? {
        guard segment.length > 0 else { return nil }
        var buffer = ByteBuffer()
        if isCompressed {
            if isEmpty { buffer.writeBytes(joiner.head) }
            buffer.writeBytes(joiner.add(GzipSegment(storing: isEmpty ? "[" : ",\n")))
            buffer.writeBytes(joiner.add(segment))
        } else {
            guard let text = segment.inflated() else { throw ArchiveError(.damaged, "a segment of metadata that is kept cannot be inflated") }
            buffer.writeString(isEmpty ? "[" : ",\n")
            buffer.writeBytes(text)
        }
        isEmpty = false
        return buffer
    }

    mutating func end() -> ByteBuffer {
        var buffer = ByteBuffer()
        if isCompressed {
            if isEmpty { buffer.writeBytes(joiner.head) }
            buffer.writeBytes(joiner.add(GzipSegment(storing: isEmpty ? "[]" : "]")))
            buffer.writeBytes(joiner.tail)
        } else {
            buffer.writeString(isEmpty ? "[]" : "]")
        }
        return buffer
    }
}
