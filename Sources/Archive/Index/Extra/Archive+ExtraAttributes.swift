import DICOM
import Database

extension Archive {
    public func extraAttributes() async throws(ArchiveError) -> [ExtraAttribute] {
        try await all("SELECT \(ExtraAttribute.columns) FROM extra_attribute ORDER BY id").compactMap { ExtraAttribute($0) }
    }

    /// Wishes for another one. Objects that are there have to be read for it: ``fillExtraAttribute(_:progress:)``, in the process that
    /// stores, which begins to index it thereby.
    ///
    /// - Parameter vr: of an attribute that no dictionary knows.
    /// - Throws: `.invalidQuery` for one that cannot be searched, or is so already.
    public func addExtraAttribute(_ text: String, level: Query.Level, vr: VR? = nil) async throws(ArchiveError) -> ExtraAttribute {
        let path: AttributePath
        do throws(CoercionError) { path = try AttributePath(text) } catch { throw ArchiveError(.invalidQuery, "\(error)") }
        guard level > .patient else { throw ArchiveError(.invalidQuery, "an attribute is one of a study, a series or an instance") }
        guard let vr = vr ?? path.vr else {
            throw ArchiveError(.invalidQuery, "no dictionary knows \(text): say its value representation")
        }
        guard vr.isText || ExtraAttribute.numbers.contains(vr), vr != .LT, vr != .ST, vr != .UT else {
            throw ArchiveError(.invalidQuery, "values of \(vr) cannot be searched")
        }
        if let tags = path.tags, QueryableAttribute.find(tags, at: .instance) != nil || Answer.computedTags.contains(tags[0]) {
            throw ArchiveError(.invalidQuery, "\(text) is searched without being added")
        }
        guard try await extraAttributes().count < Self.mostExtraAttributes else {
            throw ArchiveError(.invalidQuery, "there are \(Self.mostExtraAttributes) already: remove one")
        }
        do throws(DatabaseError) {
            let row = try await database.write { (connection) throws(DatabaseError) in
                try connection.first("""
                    INSERT INTO extra_attribute (path, level, vr, filled) VALUES (\(path.text), \(level.rawValue), \(vr.description), 0)
                    ON CONFLICT DO NOTHING RETURNING \(ExtraAttribute.columns)
                    """)
            }
            if let row, let attribute = ExtraAttribute(row) { return attribute }
        } catch {
            throw ArchiveError(error, "adding \(text)")
        }
        throw ArchiveError(.invalidQuery, "\(text) was added before")
    }

    static let mostExtraAttributes = 256

    /// It is no more searched by; its values go with ``dropExtraValues(of:)``.
    ///
    /// - Returns: what it was; nil where there is none.
    public func removeExtraAttribute(_ text: String) async throws(ArchiveError) -> ExtraAttribute? {
        do throws(DatabaseError) {
            let row = try await database.write { (connection) throws(DatabaseError) in
                try connection.first("DELETE FROM extra_attribute WHERE path = \(text) RETURNING \(ExtraAttribute.columns)")
            }
            return row.flatMap { ExtraAttribute($0) }
        } catch {
            throw ArchiveError(error, "removing \(text)")
        }
    }

    /// Takes away values a few at a time.
    public func dropExtraValues(of id: Int64) async throws(ArchiveError) {
        do throws(DatabaseError) {
            try await extra.load(database)
            while !Task.isCancelled {
                let count = try await database.write { (connection) throws(DatabaseError) in
                    let rows = try connection.all("SELECT folded, owner FROM extra_value WHERE attribute = \(id) ORDER BY folded, owner LIMIT 1000")
                    guard let last = rows.last else { return 0 }
                    return try connection.run("DELETE FROM extra_value WHERE attribute = \(id) AND (folded, owner) <= (\(last["folded"]), \(last["owner"]))")
                }
                if count == 0 { return }
            }
        } catch {
            throw ArchiveError(error, "removing values")
        }
    }

    // MARK: Filling

