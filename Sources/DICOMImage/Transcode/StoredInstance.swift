import DICOM

/// An instance as it lies somewhere: its attributes in memory, its pixel data to be read by ranges.
public struct StoredInstance: Sendable {
    public typealias Read = @Sendable (ByteRange) async throws -> [UInt8]

    public struct PixelData: Sendable {
        public var tag: Tag
        public var vr: VR
        public var isEncapsulated: Bool
        /// In offsets from the first byte of the (inflated) data set.
        public var frames: FrameTable

        public init(tag: Tag, vr: VR, isEncapsulated: Bool, frames: FrameTable) {
            self.tag = tag
            self.vr = vr
            self.isEncapsulated = isEncapsulated
            self.frames = frames
        }
    }

    /// All attributes; pixel data and other values too large to be held are external, in offsets from the first byte of the data set.
    public var dataSet: DataSet
    public var transferSyntax: TransferSyntax
    /// What the file's head says; taken where the data set itself is silent.
    public var stated: (sopClass: UID?, sopInstance: UID?)
    /// nil where the instance is no image.
    public var pixelData: PixelData?
    /// Bytes of the data set, inflated where it is deflated: ranges count from its first.
    public var read: Read
    /// The data set as it is stored: its length, and its bytes.
    public var storedLength: UInt64
    public var readStored: Read

    /// - Parameters:
    ///   - storedLength, readStored: where the data set is deflated; else `read` reads what is stored.
    public init(
        dataSet: DataSet, transferSyntax: TransferSyntax, pixelData: PixelData?, storedLength: UInt64, read: @escaping Read, readStored: Read? = nil
    ) {
        self.dataSet = dataSet
        self.transferSyntax = transferSyntax
        stated = (nil, nil)
        self.pixelData = pixelData
        self.read = read
        self.storedLength = storedLength
        self.readStored = readStored ?? read
    }

    /// A file that can be read by ranges, of any size: its attributes are read, of its pixel data what tells where frames lie.
    ///
    /// - Parameter read: bytes of the file; a range ends at its end at the latest.
    /// - Throws: `ReadError`, and what `read` throws.
    public init(file size: UInt64, read: @escaping Read) async throws {
        let reader = try await Self.header(size, read, keepsAll: false)
        guard let head = reader.head, let body = reader.body else { throw ReadError(.notDICOM, offset: 0, "the file has no data set") }
        let start = head.dataSetOffset
        let readStored: Read = { try await read(ByteRange(offset: start + $0.offset, length: $0.length)) }
        self.init(
            dataSet: body.reader.dataSet, transferSyntax: head.transferSyntax, pixelData: nil, storedLength: size - start, read: readStored)
        stated = (head.meta?.sopClassUID, head.meta?.sopInstanceUID)
        if head.transferSyntax.isDeflated { try await inflate(size, read, body.reader.pixelData) }
        guard let location = body.reader.pixelData else { return }
        var frames = FrameTable(dataSet, location, transferSyntax: transferSyntax)
        if frames.layout == .unresolved {
            frames = try await FrameTable.resolved(value: location.value, dataSet: dataSet, transferSyntax: transferSyntax, read: self.read)
        }
        pixelData = PixelData(tag: location.tag, vr: location.vr, isEncapsulated: location.isEncapsulated, frames: frames)
    }

    /// A deflate stream has no places to jump to: native pixel data is held in memory.
    private mutating func inflate(_ size: UInt64, _ read: @escaping Read, _ location: PixelDataLocation?) async throws {
        guard let location else { return }
        let whole = try await Self.header(size, read, keepsAll: true)
        guard let bytes = whole.dataSet.bytes(location.tag) else {
            throw ImageError(.unsupported, location.tag, "compressed pixel data in a deflated data set")
        }
        let held = Array(bytes), value = location.value
        self.read = { range in
            guard range.offset >= value.offset, range.offset - value.offset <= value.length, range.length <= value.length - (range.offset - value.offset) else {
                throw ReadError(.truncated, path: [location.tag], offset: range.offset, "not within the pixel data")
            }
            let start = Int(range.offset - value.offset)
            return Array(held[start..<start + Int(range.length)])
        }
    }

    private static func header(_ size: UInt64, _ read: Read, keepsAll: Bool) async throws -> FileReader {
        var limits = ReadLimits()
        if keepsAll { (limits.elementInMemory, limits.dataSetInMemory) = (1 << 30, 1 << 30 + 64 << 20) }
        var reader = FileReader(length: size, options: .init(keepsPixelData: keepsAll, limits: limits))
        let largest: UInt64 = 256 << 10
        var offset: UInt64 = 0, length: UInt64 = 4 << 10
        while offset < size, !reader.isStopped {
            let bytes = try await read(ByteRange(offset: offset, length: min(length, size - offset)))
            guard !bytes.isEmpty else { break }
            try reader.feed(bytes)
            let skipped = reader.skip()
            offset += UInt64(bytes.count) + skipped
            length = skipped > 0 ? 4 << 10 : min(2 * length, largest)
        }
        try reader.finish()
        return reader
    }

    /// The bytes of a frame as they are stored, put together from its fragments.
    ///
    /// - Parameter index: from 0.
    /// - Throws: `ReadError`, `ImageError`, naming the frame.
    public func frame(_ index: Int) async throws -> [UInt8] {
        guard let pixelData else { throw ImageError(.missing, .pixelData, "the instance is no image") }
        let location = try pixelData.frames.location(of: index)
        guard location.range.length <= UInt64(ImageLimits.frameBytes) else {
            throw ImageError(.tooLarge, pixelData.tag, "frame \(index + 1) has \(location.range.length) bytes")
        }
        return try location.content(of: try await read(location.range))
    }

    /// The one stream of all frames; nil where the instance is no video.
    public var video: VideoStream? {
        guard case .stream(let location)? = pixelData?.frames.layout, Video.holds(transferSyntax) else { return nil }
        return VideoStream(location, read: read)
    }

    /// A frame's samples, decoded where they are compressed.
    ///
    /// - Parameter index: from 0.
    /// - Throws: as ``frame(_:)``, and what decoding throws.
    public func native(_ index: Int, _ coding: any FrameCoding) async throws -> NativeFrame {
        let description = try PixelDescription(dataSet)
        if let video, let pixelData {
            try pixelData.frames.check(index)
            return try await coding.videoFrame(index, of: video, transferSyntax, description)
        }
        let bytes = try await frame(index)
        guard let pixelData, !pixelData.isEncapsulated else { return try await coding.decode(bytes, transferSyntax, description) }
        let order = ByteOrder(transferSyntax: transferSyntax, vr: pixelData.vr, bitsAllocated: description.bitsAllocated)
        return try NativeFrame(stored: bytes, description: description, byteOrder: order, index: index)
    }
}
