import DICOM
import Database
import Synchronization

/// The metadata of a series in compressed segments, which joined make one gzip stream: read as they are kept where they show the state
/// that the series is in; made, kept and handed out one by one where they do not. Memory is bounded by a segment.
///
/// That it is right: a segment depends on its members' objects and corrections, the root and the format alone, and these are its key. A
/// document is kept under the state that was read before its members were; a state never comes back, and whatever changes a member
/// changes the state in the same transaction.
public struct MetadataDocument: AsyncSequence, Sendable {
    /// The text of an instance: made of its location and header.
    public typealias Encode = @Sendable (InstanceLocation, DataSet) throws -> [UInt8]

    /// A segment of instances' texts, separated by ",\n".
    public struct Segment: Sendable {
        public var text: GzipSegment
        /// Instances that are left out: their object could not be read.
        public var missing: [String]
        /// It is of its members as its fingerprint has them, all of them.
        var isFaithful = true
    }

    public typealias Element = Segment

    /// To be raised where `Encode` or the JSON encoder make something else of the same instance.
    static let format = 1
    /// Service roots that documents of one series are kept for: clients name hosts as they like.
    static let mostRoots = 3
    /// A longer root is a client's joke, for which nothing is kept.
    static let longestRoot = 256

    let archive: Archive
    let state: SeriesState
    let root: String
    let encode: Encode

    public func makeAsyncIterator() -> Iterator { Iterator(document: self) }

    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private let document: MetadataDocument
        private var ready: ArraySlice<[UInt8]>?
        private var members: MemberPages?
        private var cutter = SegmentCutter()
        private var fingerprints: [[UInt8]] = []
        private var missing: [String] = []
        private var isDone = false

        init(document: MetadataDocument) {
            self.document = document
            if document.state.isReady { ready = document.state.kept?.segments[...] }
        }

        /// - Throws: `.damaged` where a segment that is kept has gone or is broken: asked again, it is made anew.
        public mutating func next() async throws(ArchiveError) -> Segment? {
            guard !isDone else { return nil }
            if ready != nil { return try await nextReady() }
            if members == nil {
                try await document.begin()
                members = MemberPages(archive: document.archive, series: document.state.id)
            }
            while let member = try await members?.next() {
                if let segment = cutter.add(member) { return try await made(segment) }
            }
            isDone = true
            let last = cutter.finish()
            let segment = last.isEmpty ? nil : try await made(last)
            await document.finish(fingerprints, missing: missing)
            return segment
        }

        private mutating func nextReady() async throws(ArchiveError) -> Segment? {
            guard let fingerprint = ready?.popFirst() else { return nil }
            if let text = try await document.kept(fingerprint) { return Segment(text: text, missing: []) }
            await document.discard()
            throw ArchiveError(.damaged, "a part of the metadata of series \(document.state.series) has gone: it is made anew when asked for again")
        }

        private mutating func made(_ members: [SegmentCutter.Member]) async throws(ArchiveError) -> Segment {
            let fingerprint = SegmentCutter.fingerprint(members, format: MetadataDocument.format)
            fingerprints.append(fingerprint)
            let segment = try await document.segment(fingerprint, members)
            missing += segment.missing
            return segment
        }
    }
}

extension Archive {
    /// - Parameter root: of the URLs in the text.
    public func metadata(of state: SeriesState, root: String, encode: @escaping MetadataDocument.Encode) -> MetadataDocument {
        MetadataDocument(archive: self, state: state, root: root, encode: encode)
    }
}

// MARK: Making

extension MetadataDocument {
    /// One that is being made is shared by all who wait for it.
    fileprivate func segment(_ fingerprint: [UInt8], _ members: [SegmentCutter.Member]) async throws(ArchiveError) -> Segment {
        if let text = try await kept(fingerprint) { return Segment(text: text, missing: []) }
        let task = archive.segmentsUnderWay.task(for: fingerprint + root.utf8) { [self] in
            let segment = try await make(members)
            if segment.isFaithful { await keep(segment.text, fingerprint) }
            return segment
        }
        do { return try await task.value } catch { throw error as? ArchiveError ?? ArchiveError(.storageFailed, "\(error)") }
    }

