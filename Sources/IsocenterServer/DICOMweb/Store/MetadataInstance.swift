import DICOM
import DICOMweb

/// One instance of the metadata of a store request: its data set, and which values come as bulk data.
struct MetadataInstance: Sendable {
    struct Reference: Sendable {
        var path: ElementPath
        var uri: String
    }

    /// Without the values that come as bulk data, which are empty in it, and without group 0002.
    var dataSet: DataSet
    var references: [Reference]
    /// What the metadata says of its bulk data's transfer syntax.
    var transferSyntax: TransferSyntax?

    private init(_ dataSet: DataSet, _ references: [Reference]) {
        transferSyntax = dataSet.uid(.transferSyntaxUID).map { TransferSyntax($0) }
        self.dataSet = DataSet(dataSet.elements.filter { $0.tag.group > 0x0002 })
        self.references = references
    }

    /// PS3.18 Annex F.
    static func json(_ bytes: [UInt8]) throws(DICOMJSONError) -> [MetadataInstance] {
        let found = Found()
        let dataSets = try DICOMJSON.decodeAll(bytes, limits: limits) { index, path, uri in
            found.references[index, default: []].append(Reference(path: path, uri: uri))
            return []
        }
        return dataSets.enumerated().map { MetadataInstance($1, found.references[$0] ?? []) }
    }

    /// PS3.19 §A.1.
    static func xml(_ bytes: [UInt8]) throws(DICOMXMLError) -> MetadataInstance {
        let found = Found()
        let dataSet = try DICOMXML.decode(bytes, limits: limits) { path, uri in
            found.references[0, default: []].append(Reference(path: path, uri: uri))
            return []
        }
        return MetadataInstance(dataSet, found.references[0] ?? [])
    }

    private final class Found {
        var references: [Int: [Reference]] = [:]
    }

    private static var limits: ReadLimits {
        var limits = ReadLimits()
        limits.elements = 500_000
        return limits
    }

    /// The UIDs it says it has, as far as it says them.
    var named: (sopClass: UID?, sopInstance: UID)? { dataSet.uid(.sopInstanceUID).map { (dataSet.uid(.sopClassUID), $0) } }
}

extension DataSet {
    /// With a value somewhere in its items; unchanged where the path leads nowhere.
    func setting(_ bytes: [UInt8], at path: ElementPath) -> DataSet {
        var dataSet = self
        guard let step = path.steps.first else {
            let vr = self[path.tag]?.vr ?? .UN
            dataSet.set(DataElement(path.tag, vr, bytes: bytes))
            return dataSet
        }
        guard let sequence = self[step.sequence], case .items(var items) = sequence.value, items.items.indices.contains(step.item) else { return self }
        items.items[step.item].dataSet = items.items[step.item].dataSet.setting(bytes, at: ElementPath(Array(path.steps.dropFirst()), path.tag))
        dataSet.set(DataElement(tag: step.sequence, vr: .SQ, value: .items(items)))
        return dataSet
    }
}
