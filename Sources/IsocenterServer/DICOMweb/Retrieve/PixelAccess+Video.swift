import Archive
import DICOM
import DICOMImage
import DICOMweb
import Hummingbird
import NIOCore

extension PixelAccess {
    /// The one stream of all frames; nil where the instance is no video.
    func video(_ instance: InstanceLocation) async throws -> VideoStream? {
        guard Video.holds(instance.transferSyntax), case .stream(let location)? = try await archive.frames(of: instance)?.layout else { return nil }
        return VideoStream(location) { [archive] range in try await archive.read(instance, instance.inFile(range)) }
    }

    /// - Parameter number: from 1.
    /// - Throws: `HTTPFailure` 404 where Number of Frames is below, 406 where the frame cannot be decoded, `ArchiveError`.
    func videoFrame(_ number: Int, of video: VideoStream, _ instance: InstanceLocation, _ header: DataSet) async throws -> NativeFrame {
        do {
            try await archive.frames(of: instance)?.check(number - 1)
            // Without libav there is no need to hand the stream to a worker that says so.
            guard Video.isAvailable else { throw ImageError(.unsupported, .transferSyntaxUID, "this server was built without libav, which decodes video") }
            return try await coding.videoFrame(number - 1, of: video, instance.transferSyntax, try PixelDescription(header))
        } catch let error as ImageError {
            throw Self.failure("the frame cannot be decoded", error)
        } catch let error as ReadError {
            throw HTTPFailure(.notFound, "\(error)")
        }
    }

    /// A video that is stored as MP4, which needs no making; nil where the instance is no video.
    ///
    /// - Parameter isPlain: nothing was asked for that would change the pictures.
    /// - Throws: `HTTPFailure` 406 where the stream is in another container, or where it would have to be changed.
    func movie(_ instance: InstanceLocation, isPlain: Bool) async throws -> VideoStream? {
        guard let video = try await video(instance) else { return nil }
        let stored = "\(instance.transferSyntax.name) (\(instance.transferSyntax.uid))"
        guard try await video.isMP4 else {
            throw HTTPFailure(
                .notAcceptable,
                "the video is stored in \(stored), in a container that is not MP4: frames/1 hands it out as \(FrameMediaType.name(of: instance.transferSyntax)) as it is, rendered and thumbnail its single frames")
        }
        guard isPlain else { throw HTTPFailure(.notAcceptable, "the video is stored in \(stored) and handed out as it is: only without parameters of rendering") }
        return video
    }
}

extension VideoStream {
    /// As an answer of its own, of which clients may have parts.
    func response(_ contentType: String, _ request: Request, _ tag: EntityTag) async throws -> Response {
        let places = try await places()
        let length = places.reduce(0) { $0 + $1.length }
        return try await ByteRanges.response(request, [.contentType: contentType], length: length, tag: tag) { part, writer in
            try await pieces(part, of: places) { try await writer.write(ByteBuffer(bytes: $0)) }
        }
    }

    /// It begins with a file type box (ISO/IEC 14496-12 §4.3).
    fileprivate var isMP4: Bool {
        get async throws { try await beginning(8).dropFirst(4).elementsEqual("ftyp".utf8) }
    }
}
