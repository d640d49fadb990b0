import DICOM

/// The bytes of a stored file with another head, piece by piece. The file is read whole and checked against its hash all the same: the
/// last piece comes only when all of its bytes are right.
struct RewrittenBytes: Sendable {
    private let store: any BlobStore
    private let object: ObjectID
    private let head: RewrittenHead
    private var stored: ObjectBytes.Stored
    private let inflation: Inflation?

    private var ready: [RewrittenHead.Piece]
    /// Bytes to be passed over before what stays as it is.
    private var missing: UInt64
    private var isHeadOut = false
    private var isAtEnd = false

    /// What is deflated is inflated and deflated anew on the way.
    private struct Inflation: Sendable {
        let inflater: Inflater
        let deflater: Deflater
    }

    init(_ head: RewrittenHead, _ location: InstanceLocation, store: any BlobStore, recheck: Recheck?) {
        self.store = store
        self.head = head
        object = location.object
        stored = ObjectBytes.Stored(store: store, object: location.object, size: location.size, recheck: recheck)
        ready = []
        if location.transferSyntax.isDeflated {
            inflation = Inflation(inflater: Inflater(ratio: ReadLimits().inflateRatio), deflater: Deflater())
            missing = location.dataSetOffset
            if case .bytes(let meta)? = head.pieces.first { ready = [.bytes(meta)] }
            isHeadOut = true
            inflatedMissing = head.replaced
        } else {
            inflation = nil
            missing = head.replaced
        }
    }

    /// Of a deflated data set, once inflated: what its new head stands for.
    private var inflatedMissing: UInt64 = 0
    private var isInflatedHeadOut = false

    mutating func next() async throws(ArchiveError) -> [UInt8]? {
        while true {
            if let piece = try await nextReady() { return piece }
            if isAtEnd { return nil }
            guard var bytes = try await stored.next() else {
                isAtEnd = true
                if let inflation { return inflation.deflater.deflate(deflatedHead(), isLast: true) }
                if !isHeadOut { startHead(before: []) }
                continue
            }
            let passed = Int(min(missing, UInt64(bytes.count)))
            missing -= UInt64(passed)
            if passed > 0 { bytes.removeFirst(passed) }
            if let inflation {
                let made = try deflated(bytes, inflation)
                if !made.isEmpty { return made }
            } else if missing == 0, !isHeadOut, !bytes.isEmpty {
                startHead(before: bytes)
            } else if !bytes.isEmpty {
                return bytes
            }
        }
    }

    private mutating func startHead(before bytes: [UInt8]) {
        isHeadOut = true
        ready = head.pieces + (bytes.isEmpty ? [] : [.bytes(bytes)])
    }

    private mutating func nextReady() async throws(ArchiveError) -> [UInt8]? {
        while !ready.isEmpty {
            switch ready.removeFirst() {
            case .bytes(let bytes): if !bytes.isEmpty { return bytes }
            case .stored(let range):
                let length = min(range.length, ObjectBytes.pieceSize)
                if length < range.length { ready.insert(.stored(ByteRange(offset: range.offset + length, length: range.length - length)), at: 0) }
                if length > 0 { return try await store.read(object, ByteRange(offset: range.offset, length: length)) }
            }
        }
        return nil
    }

    private mutating func deflated(_ bytes: [UInt8], _ inflation: Inflation) throws(ArchiveError) -> [UInt8] {
        var made: [UInt8] = []
        do throws(ReadError) {
            var missing = inflatedMissing, rest: [UInt8] = []
            try inflation.inflater.inflate(bytes) { block in
                let passed = Int(min(missing, UInt64(block.count)))
                missing -= UInt64(passed)
                rest += block.dropFirst(passed)
                return true
            }
            inflatedMissing = missing
            if missing == 0 { made = inflation.deflater.deflate(deflatedHead()) }
            if !rest.isEmpty { made += inflation.deflater.deflate(rest) }
        } catch {
            throw ArchiveError(.damaged, "object \(object) is damaged: \(error)")
        }
        return made
    }

    /// Once.
    private mutating func deflatedHead() -> [UInt8] {
        guard !isInflatedHeadOut else { return [] }
        isInflatedHeadOut = true
        return head.pieces.dropFirst().reduce(into: []) { bytes, piece in
            if case .bytes(let more) = piece { bytes += more }
        }
    }
}
