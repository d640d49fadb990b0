import Archive
import Crypto
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// Objects as a file set in one ZIP file (PS3.18 §8.7.3.1, PS3.10 §8): a DICOMDIR first, then the files it names.
///
/// Written as the client takes it. Memory is bounded by the directory and one piece.
struct ZipAnswer: Sendable {
    private struct File: Sendable {
        var instance: InstanceLocation
        var target: TransferSyntax
        var name: String
        /// As stored: what it says about itself, which is true before it is read.
        var isStored: Bool { target == instance.transferSyntax && instance.correction == nil }
    }

    private let pixels: PixelAccess
    private let files: [File]
    private let directory: [UInt8]
    private let name: String
    /// The same objects in the same state make the same file.
    private let tag: EntityTag

    /// Reads what the directory says of each object.
    ///
    /// - Parameter objects: with the transfer syntax each is to have.
    /// - Throws: `ArchiveError` where an object cannot be read.
    init(_ objects: [(InstanceLocation, TransferSyntax)], pixels: PixelAccess) async throws {
        self.pixels = pixels
        var digest = SHA256()
        for (instance, target) in objects { digest.update(data: Array("\(instance.version) \(target.uid)\n".utf8)) }
        let hash = Array(digest.finalize())
        // UUIDs from a hash are of version 8 (RFC 9562 §5.8).
        var number: UInt128 = 0
        for byte in hash.prefix(16) { number = number << 8 | UInt128(byte) }
        let fixed: UInt128 = 0xF << 76 | 0x3 << 62, version: UInt128 = 0x8 << 76 | 0x2 << 62
        number = number & ~fixed | version
        tag = EntityTag(["zip"] + hash.prefix(16).map { String($0, radix: 16) })
        var files: [File] = [], writer = DICOMDIR.Writer(fileSetID: "ISOCENTER", uid: UID("2.25.\(number)") ?? UID.random()), places = Places(), name = "study"
        for (index, (instance, target)) in objects.enumerated() {
            let header = try await pixels.archive.header(of: instance)
            if index == 0 { name = Self.name(header) }
            let (study, series, number) = places.next(instance)
            let fileID = DICOMDIR.Writer.fileID(study: study, series: series, instance: number, sopClass: instance.sopClass)
            try writer.add(header, fileID: fileID, sopClass: instance.sopClass, sopInstance: instance.sopInstance, transferSyntax: target)
            files.append(File(instance: instance, target: target, name: fileID.joined(separator: "/")))
        }
        (self.files, directory, self.name) = (files, try writer.encoded(), name)
    }

    /// Numbers of studies, series in them and instances in these, each from 1.
    private struct Places {
        private var studies: [UID: Int] = [:], series: [UID: Int] = [:], instances: [UID: Int] = [:], inStudy: [UID: Int] = [:]

        mutating func next(_ instance: InstanceLocation) -> (Int, Int, Int) {
            let study = studies[instance.study] ?? studies.count + 1
            studies[instance.study] = study
            if series[instance.series] == nil {
                inStudy[instance.study, default: 0] += 1
                series[instance.series] = inStudy[instance.study]
            }
            instances[instance.series, default: 0] += 1
            return (study, series[instance.series] ?? 1, instances[instance.series] ?? 1)
        }
    }

    func response(_ request: Request) -> Response {
        if let known = tag.notModified(request) { return known }
        let length = files.allSatisfy(\.isStored)
            ? ZipFile.length(of: [("DICOMDIR", UInt64(directory.count))] + files.map { ($0.name, $0.instance.size) }) : nil
        var headers = tag.fields
        headers[.contentType] = "application/zip"
        headers[.contentDisposition] = "attachment; filename=\"\(name).zip\""
        return Response(status: .ok, headers: headers, body: ResponseBody(contentLength: length.map { Int(clamping: $0) }) { writer in
            try await write(to: &writer)
            try await writer.finish(nil)
        })
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        var zip = ZipFile(time: DOSTime(microseconds: files.map(\.instance.received).max() ?? 0))
        let crc = directory.withUnsafeBytes { ZipFile.crc(0, $0) }
        try await writer.write(ByteBuffer(bytes: zip.begin("DICOMDIR", length: UInt64(directory.count), crc: crc) + directory))
        let memory = PieceMemory()
        for file in files {
            if file.isStored { try await stored(file, &zip, memory, to: &writer) } else { try await made(file, &zip, to: &writer) }
        }
        try await writer.write(ByteBuffer(bytes: zip.finish()))
    }

    /// Its CRC-32 stands before it, for the sake of readers that do not look ahead: what is small is held for it, what is large is read twice.
    private func stored(_ file: File, _ zip: inout ZipFile, _ memory: PieceMemory, to writer: inout any ResponseBodyWriter) async throws {
        let pieces = pixels.archive.file(of: file.instance, piece: PieceMemory.piece, whole: PieceMemory.whole, make: memory.filled)
        var crc: UInt32 = 0, held: ByteBuffer?
        while let piece = try await pieces.next() {
            crc = piece.withUnsafeReadableBytes { ZipFile.crc(crc, $0) }
            held = UInt64(piece.readableBytes) == file.instance.size ? piece : nil
        }
        let header = ByteBuffer(bytes: zip.begin(file.name, length: file.instance.size, crc: crc))
        if let held { return try await writer.write(contentsOf: [header, held]) }
        try await writer.write(header)
        try await pixels.bytes(ByteRange(offset: 0, length: file.instance.size), of: file.instance, memory, to: &writer)
    }

    private func made(_ file: File, _ zip: inout ZipFile, to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(bytes: zip.begin(file.name)))
        let counting = CountingWriter(writer)
        var any: any ResponseBodyWriter = counting
        try await pixels.object(file.instance, in: file.target, to: &any)
        try await writer.write(ByteBuffer(bytes: zip.end(length: counting.length, crc: counting.crc)))
    }

    /// Knows how much went through it.
    private final class CountingWriter: ResponseBodyWriter {
        private var base: any ResponseBodyWriter
        private(set) var length: UInt64 = 0
        private(set) var crc: UInt32 = 0

        init(_ base: any ResponseBodyWriter) { self.base = base }

        func write(_ buffer: ByteBuffer) async throws {
            length += UInt64(buffer.readableBytes)
            crc = buffer.withUnsafeReadableBytes { ZipFile.crc(crc, $0) }
            try await base.write(buffer)
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws { try await base.finish(trailingHeaders) }
    }

    /// For people: patient, date and modality, as far as they are letters that every file system takes.
    private static func name(_ header: DataSet) -> String {
        let words = [header.string(.patientName)?.split(separator: "=").first.map(String.init), header.string(.studyDate), header.string(.modality)]
        let text = words.compactMap { $0 }.joined(separator: "_").map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
        }
        let name = String(text).split(separator: "_").joined(separator: "_")
        return name.isEmpty ? "study" : String(name.prefix(100))
    }
}
