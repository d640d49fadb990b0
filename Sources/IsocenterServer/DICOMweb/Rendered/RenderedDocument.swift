import Archive
import DICOM

/// What is rendered not as a picture but as a document (PS3.18 Table 8.7.4-1): encapsulated files, reports.
struct RenderedDocument: Sendable {
    var mediaType: String
    var bytes: [UInt8]

    /// Media types that a browser may show from this origin: what could bring scripts of its own is not among them.
    private static let shownTypes: Set<String> = ["application/pdf", "text/xml", "model/stl", "application/sla", "model/obj", "model/mtl", "text/html"]

    /// nil where the instance is an image, or nothing that can be shown.
    init?(_ instance: InstanceLocation, in archive: Archive) async throws {
        guard instance.pixelData == nil, !instance.transferSyntax.isDeflated else { return nil }
        let header = try await archive.header(of: instance)
        if let element = header[.encapsulatedDocument] {
            let type = header.string(.mimeTypeOfEncapsulatedDocument)?.lowercased() ?? ""
            guard Self.shownTypes.contains(type), type != "text/html" else { return nil }
            mediaType = type
            bytes = switch element.value {
            case .bytes(let bytes): Array(bytes)
            case .external(let range): try await archive.read(instance, instance.inFile(range))
            case .items, .fragments: []
            }
            // A value of odd length ends in a byte that is not the document's (PS3.5 §6.2).
            if let length = header.integer(.encapsulatedDocumentLength), length > 0, length < bytes.count { bytes.removeLast(bytes.count - length) }
        } else if header[.contentSequence] != nil, header.string(.modality) == "SR" || header.string(.valueType) == "CONTAINER" {
            mediaType = "text/html"
            bytes = Array(ReportPage(report: header).html.utf8)
        } else {
            return nil
        }
    }
}
