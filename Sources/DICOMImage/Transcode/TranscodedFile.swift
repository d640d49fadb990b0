import DICOM

/// A PS3.10 file as it is written: head, attributes before the pixel data, the pixel data, attributes after it.
struct TranscodedFile {
    static let pieceSize: UInt64 = 1 << 20

    let instance: StoredInstance
    let target: TransferSyntax

    init(_ instance: StoredInstance, _ target: TransferSyntax) {
        self.instance = instance
        self.target = target
    }

    /// Where bytes go: deflated on the way where the syntax is.
    struct Writer {
        private let sink: Transcoder.Sink
        private var deflater: Deflater?
        private(set) var count: UInt64 = 0

        init(_ sink: @escaping Transcoder.Sink) { self.sink = sink }

        /// From here on the data set comes.
        mutating func beginDataSet(_ transferSyntax: TransferSyntax) { deflater = transferSyntax.isDeflated ? Deflater() : nil }

        mutating func write(_ bytes: [UInt8]) async throws { try await pass(deflater?.deflate(bytes) ?? bytes) }

        mutating func finish() async throws {
            if let deflater { try await pass(deflater.deflate([], isLast: true)) }
        }

        private mutating func pass(_ bytes: [UInt8]) async throws {
            guard !bytes.isEmpty else { return }
            count += UInt64(bytes.count)
            try await sink(bytes)
        }
    }

    /// The data set's bytes as they are stored, behind a head of our own.
    func copied(_ sink: @escaping Transcoder.Sink) async throws -> TranscodeOutcome {
        var writer = Writer(sink)
        let identity = try identity(of: instance.dataSet)
        try await writer.write(identity.meta.encoded())
        var offset: UInt64 = 0
        while offset < instance.storedLength {
            let length = min(Self.pieceSize, instance.storedLength - offset)
            try await writer.write(try await instance.readStored(ByteRange(offset: offset, length: length)))
            offset += length
        }
        return outcome(identity.instance, writer, isLossy: false, verified: 0)
    }

    /// The same values, otherwise encoded; pixel data stays native.
    func rewritten(_ sink: @escaping Transcoder.Sink) async throws -> TranscodeOutcome {
        var writer = Writer(sink)
        let identity = try identity(of: instance.dataSet)
        try await writer.write(identity.meta.encoded())
        writer.beginDataSet(target)
        try await write(instance.dataSet.elements[...], to: &writer)
        try await writer.finish()
        return outcome(identity.instance, writer, isLossy: false, verified: 0)
    }

    /// The attributes given, and pixel data made by `pixels` between them.
    func written(
        _ dataSet: DataSet, _ sink: @escaping Transcoder.Sink, isLossy: Bool, pixels: (inout Writer) async throws -> Int
    ) async throws -> TranscodeOutcome {
        var writer = Writer(sink)
        let identity = try identity(of: dataSet)
        try await writer.write(identity.meta.encoded())
        writer.beginDataSet(target)
        let elements = dataSet.elements
        let place = elements.firstIndex { $0.tag >= .pixelData } ?? elements.endIndex
        try await write(elements[..<place], to: &writer)
        let verified = try await pixels(&writer)
        try await write(elements[place...].drop { $0.tag == .pixelData }, to: &writer)
        try await writer.finish()
        return outcome(identity.instance, writer, isLossy: isLossy, verified: verified)
    }

    private func identity(of dataSet: DataSet) throws(ImageError) -> (meta: FileMetaInformation, instance: UID) {
        guard let sopClass = dataSet.uid(.sopClassUID) ?? instance.stated.sopClass else { throw ImageError(.missing, .sopClassUID, "a file must name it") }
        guard let sopInstance = dataSet.uid(.sopInstanceUID) ?? instance.stated.sopInstance else { throw ImageError(.missing, .sopInstanceUID, "a file must name it") }
        return (FileMetaInformation(sopClassUID: sopClass, sopInstanceUID: sopInstance, transferSyntax: target), sopInstance)
    }

    private func outcome(_ sopInstance: UID, _ writer: Writer, isLossy: Bool, verified: Int) -> TranscodeOutcome {
        TranscodeOutcome(
            sopInstance: sopInstance, transferSyntax: target, frames: instance.pixelData?.frames.count ?? 0, isLossy: isLossy, verifiedFrames: verified,
            bytes: writer.count)
    }

    // MARK: Elements

    /// Elements in memory at once; those outside piece by piece.
    private func write(_ elements: some Sequence<DataElement>, to writer: inout Writer) async throws {
        var held: [DataElement] = []
        func encoded() throws -> [UInt8] { try DataSetWriter.encode(DataSet(held), as: target.encoding) }
        for element in elements where element.tag != Tag(0x7FE0, 0) {
            guard case .external(let range) = element.value else {
                held.append(element)
                continue
            }
            try await writer.write(encoded())
            held = []
            try await copy(element, range, to: &writer)
        }
        try await writer.write(encoded())
    }

    private func copy(_ element: DataElement, _ range: ByteRange, to writer: inout Writer) async throws {
        let isPixelData = element.tag == instance.pixelData?.tag
        // Implicit VR has no OB for pixel data (PS3.5 §A.1); big endian words of bytes are words only in OW.
        let vr = isPixelData && element.tag == .pixelData && !target.encoding.isExplicit ? .OW : element.vr
        guard let length = UInt32(exactly: range.length), length < .max - 1 else {
            throw ImageError(.tooLarge, element.tag, "\(range.length) bytes are too many for one element")
        }
        try await writer.write(DataSetWriter.header(element.tag, vr, length: length + length % 2, as: target.encoding))
        let bits = isPixelData ? instance.dataSet.integer(.bitsAllocated) ?? 16 : 16
        let source = isPixelData ? instance.transferSyntax.hasBigEndianPixels : instance.transferSyntax.encoding.isBigEndian
        let swaps = source != (isPixelData ? target.hasBigEndianPixels : target.encoding.isBigEndian)
        let size = swaps ? NativeBytes.wordSize(element.vr, bitsAllocated: bits) : 1
        var offset: UInt64 = 0
        while offset < range.length {
            let count = min(Self.pieceSize, range.length - offset)
            let bytes = try await instance.read(ByteRange(offset: range.offset + offset, length: count))
            guard bytes.count == Int(count) else { throw ImageError(.truncated, element.tag, "only \(bytes.count) of \(count) bytes can be read") }
            try await writer.write(size > 1 ? NativeBytes.swapped(bytes, wordSize: size) : bytes)
            offset += count
        }
        if length % 2 == 1 { try await writer.write([0]) }
    }
}
