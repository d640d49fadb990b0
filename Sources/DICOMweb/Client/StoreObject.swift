import DICOM
import NIOCore

/// An instance on its way to another server.
public struct StoreObject: Sendable {
    /// For people: a file's path, or the SOP Instance UID.
    public var name: String
    public var sopClass: UID
    public var sopInstance: UID
    /// Bytes of the PS3.10 file, preamble and meta information included; nil: not known beforehand.
    public var size: UInt64?
    /// As near as is known, to bound a request.
    public var estimate: UInt64
    /// Its bytes from the beginning, each time it is called: a request may have to be made again.
    public var pieces: @Sendable () -> Pieces

    /// The next piece; nil at the end.
    public typealias Pieces = @Sendable () async throws -> ByteBuffer?

    public init(name: String, sopClass: UID, sopInstance: UID, size: UInt64?, estimate: UInt64 = 0, pieces: @escaping @Sendable () -> Pieces) {
        self.name = name
        self.sopClass = sopClass
        self.sopInstance = sopInstance
        self.size = size
        self.estimate = size ?? estimate
        self.pieces = pieces
    }
}

/// What another server made of an instance. Stored is only what it names as stored.
public enum RemoteOutcome: Sendable, Hashable {
    case stored
    /// Stored, with Warning Reason (0008,1196).
    case warned(UInt16)
    /// Failure Reason (0008,1197); nil where none was given.
    case refused(UInt16?)
    /// Its answer does not name the instance: nobody knows.
    case unmentioned
}

/// Frames instances as `multipart/related` (RFC 2387). A pure value.
struct StoreFraming: Sendable {
    let boundary: String

    init(boundary: String) { self.boundary = boundary }

    /// A boundary that 128 bits of chance keep from occurring in an instance.
    init() {
        let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }
        boundary = "isocenter-" + digits.joined(separator: "-")
    }

    var contentType: String { "multipart/related; type=\"application/dicom\"; boundary=\"\(boundary)\"" }

    /// Before an instance.
    var head: String { "\r\n--\(boundary)\r\nContent-Type: application/dicom\r\n\r\n" }
    /// Behind the last one.
    var tail: String { "\r\n--\(boundary)--\r\n" }

    /// Of the whole body; nil where a size is not known, or the sum is none.
    func length(_ sizes: [UInt64?]) -> Int64? {
        var sum = UInt64(tail.utf8.count)
        for size in sizes {
            guard let size else { return nil }
            let (part, isTooLarge) = size.addingReportingOverflow(UInt64(head.utf8.count))
            let (whole, isTooLargeAfter) = sum.addingReportingOverflow(part)
            guard !isTooLarge, !isTooLargeAfter else { return nil }
            sum = whole
        }
        return Int64(exactly: sum)
    }
}

/// The body of a store, made while it is sent.
struct StoreBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let objects: [StoreObject]
    let framing: StoreFraming

    func makeAsyncIterator() -> Iterator { Iterator(objects: objects[...], framing: framing) }

    struct Iterator: AsyncIteratorProtocol {
        var objects: ArraySlice<StoreObject>
        let framing: StoreFraming
        private var current: (object: StoreObject, pieces: StoreObject.Pieces, sent: UInt64)?
        private var isAtEnd = false

        init(objects: ArraySlice<StoreObject>, framing: StoreFraming) {
            self.objects = objects
            self.framing = framing
        }

        /// - Throws: `StoreBodyError` naming the instance that cannot be read, or is not as long as it was.
        mutating func next() async throws -> ByteBuffer? {
            if let (object, pieces, sent) = current {
                let piece: ByteBuffer?
                do { piece = try await pieces() } catch { throw StoreBodyError(instance: object.sopInstance, description: "\(error)") }
                if let piece {
                    let sum = sent + UInt64(piece.readableBytes)
                    guard sum <= object.size ?? .max else { throw StoreBodyError(instance: object.sopInstance, description: "it grew while it was sent") }
                    current = (object, pieces, sum)
                    return piece
                }
                guard object.size == nil || object.size == sent else { throw StoreBodyError(instance: object.sopInstance, description: "it ended before its time while it was sent") }
                current = nil
            }
            if let object = objects.popFirst() {
                current = (object, object.pieces(), 0)
                return ByteBuffer(string: framing.head)
            }
            if isAtEnd { return nil }
            isAtEnd = true
            return ByteBuffer(string: framing.tail)
        }
    }
}

/// An instance of ours that could not be read while it was sent; nothing of that request has been stored, as far as we know.
public struct StoreBodyError: Error, Sendable, CustomStringConvertible {
    public var instance: UID
    public var description: String
}
