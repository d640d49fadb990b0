import Archive
import DICOM
import DICOMImage
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// Frames of an instance (PS3.18 §10.4.1.1.6).
struct FrameRoutes: RouteSet {
    let archive: Archive
    let pixels: PixelAccess

    func add(to group: RouterGroup<RequestScope>) {
        group.get("studies/:study/series/:series/instances/:instance/frames/:frames") { request, context in try await frames(request, context) }
    }

    private func frames(_ request: Request, _ context: RequestScope) async throws -> Response {
        let numbers = try Self.frameNumbers(context.parameters.get("frames") ?? "")
        guard let instance = try await archive.instances(context).first else { throw HTTPFailure(.notFound, "there is no such instance") }
        let choice = try pixels.choice(MediaType.accepted(request), for: instance, isOne: numbers.count == 1)
        let count = instance.pixelData?.frames.count ?? 0
        if !instance.transferSyntax.isDeflated, count > 0, let missing = numbers.first(where: { $0 > count }) {
            throw HTTPFailure(.notFound, "there is no frame \(missing): the instance has \(count)")
        }
        let tag = EntityTag([instance.version, "f\(numbers[0])", choice.name, choice.syntax.uid.text], isWeak: !choice.isSingle)
        // One frame alone is known by its tag.
        if numbers.count == 1, let known = tag.notModified(request) { return known }
        if choice.syntax == instance.transferSyntax, numbers == [1], let video = try await pixels.video(instance) {
            return try await self.video(video, choice, "\(instance.url(request.serviceRoot))/frames/1", request, tag)
        }
        if let ranges = try await archive.ranges(of: numbers, in: instance, choice.syntax) { return try await kept(ranges, numbers, instance, choice, request, tag, context.fileLine) }
        return try await made(numbers, instance, choice, request, tag)
    }

    /// Frames that go out as they lie there, piece by piece, however long they are.
    private func kept(
        _ ranges: [ByteRange], _ numbers: [Int], _ instance: InstanceLocation, _ choice: FrameMediaType.Choice, _ request: Request, _ tag: EntityTag,
        _ line: FileLine
    ) async throws -> Response {
        if choice.isSingle, let range = ranges.first {
            let memory = range.length <= PieceMemory.whole ? .short : PieceMemory()
            return try await ByteRanges.response(request, [.contentType: choice.contentType], length: range.length, tag: tag, line) { [pixels] part, writer in
                try await pixels.bytes(ByteRange(offset: range.offset + part.lowerBound, length: part.upperBound - part.lowerBound), of: instance, memory, to: &writer)
            }
        }
        let root = request.serviceRoot
        if let number = numbers.first, let range = ranges.first, ranges.count == 1, range.length <= PieceMemory.whole {
            return try await MultipartBody.short(
                choice.name, contentType: choice.contentType, location: "\(instance.url(root))/frames/\(number)", length: range.length, tag.fields
            ) { make in try await archive.read(instance, range, make: make) }
        }
        let memory = PieceMemory()
        let parts = zip(numbers, ranges).map { number, range in
            MultipartBody.Part(contentType: choice.contentType, location: "\(instance.url(root))/frames/\(number)", length: range.length) { [pixels] writer in
                try await pixels.bytes(range, of: instance, memory, to: &writer)
            }
        }
        return MultipartBody(rootType: choice.name, parts: parts).response(numbers.count == 1 ? tag.fields : [.cacheControl: "private"], by: line)
    }

    private func made(
        _ numbers: [Int], _ instance: InstanceLocation, _ choice: FrameMediaType.Choice, _ request: Request, _ tag: EntityTag
    ) async throws -> Response {
        // The first is made before the answer begins, so that what cannot be had is said with a status.
        let first = try await pixels.frame(numbers[0], of: instance, in: choice.syntax)
        if choice.isSingle {
            var headers = tag.fields
            headers[.contentType] = choice.contentType
            headers[PixelAccess.photometricInterpretation] = first.photometricInterpretation?.rawValue
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: first.bytes)))
        }
        let root = request.serviceRoot
        let parts = numbers.enumerated().map { index, number in
            MultipartBody.Part(
                contentType: choice.contentType, location: "\(instance.url(root))/frames/\(number)",
                length: index == 0 ? UInt64(first.bytes.count) : nil,
                // Every frame of an instance is delivered alike.
                fields: first.photometricInterpretation.map { ["\(PixelAccess.photometricInterpretation)": $0.rawValue] } ?? [:]
            ) { [pixels] writer in
                let bytes = index == 0 ? first.bytes : try await pixels.frame(number, of: instance, in: choice.syntax).bytes
                try await writer.write(ByteBuffer(bytes: bytes))
            }
        }
        return MultipartBody(rootType: choice.name, parts: parts).response(numbers.count == 1 ? tag.fields : [.cacheControl: "private"])
    }

    /// A video as it is stored: its frames are not apart (PS3.5 §8.2.5), so that all of them go out as the first.
    private func video(_ video: VideoStream, _ choice: FrameMediaType.Choice, _ location: String, _ request: Request, _ tag: EntityTag) async throws -> Response {
        if choice.isSingle { return try await video.response(choice.contentType, request, tag) }
        let length = video.location.isFragmented ? nil : video.length
        let part = MultipartBody.Part(contentType: choice.contentType, location: location, length: length) { writer in
            try await video.pieces { try await writer.write(ByteBuffer(bytes: $0)) }
        }
        return MultipartBody(rootType: choice.name, parts: [part]).response(tag.fields)
    }

    /// `1`, `1,3,5`: each once, in the order in which they are wanted (PS3.18 §10.4.1.1.6).
    static func frameNumbers(_ text: String) throws -> [Int] {
        let numbers = text.replacing("%2C", with: ",").replacing("%2c", with: ",").split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard !numbers.isEmpty, numbers.count <= 10_000, numbers.allSatisfy({ $0 != nil && $0 ?? 0 > 0 }) else {
            throw HTTPFailure(.badRequest, "frames are a list of numbers from 1, separated by commas")
        }
        let found = numbers.compactMap { $0 }
        var seen: Set<Int> = []
        if let twice = found.first(where: { !seen.insert($0).inserted }) { throw HTTPFailure(.badRequest, "frame \(twice) is asked for twice") }
        return found
    }
}

extension Archive {
    /// Where frames lie in the file, if they can go out as they lie there; nil where they have to be put together or changed.
    ///
    /// - Throws: `HTTPFailure` 404 where there is no such frame, and why.
    func ranges(of numbers: [Int], in instance: InstanceLocation, _ syntax: TransferSyntax) async throws -> [ByteRange]? {
        let stored = instance.transferSyntax
        guard !stored.isDeflated, stored.isEncapsulated ? syntax == stored : syntax == .explicitVRLittleEndian && !stored.hasBigEndianPixels else { return nil }
        guard let frames = try await frames(of: instance) else { throw HTTPFailure(.notFound, "the instance has no pixel data") }
        if case .native(let bits, let unit) = frames.layout, unit != 1 || bits % 8 > 0 { return nil }
        var ranges: [ByteRange] = []
        for number in numbers {
            do throws(ReadError) {
                let location = try frames.location(of: number - 1)
                guard !location.isFragmented else { return nil }
                ranges.append(instance.inFile(location.range))
            } catch {
                throw HTTPFailure(.notFound, "\(error)")
            }
        }
        return ranges
    }
}
