/// The directory of a file set: which patients, studies, series and files a medium holds (PS3.10 §8, PS3.3 Annex F).
public struct DICOMDIR: Sendable {
    public struct Record: Sendable {
        /// `PATIENT`, `STUDY`, `SERIES`, `IMAGE` … (PS3.3 §F.5).
        public var type: String
        /// All attributes of the record.
        public var dataSet: DataSet
        public var children: [Record]
        /// Components of the path from the medium's root; nil where the record refers to no file, or to one outside of the medium.
        public var path: [String]?

        public var sopClassUID: UID? { dataSet.uid(.referencedSOPClassUIDInFile) }
        public var sopInstanceUID: UID? { dataSet.uid(.referencedSOPInstanceUIDInFile) }
        public var transferSyntaxUID: UID? { dataSet.uid(.referencedTransferSyntaxUIDInFile) }

        /// This record and all below it, in the order of the tree.
        public var tree: [Record] { [self] + children.flatMap(\.tree) }
    }

    public struct ReferencedFile: Sendable, Hashable {
        /// Components from the medium's root, safe to be joined to a folder: no `..`, no absolute path.
        public var path: [String]
        public var sopClassUID: UID?
        public var sopInstanceUID: UID?
        public var transferSyntaxUID: UID?
    }

    public let fileSetID: String?
    /// Records of the root directory entity.
    public let records: [Record]
    public let warnings: [ReadWarning]

    /// A whole DICOMDIR file.
    ///
    /// Where offsets lead nowhere or round in a circle, the tree is made of the order of the records and the levels of their types.
    public init(_ bytes: [UInt8]) throws(ReadError) {
        let file = try FileReader.read(bytes)
        guard let reader = file.body?.reader, file.dataSet[.directoryRecordSequence] != nil else {
            throw ReadError(.notDICOM, offset: 0, "the file has no Directory Record Sequence")
        }
        fileSetID = file.dataSet.string(.fileSetID)
        var tree = RecordTree(
            items: file.dataSet.items(.directoryRecordSequence), offsets: reader.recordOffsets.map { $0 + file.dataSetOffset },
            first: file.dataSet.integer(.offsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity))
        records = tree.records()
        warnings = file.warnings + tree.warnings
    }

    /// Files of all records, each once, in the order of the tree.
    public var referencedFiles: [ReferencedFile] {
        var seen: Set<[String]> = []
        return records.flatMap(\.tree).compactMap { record in
            guard let path = record.path, seen.insert(path).inserted else { return nil }
            return ReferencedFile(
                path: path, sopClassUID: record.sopClassUID, sopInstanceUID: record.sopInstanceUID, transferSyntaxUID: record.transferSyntaxUID)
        }
    }
}

/// Makes a tree of records that lie one behind the other (PS3.3 §F.3.2.2).
private struct RecordTree {
    let items: [DataSet]
    let offsets: [UInt64]
    let first: Int?
    var warnings: [ReadWarning] = []
    private var indexes: [UInt64: Int] = [:]
    private var visited: Set<Int> = []
    private var isBroken = false
    private static let deepest = 64

    init(items: [DataSet], offsets: [UInt64], first: Int?) {
        self.items = items
        self.offsets = offsets
        self.first = first
        for (index, offset) in offsets.enumerated() where index < items.count { indexes[offset] = index }
    }

    mutating func records() -> [DICOMDIR.Record] {
        guard !items.isEmpty else { return [] }
        let referred = Set(items.flatMap { [$0.integer(.offsetOfTheNextDirectoryRecord) ?? 0, $0.integer(.offsetOfReferencedLowerLevelDirectoryEntity) ?? 0] })
        var starts = [first ?? 0]
        if referred.contains(starts[0]) {
            // What stands below another record is not the first of the root: that is one to which nothing leads.
            warn(0, "the root directory entity begins elsewhere than (0004,1200) says")
            starts = offsets.map { Int(clamping: $0) }.filter { !referred.contains($0) }
        }
        let linked = starts.flatMap { entity(at: $0, depth: 0) }
        let lost = items.indices.filter { !visited.contains($0) && isInUse(items[$0]) }
        guard !isBroken, !linked.isEmpty, starts == [first ?? 0] || lost.isEmpty else {
            warn(0, "offsets of directory records lead nowhere: the records are taken in their order")
            return ordered()
        }
        // A record that nothing leads to still names its file.
        if !lost.isEmpty { warn(0, "\(lost.count) directory records belong to no directory entity") }
        return linked + lost.map { record($0, []) }
    }

    // MARK: By offsets

    /// A directory entity: the records that follow each other from this one on.
    private mutating func entity(at offset: Int, depth: Int) -> [DICOMDIR.Record] {
        var records: [DICOMDIR.Record] = []
        var next = offset
        while next != 0, !isBroken {
            guard depth < Self.deepest, let index = indexes[UInt64(clamping: next)], visited.insert(index).inserted else {
                isBroken = true
                return records
            }
            let item = items[index]
            guard let following = item.integer(.offsetOfTheNextDirectoryRecord), let lower = item.integer(.offsetOfReferencedLowerLevelDirectoryEntity) else {
                isBroken = true
                return records
            }
            let children = entity(at: lower, depth: depth + 1)
            if isInUse(item) { records.append(record(index, children)) }
            next = following
        }
        return records
    }

    /// Record In-use Flag: 0000H is a record that was deleted (PS3.3 Table F.3-3).
    private func isInUse(_ item: DataSet) -> Bool { item.integer(.recordInUseFlag) != 0 }

    // MARK: By order

    private static let levels = ["PATIENT": 0, "STUDY": 1, "SERIES": 2]

    private mutating func ordered() -> [DICOMDIR.Record] {
        var index = 0
        return ordered(from: &index, level: 0)
    }

    private mutating func ordered(from index: inout Int, level: Int) -> [DICOMDIR.Record] {
        var records: [DICOMDIR.Record] = []
        while index < items.count {
            let item = items[index]
            let own = Self.levels[item.string(.directoryRecordType) ?? ""] ?? 3
            // A record of a higher level ends this entity.
            guard own >= level else { break }
            let current = index
            index += 1
            let children = own < 3 ? ordered(from: &index, level: own + 1) : []
            if isInUse(item) { records.append(record(current, children)) }
        }
        return records
    }

    // MARK: Records

    private mutating func record(_ index: Int, _ children: [DICOMDIR.Record]) -> DICOMDIR.Record {
        let item = items[index]
        var path: [String]?
        let fileID = item.strings(.referencedFileID)
        if !fileID.isEmpty {
            path = Self.safe(fileID)
            if path == nil { warn(index < offsets.count ? offsets[index] : 0, "Referenced File ID \(fileID.joined(separator: "\\")) leads out of the medium") }
        }
        return DICOMDIR.Record(type: item.string(.directoryRecordType) ?? "", dataSet: item, children: children, path: path)
    }

    /// Components that stay below the root (PS3.10 §8.2); other separators than the standard's are understood.
    private static func safe(_ fileID: [String]) -> [String]? {
        let components = fileID.flatMap { $0.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }
        let isSafe = components.allSatisfy { component in
            !component.isEmpty && component != "." && component != ".." && !component.contains(":") && component.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
        return isSafe && !components.isEmpty ? components : nil
    }

    private mutating func warn(_ offset: UInt64, _ message: String) {
        guard warnings.count < 100 else { return }
        warnings.append(ReadWarning(path: [.directoryRecordSequence], offset: offset, message: message))
    }
}
