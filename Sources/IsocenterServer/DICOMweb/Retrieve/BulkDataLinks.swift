import Archive
import DICOM

/// Links to values that are too large for metadata, and the way back from a link to the value (PS3.18 §F.2.2).
struct BulkDataLinks: Sendable {
    let root: String
    let instance: InstanceLocation

    /// nil for a value that stays in the metadata.
    func uri(path: ElementPath, element: DataElement) -> String? {
        switch element.value {
        case .external where element.tag == .pixelData && (instance.transferSyntax.isEncapsulated || instance.transferSyntax.isDeflated): "\(instance.url(root))/frames/1"
        case .external where instance.transferSyntax.isDeflated, .items: nil
        case .external: "\(instance.url(root))/bulkdata/\(path)"
        case .bytes(let bytes) where bytes.count > DICOMJSON.bulkDataThreshold && !element.vr.isText: "\(instance.url(root))/bulkdata/\(path)"
        // Compressed icons and the like, within items.
        case .fragments: "\(instance.url(root))/bulkdata/\(path)"
        case .bytes: nil
        }
    }

    /// - Throws: `HTTPFailure` 404 where nothing is there.
    static func element(at text: String, in dataSet: DataSet) throws -> DataElement {
        var found: DataSet? = dataSet
        guard let path = ElementPath(text) else { throw HTTPFailure(.badRequest, "'\(text)' is no path to an attribute: tags and item numbers") }
        for step in path.steps {
            let items = found?.items(step.sequence) ?? []
            found = items.indices.contains(step.item) ? items[step.item] : nil
        }
        guard let element = found?[path.tag] else { throw HTTPFailure(.notFound, "the instance has no attribute at \(text)") }
        return element
    }
}
