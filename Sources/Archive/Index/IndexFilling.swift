import Crypto
import DICOM
import Database
import Foundation
import Logging

/// Fills a new index with rows as ingest makes them, but without objects: to measure what questions cost in an archive of some size.
///
/// Nothing is durable until `finish` has returned. What it leaves is an archive whose objects are all missing.
public final class IndexFilling: Sendable {
    /// An object that there is not.
    public struct Instance: Sendable {
        /// Without its pixel data.
        public var dataSet: DataSet
        public var pixelBytes: Int
        /// Seconds since 1970.
        public var received: Int
        /// Says the same of patient, study and series as the one added before, and has as many pixels: that is then not made anew.
        public var isOfSameSeries: Bool

        public init(_ dataSet: DataSet, pixelBytes: Int, received: Int, isOfSameSeries: Bool = false) {
            (self.dataSet, self.pixelBytes, self.received, self.isOfSameSeries) = (dataSet, pixelBytes, received, isOfSameSeries)
        }
    }

    /// Rows to be written; made beside the writer.
    public struct Batch: Sendable {
        fileprivate var entries: [IndexWriter.Entry] = []
        public var count: Int { entries.count }

        public init() {}

        /// - Throws: `.cannotUnderstand` for a data set that ingest would refuse.
        public mutating func add(_ instance: Instance) throws(ArchiveError) {
            let (record, size) = try InstanceRecord.filling(instance, like: instance.isOfSameSeries ? entries.last?.record : nil)
            entries.append(IndexWriter.Entry(
                record: record, object: ObjectID(SHA256.hash(data: Array(record.sopInstance.text.utf8))), size: size,
                received: Int64(instance.received) * 1_000_000, source: "bench-index", policy: .keepFirst))
        }
    }

    private let folder: DataFolder
    private let database: SQLite

    /// - Throws: `.locked`, or `.notWritable` for a folder in which there is anything.
    public init(_ folder: DataFolder) async throws(ArchiveError) {
        guard try (Volume.names(in: folder.path) ?? []).isEmpty else {
            throw ArchiveError(.notWritable, "\(folder.path) is not empty: rows without objects are only written into a new data folder")
        }
        try folder.prepare()
        self.folder = folder
        do throws(DatabaseError) {
            var options = SQLite.Options()
            options.isDurable = false
            database = try SQLite(path: folder.index, options: options)
            try await database.migrate(.archive)
            // Nobody else needs the memory meanwhile.
            try await database.write { (connection) throws(DatabaseError) in try connection.script("PRAGMA cache_size = -262144") }
        } catch {
            throw ArchiveError(error, "opening \(folder.index)")
        }
    }

    /// One transaction.
    public func write(_ batch: Batch) async throws(ArchiveError) {
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                let writer = IndexWriter(connection: connection)
                for entry in batch.entries { _ = try writer.insert(entry) }
            }
        } catch {
            throw ArchiveError(error, "filling the index")
        }
    }

    /// Durable when this returns.
    public func finish() async throws(ArchiveError) {
        do throws(DatabaseError) {
            // All of it has been stable for long.
            try await database.run("UPDATE change_feed SET stable_received = (SELECT coalesce(max(received), 0) FROM study) + 1 WHERE id = 1")
            try database.close()
        } catch { throw ArchiveError(error, "filling the index") }
        let volume = Volume(faults: nil)
        let descriptor = try Volume.openForReading(folder.index)
        defer { close(descriptor) }
        try volume.sync(descriptor, path: folder.index)
        try folder.sync()
    }

    /// After `finish`: the rows into a PostgreSQL database, an empty one, whose planner is told about them.
    public func move(to url: String, logger: Logger) async throws(ArchiveError) {
        var configuration = ArchiveConfiguration(folder: folder.path)
        configuration.database = url
        let archive = try await Archive.open(configuration, logger: logger)
        defer { archive.close() }
        guard try await archive.totals().instances == 0 else { throw ArchiveError(.notWritable, "the database is not empty") }
        do throws(DatabaseError) {
            try await archive.database.replace(Archive.indexTables + ["change"], fromFile: folder.index) { (connection) throws(DatabaseError) in
                try connection.run("UPDATE change_feed SET stable_received = (SELECT coalesce(max(received), 0) FROM study) + 1 WHERE id = 1")
            }
            try await archive.database.write { (connection) throws(DatabaseError) in try connection.script("ANALYZE") }
        } catch { throw ArchiveError(error, "filling the database") }
        for suffix in ["", "-wal", "-shm"] { try Volume(faults: nil).remove(folder.index + suffix, .removeTemporary) }
    }
}