    private func make(_ members: [SegmentCutter.Member]) async throws -> Segment {
        let found = try await archive.all("""
            \(InstanceLocation.selection) WHERE instance.sop_uid IN \(list: members.map(\.sopInstance))
            """)
        let locations = Dictionary(found.compactMap { InstanceLocation($0) }.map { ($0.sopInstance.text, $0) }) { first, _ in first }
        // One that was changed or removed since the members were read makes a segment that is right, but not the one to be kept.
        let present = members.compactMap { locations[$0.sopInstance] }
        let isFaithful = present.count == members.count && zip(present, members).allSatisfy { $0.object.bytes == $1.object && $0.correction == $1.correction }
        var texts = [[UInt8]?](repeating: nil, count: present.count)
        // Reading waits for the disk, encoding for the processor.
        let atOnce = 3
        try await withThrowingTaskGroup(of: (Int, [UInt8]?).self) { group in
            for (index, location) in present.enumerated() {
                if index >= atOnce, let (index, text) = try await group.next() { texts[index] = text }
                group.addTask { (index, try await text(of: location)) }
            }
            for try await (index, text) in group { texts[index] = text }
        }
        var joined: [UInt8] = []
        var missing: [String] = []
        for (location, text) in zip(present, texts) {
            guard let text else { missing.append(location.sopInstance.text); continue }
            if !joined.isEmpty { joined += Array(",\n".utf8) }
            joined += text
        }
        return Segment(text: GzipSegment(compressing: joined), missing: missing, isFaithful: isFaithful && missing.isEmpty)
    }

