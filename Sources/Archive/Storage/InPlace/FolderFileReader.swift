import Crypto
import DICOM
import Database
import Foundation

/// What a file of a folder is, from all of its bytes.
struct FileOfFolder: Sendable {
    var stamp: FolderTree.Stamp
    var record: InstanceRecord
    var object: ObjectID
    var head: [UInt8]
    /// First byte of the data set in the file.
    var dataSet: UInt64

    /// Of the object.
    var size: UInt64 { UInt64(head.count) + stamp.size - dataSet }
}

/// Reads files of folders as ingest reads what is sent: the same bytes are the same object, whichever way they come.
struct FolderFileReader: Sendable {
    enum Result: Sendable {
        case object(FileOfFolder)
        /// No object, and it will not become one while it stays as it is.
        case refused(String, FolderTree.Stamp)
        /// It could not be read, or is being written: the next look tries again.
        case later(String)
    }

    let tree: FolderTree
    let limits: ReadLimits
    let extra: [ExtraAttribute]
    let database: any SQLDatabase

    /// As `read`, on a thread that others go before. Blocks.
    func readGently(_ directory: [UInt8], _ name: [UInt8]) -> Result {
        // Of this thread alone, as Linux has it; without it the files are read all the same.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        return read(directory, name)
    }

    /// Blocks.
    func read(_ directory: [UInt8], _ name: [UInt8]) -> Result {
        let descriptor: Int32
        do throws(FolderTree.Failure) { descriptor = try tree.openFile(directory, name) } catch { return .later(error.words) }
        defer { close(descriptor) }
        guard let stamp = FolderTree.stamp(descriptor), let before = Volume.stamp(descriptor) else { return .later("it cannot be looked at") }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        defer { if stamp.size > Self.kept { _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) } }
        do throws(ArchiveError) {
            let file = try read(descriptor, stamp)
            guard Volume.stamp(descriptor) == before else { return .later("it changed while it was read") }
            return .object(file)
        } catch {
            guard Volume.stamp(descriptor) == before else { return .later("it changed while it was read") }
            return error.code == .cannotUnderstand ? .refused(error.message, stamp) : .later(error.message)
        }
    }

    /// Larger files do not push out of memory what others read.
    private static let kept: UInt64 = 1 << 20
    private static let firstPiece = 64 << 10
    private static let piece = 512 << 10

    private func read(_ descriptor: Int32, _ stamp: FolderTree.Stamp) throws(ArchiveError) -> FileOfFolder {
        guard stamp.size > 0 else { throw ArchiveError(.cannotUnderstand, "it is empty") }
        var reader = FileReader(length: stamp.size, options: .init(limits: limits))
        var hash = SHA256(), head: [UInt8]?, waiting: [UInt8] = [], offset: UInt64 = 0

        /// Once it is known what comes before the data set in an object.
        func beginHash(isWhole: Bool) throws(ArchiveError) {
            guard head == nil, let meta = reader.head, let (sopClass, sopInstance) = Self.identity(reader, isWhole: isWhole) else { return }
            head = try Self.head(sopClass, sopInstance, meta.transferSyntax)
            hash.update(data: head ?? [])
            hash.update(data: waiting[min(waiting.count, Int(meta.dataSetOffset))...])
            waiting = []
        }

        while offset < stamp.size {
            let count = min(offset == 0 ? Self.firstPiece : Self.piece, Int(stamp.size - offset))
            let bytes = try Volume.read(descriptor, at: offset, count: count, path: "it")
            guard bytes.count == count else { throw ArchiveError(.storageFailed, "it became shorter") }
            do throws(ReadError) { try reader.feed(bytes) } catch { throw ArchiveError(error) }
            if reader.meta?.sopClassUID == UID.mediaStorageDirectory { throw Self.directory }
            if head == nil {
                waiting += bytes
                try beginHash(isWhole: false)
                guard head != nil || waiting.count <= Ingest.longestWait * 2 else {
                    throw ArchiveError(.cannotUnderstand, "SOP Class UID and SOP Instance UID are not in the first \(Ingest.longestWait >> 20) MiB")
                }
            } else {
                hash.update(data: bytes)
            }
            offset += UInt64(count)
        }
        do throws(ReadError) { try reader.finish() } catch { throw ArchiveError(error) }
        try beginHash(isWhole: true)
        guard let body = reader.body, let transferSyntax = reader.transferSyntax else { throw ArchiveError(.cannotUnderstand, "it has no data set") }
        let headCount = UInt64(head?.count ?? 0), dataSet = reader.dataSetOffset
        let object = ObjectID(hash.finalize())
        let recorded: RecordedCorrection?
        do throws(DatabaseError) {
            recorded = try database.readNow { (connection) throws(DatabaseError) in try RecordedCorrection.of(object, in: connection) }
        } catch { throw ArchiveError(error, "reading the index") }
        // Without its UIDs there is no head: the record says which is missing.
        let record = try InstanceRecord(
            body.reader, identity: Self.identity(reader, isWhole: true), transferSyntax: transferSyntax, dataSetOffset: headCount,
            size: headCount + stamp.size - dataSet,
            corrected: recorded.map { Corrected(correction: $0.correction, system: $0.system, sender: $0.sender, id: $0.id) }, extra: extra)
        guard let head else { throw ArchiveError(.cannotUnderstand, "it says neither SOP Class nor SOP Instance UID") }
        return FileOfFolder(stamp: stamp, record: record, object: object, head: head, dataSet: dataSet)
    }

    private static let directory = ArchiveError(.cannotUnderstand, "a DICOMDIR is a table of contents, not an object")

    /// By the data set; by the meta information where the data set is silent, which is certain once its place has been passed.
    private static func identity(_ reader: FileReader, isWhole: Bool) -> (sopClass: UID, sopInstance: UID)? {
        guard let body = reader.body?.reader else { return nil }
        func uid(_ tag: Tag, else stated: UID?) -> UID? {
            if let text = body.element(tag)?.strings(in: .default).first, !text.isEmpty { return UID(text) }
            return isWhole || body.hasPassed(tag) ? stated : nil
        }
        let stated = reader.meta?.identity
        guard let sopClass = uid(.sopClassUID, else: stated?.sopClass), let sopInstance = uid(.sopInstanceUID, else: stated?.sopInstance) else { return nil }
        return (sopClass, sopInstance)
    }

    private static func head(_ sopClass: UID, _ sopInstance: UID, _ transferSyntax: TransferSyntax) throws(ArchiveError) -> [UInt8] {
        guard sopClass != UID.mediaStorageDirectory else { throw directory }
        do throws(WriteError) {
            return try FileMetaInformation(sopClassUID: sopClass, sopInstanceUID: sopInstance, transferSyntax: transferSyntax).encoded()
        } catch {
            throw ArchiveError(.cannotUnderstand, "\(error)")
        }
    }
}
