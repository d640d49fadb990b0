import Archive
import DICOM
import DICOMImage
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// Frames of stored instances as a door wants them: as they lie there, native, in another transfer syntax, as a picture.
struct PixelAccess: Sendable {
    let archive: Archive
    let coding: any FrameCoding

    /// Bytes of a frame, and what its samples mean where that may differ from the stored attributes.
    struct Delivered: Sendable {
        var bytes: [UInt8]
        var photometricInterpretation: PhotometricInterpretation?
    }

    /// - Parameters:
    ///   - number: from 1.
    ///   - syntax: encapsulated, or Explicit VR Little Endian for the samples alone.
    /// - Throws: `HTTPFailure` 404 where there is no such frame, 406 where it cannot be had in that syntax, `ArchiveError`.
    func frame(_ number: Int, of instance: InstanceLocation, in syntax: TransferSyntax) async throws -> Delivered {
        // Native frames first: those of single bits begin within a byte, also where nothing else is to be changed.
        let stored = instance.transferSyntax
        if !stored.isEncapsulated, syntax == .explicitVRLittleEndian || syntax == stored && !stored.hasBigEndianPixels {
            return Delivered(bytes: try await archive.littleEndianFrame(number, of: instance))
        }
        if syntax == stored { return Delivered(bytes: try await archive.frame(number, of: instance)) }
        guard syntax == .explicitVRLittleEndian || FrameCodec.of(syntax)?.encode != nil else {
            throw HTTPFailure(.notAcceptable, "frames are not written in \(syntax.name): the instance is stored in \(instance.transferSyntax.name) (\(instance.transferSyntax.uid))")
        }
        if syntax == .explicitVRLittleEndian {
            let (native, _) = try await native(number, of: instance)
            return Delivered(bytes: native.bytes, photometricInterpretation: native.description.photometricInterpretation)
        }
        do {
            // What is compressed without loss is decoded again and compared before it goes out.
            let frame = try await Transcoder(coding: coding).frame(number - 1, of: try await image(instance), to: syntax)
            return Delivered(bytes: frame.bytes, photometricInterpretation: frame.photometricInterpretation)
        } catch let error as ImageError {
            throw Self.failure("the frame cannot be had in \(syntax.name)", error)
        } catch let error as ReadError {
            throw HTTPFailure(.notFound, "\(error)")
        }
    }

    /// The attributes before the pixel data and the way to its frames, without reading any.
    private func image(_ instance: InstanceLocation) async throws -> StoredInstance {
        let archive = archive
        guard let location = instance.pixelData, let frames = try await archive.frames(of: instance) else {
            return try await stored(instance)
        }
        return StoredInstance(
            dataSet: try await archive.header(of: instance), transferSyntax: instance.transferSyntax,
            pixelData: .init(tag: location.tag, vr: location.vr, isEncapsulated: location.isEncapsulated, frames: frames),
            storedLength: instance.size - instance.dataSetOffset
        ) { range in try await archive.read(instance, instance.inFile(range)) }
    }

    /// The whole instance as it is shown.
    private func stored(_ instance: InstanceLocation) async throws -> StoredInstance {
        let file = try await archive.file(of: instance)
        return try await StoredInstance(file: file.size) { range in try await file.read(range) }
    }

    /// Says what the samples of a frame mean where codecs delivered them otherwise than the attributes say.
    static let photometricInterpretation = HTTPField.Name("X-Photometric-Interpretation") ?? .contentType

    /// The form of frames the client likes best of those that can be had.
    /// - Throws: 406 with what would be acceptable.
    func choice(_ types: [MediaType], for instance: InstanceLocation, isOne: Bool) throws -> FrameMediaType.Choice {
        let stored = instance.transferSyntax
        let isVideo = Video.holds(stored), isDecodable = isVideo ? Video.isAvailable : !stored.isEncapsulated || FrameCodec.of(stored) != nil
        let choices = FrameMediaType.choices(types, stored: stored, isOne: isOne)
        if let choice = choices.first(where: { choice in
            choice.syntax == stored || isDecodable && (choice.syntax == .explicitVRLittleEndian || !isVideo && FrameCodec.of(choice.syntax)?.encode != nil)
        }) { return choice }
        let kept = stored.isEncapsulated ? stored : .explicitVRLittleEndian
        var native = isDecodable ? ", or as application/octet-stream in Explicit VR Little Endian\(isVideo ? "" : ", or in any syntax that is written here")" : ""
        if isVideo, !isDecodable { native = "; this server was built without libav, which decodes video" }
        throw HTTPFailure(.notAcceptable, "frames are handed out as stored: \(FrameMediaType.name(of: kept)) in \(stored.name) (\(stored.uid))\(native)")
    }

    /// A whole object, as it is stored or in another syntax, piece by piece.
    ///
    /// - Parameter memory: of all pieces of an answer.
    /// - Throws: `ImageError`, `ReadError`, `ArchiveError`: what has been written until then is no object.
    func object(_ instance: InstanceLocation, in syntax: TransferSyntax, _ memory: PieceMemory = PieceMemory(), to writer: inout any ResponseBodyWriter) async throws {
        if syntax == instance.transferSyntax { return try await kept(instance, memory, to: &writer) }
        let stored = try await stored(instance)
        let output = Output(writer)
        _ = try await Transcoder(coding: coding).transcode(stored, to: syntax) { try await output.writer.write(ByteBuffer(bytes: $0)) }
        writer = output.writer
    }

