import Archive
import DICOM

/// Links to values that are too large for metadata, and the way back from a link to the value (PS3.18 §F.2.2).
///
/// The path of a link is that of the value: tags, and numbers of items from 0, from the outside in.
struct BulkDataLinks: Sendable {
    let root: String
    let instance: InstanceLocation
    /// A longer value of a binary VR becomes a link.
    static let largestInline = 1024

    /// nil for a value that stays in the metadata.
    func uri(path: [DICOMJSON.PathStep], element: DataElement) -> String? {
        switch element.value {
        case .external where instance.transferSyntax.isDeflated: return nil
        case .external where element.tag == .pixelData && instance.transferSyntax.isEncapsulated: return "\(instance.url(root))/frames/1"
        case .external: break
        case .bytes(let bytes) where bytes.count > Self.largestInline && !element.vr.isText: break
        default: return nil
        }
        return "\(instance.url(root))/bulkdata/" + (path.map(\.description) + [element.tag.hex]).joined(separator: "/")
    }

    /// - Throws: `HTTPFailure` 404 where nothing is there.
    static func element(at path: [String], in dataSet: DataSet) throws -> DataElement {
        var dataSet = dataSet
        var steps = path[...]
        while let step = steps.popFirst() {
            guard let tag = Tag(hex: step), let element = dataSet[tag] else { break }
            guard let index = steps.popFirst() else { return element }
            guard let number = Int(index), case .items(let items) = element.value, items.items.indices.contains(number) else { break }
            dataSet = items.items[number].dataSet
        }
        throw HTTPFailure(.notFound, "the instance has no bulk data at \(path.joined(separator: "/"))")
    }
}
