import DICOM
import Database

/// The instances of a retrieve: series after series by their numbers, in each by instance number. Read page by page, so that memory
/// does not grow with what is retrieved.
public struct RetrievedInstances: AsyncSequence, Sendable {
    public typealias Element = InstanceLocation
    let archive: Archive
    let retrieval: Retrieval
    let access: Access
    var pageSize = 500

    public func makeAsyncIterator() -> Iterator { Iterator(source: self) }

    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let source: RetrievedInstances
        /// What is still to be looked up: rows of series, or SOP Instance UIDs.
        private var series: ArraySlice<Int64>?
        private var instances: ArraySlice<UID>
        private var place: Place?
        private var page: ArraySlice<InstanceLocation> = []

        /// Where in a series that is longer than a page.
        private struct Place: Sendable {
            var series: Int64
            /// nil: among those without a number, which come last.
            var number: Int64?
            var id: Int64
        }

        init(source: RetrievedInstances) {
            self.source = source
            instances = source.retrieval.instances[...]
        }

        /// - Throws: `ArchiveError` of the index.
        public mutating func next() async throws(ArchiveError) -> InstanceLocation? {
            while page.isEmpty {
                guard let more = try await nextPage() else { return nil }
                page = more[...]
            }
            return page.removeFirst()
        }

        private mutating func nextPage() async throws(ArchiveError) -> [InstanceLocation]? {
            if source.retrieval.level == .instance { return try await listed() }
            if series == nil { series = try await source.archive.series(of: source.retrieval, source.access)[...] }
            if let place { return try await within(place) }
            guard let next = series?.popFirst() else { return nil }
            // Mostly a series is one page.
            let rows = try await source.archive.all("""
                \(InstanceLocation.selectionWithID) WHERE series.id = \(next)
                ORDER BY instance.number IS NULL, instance.number, instance.id LIMIT \(source.pageSize + 1)
                """)
            return try take(rows, next)
        }

        private mutating func within(_ place: Place) async throws(ArchiveError) -> [InstanceLocation] {
            guard let number = place.number else {
                return try take(try await source.archive.all("""
                    \(InstanceLocation.selectionWithID) WHERE series.id = \(place.series) AND instance.number IS NULL AND instance.id > \(place.id)
                    ORDER BY instance.id LIMIT \(source.pageSize + 1)
                    """), place.series)
            }
            let rows = try await source.archive.all("""
                \(InstanceLocation.selectionWithID) WHERE series.id = \(place.series) AND (instance.number, instance.id) > (\(number), \(place.id))
                ORDER BY instance.number, instance.id LIMIT \(source.pageSize + 1)
                """)
            let page = try take(rows, place.series)
            if self.place == nil { self.place = Place(series: place.series, number: nil, id: 0) }
            return page
        }

        /// One row more than a page says that there is another page.
        private mutating func take(_ rows: [SQLRow], _ series: Int64) throws(ArchiveError) -> [InstanceLocation] {
            place = nil
            let page = rows.prefix(source.pageSize)
            if rows.count > page.count, let last = page.last {
                place = Place(series: series, number: last.integer("number"), id: last.integer("instance_id") ?? 0)
            }
            return try InstanceLocation.locations(page)
        }

        private mutating func listed() async throws(ArchiveError) -> [InstanceLocation]? {
            guard !instances.isEmpty else { return nil }
            let chunk = instances.prefix(source.pageSize)
            instances = instances.dropFirst(source.pageSize)
            return try InstanceLocation.locations(
                try await source.archive.all("""
                    \(InstanceLocation.selection) WHERE \(source.archive.condition(of: source.retrieval, source.access, instances: chunk))
                    ORDER BY series.id, instance.number IS NULL, instance.number, instance.id
                    """))
        }
    }
}

extension InstanceLocation {
    fileprivate static let selectionWithID: SQLStatement = """
        SELECT study.study_uid, series.series_uid, instance.sop_uid, instance.sop_class, instance.transfer_syntax, instance.number,
               instance.row_count, instance.column_count, instance.frame_count, instance.object, instance.size, instance.data_set,
               instance.header, instance.pixel_data, instance.received, instance.correction, instance.id AS instance_id
        FROM   instance JOIN series ON series.id = instance.series JOIN study ON study.id = series.study
        """

    fileprivate static func locations(_ rows: some Sequence<SQLRow>) throws(ArchiveError) -> [InstanceLocation] {
        var locations: [InstanceLocation] = []
        for row in rows {
            guard let location = InstanceLocation(row) else {
                throw ArchiveError(.storageFailed, "the index row of instance \(row.string("sop_uid")) is damaged: rebuild the index")
            }
            locations.append(location)
        }
        return locations
    }
}

extension Archive {
    /// What a retrieve names and the caller may see.
    public func instances(of retrieval: Retrieval, for access: Access) -> RetrievedInstances {
        RetrievedInstances(archive: self, retrieval: retrieval, access: access)
    }

    /// How many that are.
    public func count(of retrieval: Retrieval, for access: Access) async throws(ArchiveError) -> Int {
        guard retrieval.level == .instance else {
            return try await first("""
                SELECT coalesce(sum(series.instance_count), 0) AS count FROM study JOIN series ON series.study = study.id
                WHERE  \(condition(of: retrieval, access, instances: []))
                """)?.int("count") ?? 0
        }
        var count = 0, rest = retrieval.instances[...]
        while !rest.isEmpty {
            count += try await first("""
                SELECT count(*) AS count FROM study JOIN series ON series.study = study.id JOIN instance ON instance.series = series.id
                WHERE  \(condition(of: retrieval, access, instances: rest.prefix(500)))
                """)?.int("count") ?? 0
            rest = rest.dropFirst(500)
        }
        return count
    }

    fileprivate func series(of retrieval: Retrieval, _ access: Access) async throws(ArchiveError) -> [Int64] {
        try await all("""
            SELECT series.id AS id FROM study JOIN series ON series.study = study.id WHERE \(condition(of: retrieval, access, instances: []))
            ORDER BY study.id, series.number IS NULL, series.number, series.id
            """).compactMap { $0.integer("id") }
    }

    fileprivate func condition(of retrieval: Retrieval, _ access: Access, instances: ArraySlice<UID>) -> SQLStatement {
        var conditions: [SQLStatement] = []
        func require(_ column: SQLStatement, _ uids: some Collection<UID>) {
            guard !uids.isEmpty else { return }
            conditions.append("\(column) IN (\(uids.map { "\($0.text)" as SQLStatement }.joined(separator: ", ")))")
        }
        if let patientID = retrieval.patientID { conditions.append("study.patient_id = \(patientID)") }
        require("study.study_uid", retrieval.studies)
        require("series.series_uid", retrieval.series)
        require("instance.sop_uid", instances)
        return conditions.joined(separator: " AND ") + access.clause
    }
}