    /// A whole object as it is shown. Without a correction, what is read goes out in the memory it was read into.
    private func kept(_ instance: InstanceLocation, _ memory: PieceMemory, to writer: inout any ResponseBodyWriter) async throws {
        guard instance.correction == nil else {
            for try await chunk in archive.read(instance) { try await writer.write(ByteBuffer(bytes: chunk)) }
            return
        }
        if try await sent(instance, to: writer) { return }
        let pieces = archive.file(of: instance, piece: PieceMemory.piece, whole: PieceMemory.whole, make: memory.filled)
        while let piece = try await pieces.next() { try await writer.write(piece) }
    }

    /// Lets the system send a whole object whose bytes were hashed lately; false where that cannot be, and nothing was sent.
    ///
    /// The last piece goes out only when the file has not been touched meanwhile, or has been found right.
    private func sent(_ instance: InstanceLocation, to writer: any ResponseBodyWriter) async throws -> Bool {
        guard let sending = try await sending(instance.size, writer), let file = try await archive.open(instance), archive.isHashedLately(file),
            file.isInMemory(ByteRange(offset: 0, length: min(instance.size, FileLine.piece)))
        else { return false }
        let memory = PieceMemory()
        var offset: UInt64 = 0, any = writer
        while offset < instance.size {
            let piece = ByteRange(offset: offset, length: min(FileLine.piece, instance.size - offset))
            offset += piece.length
            if offset == instance.size, !file.isUnchanged { try await archive.check(instance) }
            try await send(piece, of: instance, file, sending, memory, to: &any)
        }
        return true
    }

    private func sending(_ length: UInt64, _ writer: any ResponseBodyWriter) async throws -> (any FileSending)? {
        guard length >= FileLine.least, let sending = writer as? any FileSending, try await sending.sendsFiles else { return nil }
        return sending
    }

    /// By the system where it waits for no disk, else read.
    private func send(
        _ range: ByteRange, of instance: InstanceLocation, _ file: OpenObject, _ sending: any FileSending, _ memory: PieceMemory, to writer: inout any ResponseBodyWriter
    ) async throws {
        if file.isInMemory(range) { return try await sending.send(file, range) }
        var offset = range.offset
        while offset < range.offset + range.length {
            let piece = ByteRange(offset: offset, length: min(PieceMemory.piece, range.offset + range.length - offset))
            try await writer.write(try await archive.read(instance, piece, make: memory.filled))
            offset += piece.length
        }
    }

    /// Bytes of the stored file, piece by piece.
    func bytes(_ range: ByteRange, of instance: InstanceLocation, _ memory: PieceMemory = PieceMemory(), to writer: inout any ResponseBodyWriter) async throws {
        var offset = range.offset
        let end = range.offset + range.length
        let sending = try await sending(range.length, writer), file = sending == nil ? nil : try await archive.open(instance)
        while offset < end {
            let left = end - offset
            if let sending, let file {
                let piece = ByteRange(offset: offset, length: min(FileLine.piece, left))
                try await send(piece, of: instance, file, sending, memory, to: &writer)
                offset += piece.length
                continue
            }
            let piece = ByteRange(offset: offset, length: left <= PieceMemory.whole ? left : PieceMemory.piece)
            try await writer.write(try await archive.read(instance, piece, make: memory.filled))
            offset += piece.length
        }
    }

    /// Whether an instance's first frame can be had in a syntax.
    /// - Throws: `HTTPFailure` 406 where it cannot.
    func probe(_ instance: InstanceLocation, in syntax: TransferSyntax) async throws {
        guard instance.pixelData != nil, instance.transferSyntax.isEncapsulated || syntax.isEncapsulated else { return }
        do {
            _ = try await Transcoder(coding: coding).frame(0, of: try await image(instance), to: syntax)
        } catch let error as ImageError {
            throw Self.failure("the object cannot be had in \(syntax.name)", error)
        } catch let error as ReadError {
            throw HTTPFailure(.notAcceptable, "the object cannot be had in \(syntax.name): \(error)")
        }
    }

    /// Holds a writer for a closure that outlives no call.
    private final class Output {
        var writer: any ResponseBodyWriter
        init(_ writer: any ResponseBodyWriter) { self.writer = writer }
    }

    /// A frame's samples as plain bytes, and the attributes before the pixel data.
    func native(_ number: Int, of instance: InstanceLocation) async throws -> (NativeFrame, DataSet) {
        let header = try await archive.header(of: instance)
        if let video = try await video(instance) { return (try await videoFrame(number, of: video, instance, header), header) }
        let bytes = try await archive.frame(number, of: instance)
        let frame = try await Self.explained("the frame cannot be decoded") { () async throws(ImageError) in
            let description = try PixelDescription(header)
            if instance.transferSyntax.isEncapsulated { return try await coding.decode(bytes, instance.transferSyntax, description) }
            let order = ByteOrder(transferSyntax: instance.transferSyntax, vr: instance.pixelData?.vr ?? .OW, bitsAllocated: description.bitsAllocated)
            return try NativeFrame(stored: bytes, description: description, byteOrder: order, index: number - 1)
        }
        return (frame, header)
    }

    /// What the image layer refuses, said to a client of HTTP.
    static func explained<T>(_ what: String, _ work: () async throws(ImageError) -> T) async throws -> T {
        do throws(ImageError) { return try await work() } catch { throw failure(what, error) }
    }

    /// The worker's end is no word on the object: another try may have another end.
    static func failure(_ what: String, _ error: ImageError) -> HTTPFailure {
        HTTPFailure(error.code == .unavailable ? .serviceUnavailable : .notAcceptable, "\(what): \(error)")
    }
}