    /// nil where the object cannot be read: the others of its series are not withheld for that.
    private func text(of location: InstanceLocation) async throws -> [UInt8]? {
        do { return try encode(location, try await archive.header(of: location)) } catch let error as ArchiveError where error.code != .damaged {
            throw error
        } catch {
            archive.logger.error("the metadata of instance \(location.sopInstance) cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }
}

// MARK: Keeping

extension MetadataDocument {
    private var isKept: Bool { root.utf8.count <= Self.longestRoot }

    fileprivate func kept(_ fingerprint: [UInt8]) async throws(ArchiveError) -> GzipSegment? {
        guard isKept, let row = try await archive.first("""
            SELECT deflated, checksum, length FROM metadata_segment WHERE series = \(state.id) AND root = \(root) AND fingerprint = \(fingerprint)
            """), let checksum = UInt32(exactly: row.integer("checksum") ?? -1)
        else { return nil }
        return GzipSegment(deflated: row.blob("deflated") ?? [], checksum: checksum, length: row.int("length"))
    }

    /// Makes room for a document of this root before anything of it is kept.
    fileprivate func begin() async throws(ArchiveError) {
        guard isKept, state.kept == nil else { return }
        let now = Clock.microseconds()
        await write { (connection) throws(DatabaseError) in
            let isNew = try connection.run("""
                INSERT INTO metadata_document (series, root, received, instances, revision, segments, previous, missing, built)
                VALUES (\(state.id), \(root), -1, -1, -1, \([UInt8]()), \([UInt8]()), '', \(now)) ON CONFLICT (series, root) DO NOTHING
                """) == 1
            guard isNew else { return }
            let roots = try connection.all("SELECT root FROM metadata_document WHERE series = \(state.id) ORDER BY built DESC, root")
            for row in roots.dropFirst(Self.mostRoots) { try Self.discard(series: state.id, root: row.string("root"), connection) }
        }
    }

    private func keep(_ segment: GzipSegment, _ fingerprint: [UInt8]) async {
        guard isKept else { return }
        await write { (connection) throws(DatabaseError) in
            // The document may have had to make room for another root.
            guard try connection.first("SELECT 1 FROM metadata_document WHERE series = \(state.id) AND root = \(root)") != nil else { return }
            try connection.run("""
                INSERT INTO metadata_segment (series, root, fingerprint, deflated, checksum, length)
                VALUES (\(state.id), \(root), \(fingerprint), \(segment.deflated), \(Int64(segment.checksum)), \(segment.length))
                ON CONFLICT (series, root, fingerprint) DO NOTHING
                """)
        }
    }

    fileprivate func finish(_ fingerprints: [[UInt8]], missing: [String]) async {
        guard isKept else { return }
        let built = Clock.microseconds()
        await write { (connection) throws(DatabaseError) in
            guard let row = try connection.first("""
                SELECT document.segments, document.received, document.instances, document.revision, series.received AS now_received,
                       series.instance_count AS now_instances, coalesce(series_revision.revision, 0) AS now_revision
                FROM   metadata_document document JOIN series ON series.id = document.series
                       LEFT JOIN series_revision ON series_revision.series = series.id
                WHERE  document.series = \(state.id) AND document.root = \(root)
                """)
            else { return }
            // Of two who make it at once, the one who saw the state that is has the word.
            let now = [row.integer("now_received"), row.integer("now_instances"), row.integer("now_revision")]
            let shown = [row.integer("received"), row.integer("instances"), row.integer("revision")]
            guard shown != now || [state.received, state.instances, state.revision] == now else { return }
            let before = SeriesState.fingerprints(row.blob("segments") ?? [])
            try connection.run("""
                UPDATE metadata_document SET received = \(state.received), instances = \(state.instances), revision = \(state.revision),
                                             segments = \(fingerprints.flatMap { $0 }), previous = segments, missing = \(missing.prefix(100).joined(separator: " ")), built = \(built)
                WHERE  series = \(state.id) AND root = \(root)
                """)
            // Those that were there before may still be being sent.
            let used = Set(fingerprints).union(before)
            let all = try connection.all("SELECT fingerprint FROM metadata_segment WHERE series = \(state.id) AND root = \(root)").compactMap { $0.blob("fingerprint") }
            for fingerprint in all where !used.contains(fingerprint) {
                try connection.run("DELETE FROM metadata_segment WHERE series = \(state.id) AND root = \(root) AND fingerprint = \(fingerprint)")
            }
        }
    }

    fileprivate func discard() async {
        await write { (connection) throws(DatabaseError) in try Self.discard(series: state.id, root: root, connection) }
    }

    private static func discard(series: Int64, root: String, _ connection: any SQLConnection) throws(DatabaseError) {
        try connection.run("DELETE FROM metadata_segment WHERE series = \(series) AND root = \(root)")
        try connection.run("DELETE FROM metadata_document WHERE series = \(series) AND root = \(root)")
    }

    /// What cannot be kept is made again the next time: an archive that is full, or read only, still answers.
    private func write(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Void) async {
        do throws(DatabaseError) { try await archive.database.write(body) } catch {
            archive.logger.warning("the metadata of series \(state.series) is not kept", metadata: ["error": "\(error)"])
        }
    }
}

/// Members of a series in the order of its document, page by page.
struct MemberPages: Sendable {
    let archive: Archive
    let series: Int64
    private var page: ArraySlice<SegmentCutter.Member> = []
    private var place: (number: Int64?, id: Int64)?
    private var isDone = false
    static let pageSize = 2000

    init(archive: Archive, series: Int64) { (self.archive, self.series) = (archive, series) }

    mutating func next() async throws(ArchiveError) -> SegmentCutter.Member? {
        while page.isEmpty {
            guard !isDone else { return nil }
            try await nextPage()
        }
        return page.removeFirst()
    }

    private mutating func nextPage() async throws(ArchiveError) {
        var rows: [SQLRow]
        switch place {
        case nil:
            rows = try await archive.all(Self.statement(series, "", "instance.number IS NULL, instance.number, instance.id"))
        case (let number?, let id)?:
            rows = try await archive.all(Self.statement(series, " AND (instance.number, instance.id) > (\(number), \(id))", "instance.number, instance.id"))
            // Those without a number come last.
            if rows.count < Self.pageSize { rows += try await archive.all(Self.statement(series, " AND instance.number IS NULL", "instance.id")) }
        case (nil, let id)?:
            rows = try await archive.all(Self.statement(series, " AND instance.number IS NULL AND instance.id > \(id)", "instance.id"))
        }
        isDone = rows.count < Self.pageSize
        if let last = rows.last { place = (last.integer("number"), last.integer("id") ?? 0) }
        page = rows.map { SegmentCutter.Member(sopInstance: $0.string("sop_uid"), object: $0.blob("object") ?? [], correction: $0.integer("correction")) }[...]
    }

    static func statement(_ series: Int64, _ condition: SQLStatement, _ order: SQLStatement) -> SQLStatement {
        """
        SELECT instance.id, instance.number, instance.sop_uid, instance.object, instance.correction FROM instance
        WHERE instance.series = \(series)\(condition) ORDER BY \(order) LIMIT \(pageSize)
        """
    }
}

/// Segments that are being made, so that who asks for the same at the same time waits for them instead of making them again.
final class SegmentsUnderWay: Sendable {
    private let tasks = Mutex<[[UInt8]: Task<MetadataDocument.Segment, any Error>]>([:])

    func task(for key: [UInt8], _ make: @escaping @Sendable () async throws -> MetadataDocument.Segment) -> Task<MetadataDocument.Segment, any Error> {
        tasks.withLock { tasks in
            if let task = tasks[key] { return task }
            let task = Task { [self] in
                defer { self.tasks.withLock { $0[key] = nil } }
                return try await make()
            }
            tasks[key] = task
            return task
        }
    }
}
