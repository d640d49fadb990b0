import DICOM
import Database
import Foundation

/// A correction as the database keeps it.
public struct RecordedCorrection: Sendable, Identifiable {
    public var id: Int64
    public var object: ObjectID
    public var sopInstance: String
    public var correction: Correction
    /// Microseconds since 1970.
    public var time: Int64
    public var system: String
    public var sender: String
    /// As `Source.label` says it.
    public var source: String

    public var attribution: Correction.Attribution {
        Correction.Attribution(time: Correction.Attribution.dateTime(time), system: system, source: sender)
    }

}

extension Correction.Attribution {
    public static func now(system: String, source: String) -> Self {
        Self(time: dateTime(Clock.microseconds()), system: system, source: source)
    }

    /// DT in UTC.
    fileprivate static func dateTime(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000), parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: some BinaryInteger, _ digits: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let date = padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        return date + padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2) + "." + padded(microseconds % 1_000_000, 6) + "+0000"
    }
}

extension RecordedCorrection {
    static let selection: SQLStatement = """
        SELECT id, object, sop_uid, changed, removed, previous, character_set, rules, time, system, sender, source FROM correction
        """

    init(_ row: SQLRow) throws(ArchiveError) {
        guard let id = row.integer("id"), let object = row.blob("object").flatMap({ ObjectID($0) }) else {
            throw ArchiveError(.storageFailed, "a correction is damaged")
        }
        let terms = row.string("character_set")
        let characterSet = SpecificCharacterSet(terms.isEmpty ? [] : terms.split(separator: "\\", omittingEmptySubsequences: false).map(String.init))
        correction = Correction(
            values: try Self.read(row.blob("changed"), characterSet),
            removed: row.string("removed").split(separator: " ").compactMap { Tag(hex: $0) },
            previous: try Self.read(row.blob("previous"), characterSet),
            rules: row.string("rules").split(separator: "\n").map(String.init))
        (self.id, self.object, sopInstance, time) = (id, object, row.string("sop_uid"), row.integer("time") ?? 0)
        (system, sender, source) = (row.string("system"), row.string("sender"), row.string("source"))
    }

    private static func read(_ bytes: [UInt8]?, _ characterSet: SpecificCharacterSet) throws(ArchiveError) -> DataSet {
        let bytes = bytes ?? []
        var limits = ReadLimits()
        (limits.elementInMemory, limits.dataSetInMemory) = (UInt64(bytes.count), 2 * UInt64(bytes.count) + 1 << 20)
        var reader = DataSetReader(encoding: .explicitLittle, length: UInt64(bytes.count), options: .init(keepsPixelData: true, limits: limits))
        do throws(ReadError) {
            try reader.feed(bytes)
            try reader.finish()
        } catch {
            throw ArchiveError(.storageFailed, "a correction is damaged: \(error)")
        }
        var dataSet = reader.dataSet
        dataSet.inheritedCharacterSet = characterSet
        return dataSet
    }

    /// Writes a correction in place of the one that the object has.
    /// - Returns: its key.
    static func insert(
        _ correction: Correction, object: ObjectID, sopInstance: UID, time: Int64, system: String, sender: String, source: String, in connection: any SQLConnection
    ) throws(DatabaseError) -> Int64 {
        let changed: [UInt8], previous: [UInt8]
        do throws(WriteError) {
            changed = try DataSetWriter.encode(correction.values, as: .explicitLittle)
            previous = try DataSetWriter.encode(correction.previous, as: .explicitLittle)
        } catch {
            throw DatabaseError(.statement, "a correction cannot be written: \(error)")
        }
        try connection.run("DELETE FROM correction WHERE object = \(object.bytes)")
        let row = try connection.first("""
            INSERT INTO correction (object, sop_uid, changed, removed, previous, character_set, rules, time, system, sender, source)
            VALUES (\(object.bytes), \(sopInstance.text), \(changed), \(correction.removed.map(\.hex).joined(separator: " ")), \(previous),
                    \(correction.values.characterSet.terms.joined(separator: "\\")), \(correction.rules.joined(separator: "\n")), \(time), \(system),
                    \(sender), \(source)) RETURNING id
            """)
        guard let id = row?.integer("id") else { throw DatabaseError(.statement, "a new correction got no key") }
        return id
    }

    static func of(_ object: ObjectID, in connection: any SQLConnection) throws(DatabaseError) -> RecordedCorrection? {
        guard let row = try connection.first("\(selection) WHERE object = \(object.bytes)") else { return nil }
        do throws(ArchiveError) { return try RecordedCorrection(row) } catch { throw DatabaseError(.corrupt, error.message) }
    }
}
