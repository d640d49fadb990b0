import Archive
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// What is rendered not as a picture but as a document (PS3.18 Table 8.7.4-1): encapsulated files, reports.
struct RenderedDocument: Sendable {
    var mediaType: String
    var content: Content
    /// Made by us from the instance's values, not encapsulated in it.
    var isMade: Bool
    /// A report without its marks.
    private(set) var plainText: String?
    private let instance: InstanceLocation

    enum Content: Sendable {
        case bytes([UInt8])
        /// In the instance's file.
        case stored(ByteRange)
    }

    /// Media types that a browser may show from this origin: what could bring scripts of its own is not among them.
    private static let shownTypes: Set<String> = ["application/pdf", "text/xml", "model/stl", "application/sla", "model/obj", "model/mtl", "text/html"]

    /// nil where the instance is an image, or nothing that can be shown.
    init?(_ instance: InstanceLocation, in archive: Archive) async throws {
        self.instance = instance
        guard instance.pixelData == nil, !instance.transferSyntax.isDeflated else { return nil }
        let header = try await archive.header(of: instance)
        if let element = header[.encapsulatedDocument] {
            let type = header.string(.mimeTypeOfEncapsulatedDocument)?.lowercased() ?? ""
            guard Self.shownTypes.contains(type), type != "text/html" else { return nil }
            mediaType = type
            isMade = false
            content = switch element.value {
            case .bytes(let bytes): .bytes(Array(bytes))
            case .external(let range): .stored(instance.inFile(range))
            case .items, .fragments: .bytes([])
            }
            // A value of odd length ends in a byte that is not the document's (PS3.5 §6.2).
            if let stated = header.integer(.encapsulatedDocumentLength), stated > 0, let length = UInt64(exactly: stated) {
                switch content {
                case .bytes(let bytes): content = .bytes(Array(bytes.prefix(stated)))
                case .stored(let range): content = .stored(ByteRange(offset: range.offset, length: min(range.length, length)))
                }
            }
        } else if header[.contentSequence] != nil, header.string(.modality) == "SR" || header.string(.valueType) == "CONTAINER" {
            mediaType = "text/html"
            let page = ReportPage(report: header)
            content = .bytes(Array(page.html.utf8))
            plainText = page.text
            isMade = true
        } else {
            return nil
        }
    }

    /// As an answer of its own, of which clients may have parts.
    func response(_ request: Request, _ pixels: PixelAccess) async throws -> Response {
        var headers: HTTPFields = [.contentType: mediaType == "text/html" ? "text/html; charset=utf-8" : mediaType]
        // Foreign markup runs nothing and fetches nothing.
        if mediaType.hasPrefix("text/") { headers[.contentSecurityPolicy] = "sandbox; default-src 'none'" }
        let tag = EntityTag([instance.version, mediaType])
        switch content {
        case .bytes(let bytes):
            return try await ByteRanges.response(request, headers, length: UInt64(bytes.count), tag: tag) { part, writer in
                try await writer.write(ByteBuffer(bytes: bytes[Int(part.lowerBound)..<Int(part.upperBound)]))
            }
        case .stored(let range):
            return try await ByteRanges.response(request, headers, length: range.length, tag: tag) { [instance] part, writer in
                try await pixels.bytes(ByteRange(offset: range.offset + part.lowerBound, length: part.upperBound - part.lowerBound), of: instance, to: &writer)
            }
        }
    }
}