extension InstanceRecord {
    /// Of a data set with pixel data of zeros behind it.
    fileprivate static func filling(_ instance: IndexFilling.Instance, like before: InstanceRecord?) throws(ArchiveError) -> (InstanceRecord, size: UInt64) {
        guard let sopClass = instance.dataSet.uid(.sopClassUID), let sopInstance = instance.dataSet.uid(.sopInstanceUID) else {
            throw ArchiveError(.cannotUnderstand, "a generated data set has no SOP Class UID or SOP Instance UID")
        }
        let syntax = TransferSyntax.explicitVRLittleEndian
        var reader = DataSetReader(encoding: .explicitLittle)
        let head: Int, size: Int
        do {
            head = try FileMetaInformation(sopClassUID: sopClass, sopInstanceUID: sopInstance, transferSyntax: syntax).encoded().count
            let bytes = try DataSetWriter.encode(instance.dataSet, as: syntax)
            size = head + bytes.count + (instance.pixelBytes > 0 ? Self.pixelDataHeader(instance.pixelBytes).count + instance.pixelBytes : 0)
            if var record = before {
                (record.sopInstance, record.headerEnd, record.dataSetOffset) = (sopInstance, UInt64(head + bytes.count), UInt64(head))
                record.instanceAttributes = instance.dataSet.inUTF8(LevelAttributes.instance)
                if let index = PixelDataIndex(record.pixelData) {
                    // Native frames are as long and as many wherever they lie.
                    let value = ByteRange(offset: UInt64(bytes.count + pixelDataHeader(instance.pixelBytes).count), length: UInt64(instance.pixelBytes))
                    let frames = FrameTable(value: value, count: index.frames.count, layout: index.frames.layout)
                    record.pixelData = PixelDataIndex(tag: index.tag, vr: index.vr, isEncapsulated: false, frames: frames).encoded()
                }
                return (record, UInt64(size))
            }
            try reader.feed(bytes)
            if instance.pixelBytes > 0 { try Self.feedZeros(instance.pixelBytes, to: &reader) }
            try reader.finish()
        } catch {
            throw ArchiveError(.cannotUnderstand, "\(error)")
        }
        return (try InstanceRecord(reader, identity: nil, transferSyntax: syntax, dataSetOffset: UInt64(head), size: UInt64(size)), UInt64(size))
    }

    /// The reader passes over all but the last byte of each piece without a look.
    private static func feedZeros(_ count: Int, to reader: inout DataSetReader) throws(ReadError) {
        try reader.feed(pixelDataHeader(count))
        var left = count
        while left > 0 {
            try zeros.span.bytes.withUnsafeBytes { (bytes) throws(ReadError) in try reader.feed(UnsafeRawBufferPointer(rebasing: bytes.prefix(left))) }
            left -= min(left, zeros.count)
        }
    }

    private static func pixelDataHeader(_ count: Int) -> [UInt8] {
        [0xE0, 0x7F, 0x10, 0x00, UInt8(ascii: "O"), UInt8(ascii: "W"), 0, 0] + withUnsafeBytes(of: UInt32(clamping: count).littleEndian) { Array($0) }
    }

    private static let zeros = [UInt8](repeating: 0, count: 4 << 20)
}
