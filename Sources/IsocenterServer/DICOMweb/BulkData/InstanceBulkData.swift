import Archive
import DICOM
import DICOMImage
import HTTPTypes
import Hummingbird
import NIOCore

/// A part of an answer of bulk data: a value, or a frame of compressed pixel data.
struct BulkDataPart: Sendable {
    var contentType: String
    var location: String
    /// Bytes, where known before they are made.
    var length: UInt64?
    var write: @Sendable (inout any ResponseBodyWriter) async throws -> Void
}

/// What bulk data of an instance becomes in the form a client wants (PS3.18 §8.7.3.3).
struct InstanceBulkData: Sendable {
    let pixels: PixelAccess
    let instance: InstanceLocation
    let root: String

    static let octets = "application/octet-stream"
    /// Values are in this syntax whatever the object is in.
    static let octetsContent = "\(octets); transfer-syntax=\(TransferSyntax.explicitVRLittleEndian.uid)"

    var links: BulkDataLinks { BulkDataLinks(root: root, instance: instance) }

    /// Every value that metadata links to; pixel data alone where nothing else is wanted.
    func parts(_ types: [MediaType], onlyPixels: Bool) async throws -> [BulkDataPart] {
        let header = try await pixels.archive.header(of: instance)
        let elements = onlyPixels
            ? [Tag.pixelData, .floatPixelData, .doubleFloatPixelData].compactMap { tag in header[tag].map { (path: ElementPath([], tag), element: $0) } } : links.linked(header)
        var parts: [BulkDataPart] = []
        for (path, element) in elements {
            if isPixelData(path) {
                parts += try await frames(try pixels.choice(types, for: instance, isOne: false))
            } else if let value = BulkValue(element, of: instance, in: pixels.archive) {
                guard types.contains(where: { $0.matchesPart(Self.octets) }) || onlyPixels else { continue }
                parts.append(part(value, links.uri(path)))
            }
        }
        return parts
    }

    /// Encapsulated pixel data has frames, which go out one by one; all other values are bytes.
    func isPixelData(_ path: ElementPath) -> Bool { path.steps.isEmpty && path.tag == instance.pixelData?.tag }

    func part(_ value: BulkValue, _ location: String) -> BulkDataPart {
        BulkDataPart(contentType: Self.octetsContent, location: location, length: value.length) { try await value.write(0..<value.length, to: &$0) }
    }

    /// Pixel data of the instance: one value where it is native or asked for natively, else a part a frame.
    func frames(_ choice: FrameMediaType.Choice) async throws -> [BulkDataPart] {
        guard let pixelData = instance.pixelData else { return [] }
        let location = links.uri(ElementPath([], pixelData.tag))
        if choice.syntax == instance.transferSyntax, let video = try await pixels.video(instance) {
            return [BulkDataPart(contentType: choice.contentType, location: location, length: video.location.isFragmented ? nil : video.length) { writer in
                try await video.pieces { try await writer.write(ByteBuffer(bytes: $0)) }
            }]
        }
        if !choice.syntax.isEncapsulated, let value = native(pixelData) { return [part(value, location)] }
        guard let table = try await pixels.archive.frames(of: instance), table.count > 0 else {
            throw HTTPFailure(.notFound, "it cannot be told where the frames of instance \(instance.sopInstance) lie")
        }
        let instance = instance, pixels = pixels, root = root
        guard choice.syntax.isEncapsulated else {
            // Decoded one after the other: the value as it would be uncompressed.
            return [BulkDataPart(contentType: choice.contentType, location: location, length: nil) { writer in
                for number in 1...table.count { try await writer.write(ByteBuffer(bytes: try await pixels.frame(number, of: instance, in: choice.syntax).bytes)) }
            }]
        }
        return (1...table.count).map { number in
            BulkDataPart(contentType: choice.contentType, location: "\(instance.url(root))/frames/\(number)", length: nil) { writer in
                try await writer.write(ByteBuffer(bytes: try await pixels.frame(number, of: instance, in: choice.syntax).bytes))
            }
        }
    }

    /// nil where it is compressed.
    func native(_ pixelData: PixelDataIndex) -> BulkValue? {
        guard !instance.transferSyntax.isEncapsulated else { return nil }
        return BulkValue(DataElement(tag: pixelData.tag, vr: pixelData.vr, value: .external(pixelData.value)), of: instance, in: pixels.archive)
    }
}

/// The bulk data of many instances, made one instance at a time.
struct BulkDataParts: Sendable {
    let pixels: PixelAccess
    let types: [MediaType]
    let root: String
    let onlyPixels: Bool
    private var instances: RetrievedInstances.Iterator
    private var parts: ArraySlice<BulkDataPart> = []

    init(_ instances: RetrievedInstances, pixels: PixelAccess, types: [MediaType], root: String, onlyPixels: Bool) {
        (self.pixels, self.types, self.root, self.onlyPixels) = (pixels, types, root, onlyPixels)
        self.instances = instances.makeAsyncIterator()
    }

    mutating func next() async throws -> BulkDataPart? {
        while parts.isEmpty {
            guard let instance = try await instances.next() else { return nil }
            parts = try await InstanceBulkData(pixels: pixels, instance: instance, root: root).parts(types, onlyPixels: onlyPixels)[...]
        }
        return parts.popFirst()
    }
}