    public struct Filling: Sendable {
        public var done = 0
        public var total = 0
        /// Objects that could not be read: they are not found by the attribute.
        public var unreadable = 0
    }

    /// Reads the headers of all instances that were there before, from where it was left, a few at a time. New ones are indexed as they
    /// come from now on.
    ///
    /// - Returns: nil where the attribute is not wished for any more.
    public func fillExtraAttribute(_ id: Int64, progress: @Sendable (Filling) async -> Void = { _ in }) async throws(ArchiveError) -> Filling? {
        do throws(DatabaseError) { try await extra.load(database) } catch { throw ArchiveError(error, "reading the wishes for attributes") }
        // What comes from now on is indexed as it comes: up to here the rest is read.
        let last = try await first("SELECT coalesce(max(id), 0) AS last FROM instance")?.integer("last") ?? 0
        var filling = Filling()
        while true {
            guard let row = try await first("SELECT \(ExtraAttribute.columns) FROM extra_attribute WHERE id = \(id)"), let attribute = ExtraAttribute(row)
            else { return nil }
            guard let filled = row.integer("filled") else { return filling }
            if filling.total == 0 {
                filling.done = try await first("SELECT count(*) AS count FROM instance WHERE id <= \(filled)")?.int("count") ?? 0
                filling.total = try await first("SELECT count(*) AS count FROM instance WHERE id <= \(last)")?.int("count") ?? 0
            }
            if Task.isCancelled { throw ArchiveError(.cancelled, "filling was given up") }
            let rows = try await all("""
                \(InstanceLocation.selection(with: "instance.id AS instance_key, ")) WHERE instance.id > \(filled) AND instance.id <= \(last)
                ORDER BY instance.id LIMIT \(Self.filledAtOnce)
                """)
            let read = await values(attribute, rows)
            filling.done += rows.count
            filling.unreadable += read.count { $0 == nil }
            try await write(read.compactMap(\.self), of: attribute, upTo: rows.last?.integer("instance_key"))
            await progress(filling)
        }
    }

    static let filledAtOnce = 128
    private static let headersAtOnce = 4

    private struct Read: Sendable {
        var location: InstanceLocation
        var values: [ExtraValue]
    }

    /// nil for what cannot be read.
    private func values(_ attribute: ExtraAttribute, _ rows: [SQLRow]) async -> [Read?] {
        await withTaskGroup(of: Read?.self) { group in
            var read: [Read?] = []
            for (index, row) in rows.enumerated() {
                if index >= Self.headersAtOnce, let one = await group.next() { read.append(one) }
                group.addTask { [self] in
                    guard let location = InstanceLocation(row) else { return nil }
                    do throws(ArchiveError) {
                        return Read(location: location, values: attribute.values(of: try await header(of: location)))
                    } catch {
                        logger.warning("an instance is not found by \(attribute.path.text): it cannot be read", metadata: ["instance": "\(location.sopInstance)", "error": "\(error)"])
                        return nil
                    }
                }
            }
            for await one in group { read.append(one) }
            return read
        }
    }

    /// - Parameter place: nil where all have been read.
    private func write(_ read: [Read], of attribute: ExtraAttribute, upTo place: Int64?) async throws(ArchiveError) {
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                guard try connection.first("SELECT 1 FROM extra_attribute WHERE id = \(attribute.id)") != nil else { return }
                for one in read where !one.values.isEmpty {
                    let row = try connection.first("SELECT object, correction FROM instance WHERE sop_uid = \(one.location.sopInstance.text)")
                    // Shown otherwise meanwhile: it was indexed then.
                    guard let row, row.blob("object") == one.location.object.bytes, row.integer("correction") == one.location.correction else { continue }
                    try IndexWriter(connection: connection).addExtra(one.values, of: one.location.sopInstance)
                }
                try connection.run("UPDATE extra_attribute SET filled = \(place) WHERE id = \(attribute.id)")
            }
            if place == nil { try await extra.load(database) }
        } catch {
            throw ArchiveError(error, "filling \(attribute.path.text)")
        }
    }
}
