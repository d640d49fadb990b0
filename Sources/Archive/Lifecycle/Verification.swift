import DICOM
import Database

/// Checks every object against its hash, and index and store against each other. Reads only; may run beside a server.
public struct Verification: AsyncSequence, Sendable {
    public typealias Element = Event

    public enum Event: Sendable, Hashable {
        /// So far, of all that the index names.
        case progress(objects: Int, of: Int, bytes: Int64)
        /// The bytes are not those that were stored.
        case damaged(ObjectID, instance: String, reason: String)
        /// It lies in a folder that cannot be reached, or its file there is missing or another now: nothing is known of the bytes.
        case away(ObjectID, instance: String, reason: String)
        /// The index names an object that is not there.
        case missing(ObjectID, instance: String)
        /// An object that the index does not name: from a crash, or the index was lost.
        case orphan(ObjectID, size: UInt64)
        case finished(Report)
    }

    public struct Report: Sendable, Hashable {
        public var objects = 0
        public var bytes: Int64 = 0
        public var damaged = 0
        public var missing = 0
        public var orphans = 0
        public var away = 0

        public var isGood: Bool { damaged == 0 && missing == 0 && orphans == 0 && away == 0 }
    }

    let archive: Archive

    public func makeAsyncIterator() -> Iterator { Iterator(archive: archive) }

    public struct Iterator: AsyncIteratorProtocol {
        private enum Phase {
            case instances(after: Int64)
            case nonPatient(after: Int64)
            case versions(after: [UInt8])
            case folders([UInt16])
            case candidates
            case done
        }

        private let archive: Archive
        private var phase: Phase = .instances(after: 0)
        private var events: [Event] = []
        private var report = Report()
        private var total: Int?
        /// Objects without a row: they may have been on their way to the index.
        private var candidates: [StoredObject] = []

        private static let batch = 64
        private static let foldersAtOnce = 256

        init(archive: Archive) { self.archive = archive }

        public mutating func next() async throws(ArchiveError) -> Event? {
            while events.isEmpty {
                if case .done = phase { return nil }
                try await step()
            }
            return events.removeFirst()
        }

        private mutating func step() async throws(ArchiveError) {
            if total == nil {
                let row = try await archive.first("""
                    SELECT (SELECT instances FROM total WHERE id = 1) + (SELECT count(*) FROM instance_version) + (SELECT count(*) FROM deleted_instance)
                        + (SELECT count(*) FROM non_patient_instance) AS objects
                    """)
                total = row?.int("objects") ?? 0
            }
            switch phase {
            case .instances(let last):
                let rows = try await archive.all("""
                    SELECT id, object, size, sop_uid FROM instance WHERE id > \(last) ORDER BY id LIMIT \(Self.batch)
                    """)
                try await check(rows)
                phase = rows.last.flatMap { $0.integer("id") }.map { .instances(after: $0) } ?? .nonPatient(after: 0)
            case .nonPatient(let last):
                let rows = try await archive.all("""
                    SELECT id, object, size, sop_uid FROM non_patient_instance WHERE id > \(last) ORDER BY id LIMIT \(Self.batch)
                    """)
                try await check(rows)
                phase = rows.last.flatMap { $0.integer("id") }.map { .nonPatient(after: $0) } ?? .versions(after: [])
            case .versions(let last):
                let rows = try await archive.all("""
                    SELECT object, size, sop_uid FROM instance_version WHERE object > \(last)
                    UNION ALL SELECT object, size, sop_uid FROM deleted_instance WHERE object > \(last)
                    ORDER BY object LIMIT \(Self.batch)
                    """)
                try await check(rows)
                if let last = rows.last?.blob("object") {
                    phase = .versions(after: last)
                } else {
                    phase = .folders(try await archive.store.folders())
                }
            case .folders(let folders):
                for folder in folders.prefix(Self.foldersAtOnce) { candidates += try await archive.unnamed(in: folder) }
                let rest = Array(folders.dropFirst(Self.foldersAtOnce))
                phase = rest.isEmpty ? .candidates : .folders(rest)
            case .candidates:
                // By now what was on its way has its row.
                for candidate in candidates where try await !archive.isNamed(candidate.object) {
                    report.orphans += 1
                    events.append(.orphan(candidate.object, size: candidate.size))
                }
                events.append(.finished(report))
                phase = .done
            case .done: break
            }
        }

        private mutating func check(_ rows: [SQLRow]) async throws(ArchiveError) {
            guard !rows.isEmpty else { return }
            let found = await archive.check(rows)
            report.objects += rows.count
            report.bytes += rows.reduce(0) { $0 + ($1.integer("size") ?? 0) }
            for event in found {
                switch event {
                case .missing: report.missing += 1
                case .away: report.away += 1
                default: report.damaged += 1
                }
            }
            events += found
            events.append(.progress(objects: report.objects, of: Swift.max(total ?? 0, report.objects), bytes: report.bytes))
        }
    }
}

extension Archive {
    /// Checks everything; findings and progress as they come, the sum at the end.
    public func verify() -> Verification { Verification(archive: self) }

    fileprivate func check(_ rows: [SQLRow]) async -> [Verification.Event] {
        await withTaskGroup(of: (Int, Verification.Event?).self) { group in
            var running = 0
            var found: [(Int, Verification.Event)] = []
            for (index, row) in rows.enumerated() {
                if running == 4, let (done, event) = await group.next() {
                    running -= 1
                    if let event { found.append((done, event)) }
                }
                running += 1
                group.addTask { (index, await self.check(row)) }
            }
            for await (done, event) in group {
                if let event { found.append((done, event)) }
            }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func check(_ row: SQLRow) async -> Verification.Event? {
        guard let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1) else { return nil }
        let instance = row.string("sop_uid")
        do throws(ArchiveError) {
            guard let actual = try await store.size(of: object) else { return .missing(object, instance: instance) }
            guard actual == size else { return .damaged(object, instance: instance, reason: "\(actual) bytes, not \(size)") }
            var bytes = ObjectBytes(store: store, object: object, size: size).makeAsyncIterator()
            while try await bytes.next() != nil {}
            return nil
        } catch {
            guard error.code != .away else { return .away(object, instance: instance, reason: error.message) }
            return .damaged(object, instance: instance, reason: error.message)
        }
    }

    /// Objects of a folder that no row names.
    fileprivate func unnamed(in folder: UInt16) async throws(ArchiveError) -> [StoredObject] {
        let stored = try await store.list(folder: folder)
        guard !stored.isEmpty else { return [] }
        let first = [UInt8(folder >> 8), UInt8(folder & 0xFF)]
        let last = first + [UInt8](repeating: 0xFF, count: 31)
        let named = Set(try await all("""
            SELECT object FROM instance WHERE object >= \(first) AND object < \(last)
            UNION ALL SELECT object FROM instance_version WHERE object >= \(first) AND object < \(last)
            UNION ALL SELECT object FROM non_patient_instance WHERE object >= \(first) AND object < \(last)
            UNION ALL SELECT object FROM deleted_instance WHERE object >= \(first) AND object < \(last)
            """).compactMap { $0.blob("object").flatMap { ObjectID($0) } })
        return stored.filter { !named.contains($0.object) }
    }

    func isNamed(_ object: ObjectID) async throws(ArchiveError) -> Bool {
        try await first(ObjectUse.of(object)) != nil
    }
}
