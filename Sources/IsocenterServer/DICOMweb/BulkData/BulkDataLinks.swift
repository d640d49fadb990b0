import Archive
import DICOM

/// Links to values that are too large for metadata, and the way back from a link to the value (PS3.18 §F.2.2).
struct BulkDataLinks: Sendable {
    let root: String
    let instance: InstanceLocation

    /// nil for a value that stays in the metadata.
    func uri(path: ElementPath, element: DataElement) -> String? {
        switch element.value {
        case .items: nil
        case .bytes(let bytes): bytes.count > DICOMJSON.bulkDataThreshold && !element.vr.isText ? uri(path) : nil
        // Compressed icons and the like, within items.
        case .external, .fragments: uri(path)
        }
    }

    func uri(_ path: ElementPath) -> String { "\(instance.url(root))/bulkdata/\(path)" }

    /// All elements of a data set that metadata links to, in order.
    func linked(_ dataSet: DataSet, in steps: [ElementPath.Step] = []) -> [(path: ElementPath, element: DataElement)] {
        dataSet.elements.flatMap { element -> [(path: ElementPath, element: DataElement)] in
            let path = ElementPath(steps, element.tag)
            guard case .items(let items) = element.value else { return uri(path: path, element: element) == nil ? [] : [(path, element)] }
            return items.items.enumerated().flatMap { linked($1.dataSet, in: steps + [ElementPath.Step(element.tag, item: $0)]) }
        }
    }

    /// - Throws: `HTTPFailure` 404 where nothing is there.
    static func element(at text: String, in dataSet: DataSet) throws -> (path: ElementPath, element: DataElement) {
        var found: DataSet? = dataSet
        guard let path = ElementPath(text) else { throw HTTPFailure(.badRequest, "'\(text)' is no path to an attribute: tags and item numbers") }
        for step in path.steps {
            let items = found?.items(step.sequence) ?? []
            found = items.indices.contains(step.item) ? items[step.item] : nil
        }
        guard let element = found?[path.tag] else { throw HTTPFailure(.notFound, "the instance has no attribute at \(text)") }
        if case .items = element.value { throw HTTPFailure(.notFound, "\(element.tag) is a sequence: bulk data are single values") }
        return (path, element)
    }
}
