import Database

extension FolderPlaces {
    /// First two bytes of the names of objects.
    func prefixes() async throws(ArchiveError) -> [UInt16] {
        try await rows("SELECT DISTINCT substr(object, 1, 2) AS prefix FROM folder_file WHERE object IS NOT NULL AND state <> 'hidden'")
            .compactMap { row in row.blob("prefix").flatMap { $0.count == 2 ? UInt16($0[0]) << 8 | UInt16($0[1]) : nil } }
    }

    /// Each once.
    func list(_ folder: UInt16) async throws(ArchiveError) -> [StoredObject] {
        let first = [UInt8(folder >> 8), UInt8(folder & 0xFF)]
        let last = first + [UInt8](repeating: 0xFF, count: 31)
        let rows = try await rows("""
            SELECT object, min(size - data_set + length(head)) AS size, min(received) AS received FROM folder_file
            WHERE  object IS NOT NULL AND object >= \(first) AND object < \(last) AND state <> 'hidden'
            GROUP  BY object ORDER BY object
            """)
        return rows.compactMap { row in
            guard let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1) else { return nil }
            return StoredObject(object: object, size: size, received: row.integer("received") ?? 0)
        }
    }
}
