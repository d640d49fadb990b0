import Archive
import DICOM
import DICOMImage
import DICOMweb

/// An instance made of metadata and bulk data (PS3.18 §10.5.1): what is missing and follows from the bulk data is filled in, what
/// contradicts it is refused. Its bytes come from the spool as they are stored.
struct ComposedInstance {
    /// Encoded bytes, and values that lie in the spool.
    enum Piece {
        case bytes([UInt8])
        case spooled(ByteRange)
    }

    private(set) var dataSet: DataSet
    private(set) var transferSyntax = TransferSyntax.explicitVRLittleEndian
    /// What had to be made different from what the metadata says.
    private(set) var coerced: [StoreFailure.Attribute] = []
    private let parts: BulkParts
    private let stated: TransferSyntax?
    /// Values of the data set itself that lie in the spool.
    private var values: [Tag: [ByteRange]] = [:]
    /// Frames of encapsulated pixel data.
    private var frames: [ByteRange]?
    private let belongsToPatient: Bool

    /// - Parameter belongsToPatient: false for what is of no study (PS3.18 §12).
    /// - Throws: `StoreFailure`.
    init(_ instance: MetadataInstance, _ parts: BulkParts, belongsToPatient: Bool = true) async throws {
        (dataSet, self.parts, stated, self.belongsToPatient) = (instance.dataSet, parts, instance.transferSyntax, belongsToPatient)
        for reference in instance.references { try await resolve(reference) }
        try checkIdentity()
        if belongsToPatient { fillModules() }
        if frames == nil { try checkNativePixels() }
    }

    // MARK: References

    private mutating func resolve(_ reference: MetadataInstance.Reference) async throws {
        let found = parts.parts(of: reference.uri)
        guard !found.isEmpty else {
            throw StoreFailure(StoreFailure.cannotUnderstand, "no part of the request has the Content-Location \(reference.uri)", [
                .init(path: reference.path, words: "its bulk data is not in the request"),
            ])
        }
        guard reference.path.steps.isEmpty else {
            try one(found, reference.path.tag)
            dataSet = dataSet.setting(try await parts.bytes(found[0]), at: reference.path)
            return
        }
        let tag = reference.path.tag
        // Whether these are two frames or one sent twice nobody knows.
        if found.count > 1, tag == .pixelData, dataSet[.numberOfFrames] == nil {
            throw StoreFailure(StoreFailure.missingAttribute, .numberOfFrames, "is missing, and \(found.count) parts have the location of the pixel data")
        }
        switch (tag, try BulkMedia(found[0].type)) {
        case (.pixelData, .image): try await encapsulateImages(found)
        case (.pixelData, .png): try await takePNG(found)
        case (.pixelData, .bareFrame(let syntax)):
            if syntax == .rle { for part in found { try await readable { try await parts.checkRLE(part.range) } } }
            try encapsulate(found, syntax)
        case (.pixelData, .video): try await encapsulateVideo(found)
        case (.encapsulatedDocument, .document(let document)):
            try one(found, tag)
            take(found.map(\.range), as: tag, .OB)
            fill(document)
        case (_, .uncompressed):
            if tag != .pixelData { try one(found, tag) }
            take(found.map(\.range), as: tag, nil)
        default:
            throw StoreFailure(StoreFailure.cannotUnderstand, tag, "cannot be made of \(found[0].type.name)")
        }
        if tag == .encapsulatedDocument {
            dataSet.set(DataElement(.encapsulatedDocumentLength, .UL, integers: [Int(clamping: found[0].range.length)]))
        }
    }

    private func one(_ parts: [BulkPart], _ tag: Tag) throws(StoreFailure) {
        guard parts.count == 1 else { throw StoreFailure(StoreFailure.cannotUnderstand, tag, "is one value: \(parts.count) parts have its location") }
    }

    private mutating func take(_ ranges: [ByteRange], as tag: Tag, _ vr: VR?) {
        values[tag] = ranges
        // Of an unknown one the standard's is better than none; of two, that of the words.
        let stated = dataSet[tag]?.vr ?? .UN
        let known = tag == .pixelData ? (dataSet.integer(.bitsAllocated) ?? 16) > 8 ? VR.OW : .OB : DataElementTable.onlyVR(of: tag)
        dataSet.set(DataElement(vr ?? (stated == .UN || tag == .pixelData ? known ?? stated : stated), of: tag))
    }

    // MARK: Frames

    private mutating func encapsulateImages(_ found: [BulkPart]) async throws {
        var frames: [ByteRange] = []
        var first: CodeStreamFacts?
        for (index, part) in found.enumerated() {
            let facts = try await readable { try await parts.facts(part.range) }
            try match(facts, first, index)
            // One frame that lost something makes an image that did.
            if first == nil || first?.lossyMethod == nil && facts.lossyMethod != nil { first = facts }
            frames.append(ByteRange(offset: part.range.offset + facts.codeStream.offset, length: facts.codeStream.length))
        }
        guard let facts = first else { return }
        try encapsulate(frames, try agreed(found[0].type.transferSyntax, facts.transferSyntax))
        try fill(facts)
        let bytes = Double(facts.rows * facts.columns * facts.samplesPerPixel * frames.count) * Double((facts.precision + 7) / 8)
        if let method = facts.lossyMethod { fillLossy(method, ratio: bytes / Double(max(1, frames.reduce(0) { $0 + $1.length }))) }
    }

    private mutating func takePNG(_ found: [BulkPart]) async throws {
        var ranges: [ByteRange] = []
        var first: CodeStreamFacts?
        for (index, part) in found.enumerated() {
            let (facts, range) = try await readable { try await parts.decodePNG(part.range) }
            try match(facts, first, index)
            first = first ?? facts
            ranges.append(range)
        }
        guard let facts = first else { return }
        if found.count > 1 || dataSet[.numberOfFrames] != nil { try settle(.numberOfFrames, .IS, found.count, "frames") }
        try fill(facts)
        take(ranges, as: .pixelData, nil)
    }

    private func match(_ facts: CodeStreamFacts, _ first: CodeStreamFacts?, _ index: Int) throws(StoreFailure) {
        guard let first else { return }
        guard (first.rows, first.columns, first.samplesPerPixel, first.precision) == (facts.rows, facts.columns, facts.samplesPerPixel, facts.precision) else {
            throw StoreFailure(StoreFailure.dataSetDoesNotMatchSOPClass, .pixelData, "frame \(index + 1) is not of the size and depth of the first")
        }
    }

    private func readable<T>(_ work: () async throws -> T) async throws -> T {
        do { return try await work() } catch let error as ImageError { throw StoreFailure(StoreFailure.cannotUnderstand, .pixelData, error.message) }
    }

    private mutating func encapsulate(_ found: [BulkPart], _ syntax: TransferSyntax) throws(StoreFailure) {
        try encapsulate(found.map(\.range), syntax)
        for tag in [Tag.rows, .columns, .samplesPerPixel, .bitsAllocated, .bitsStored, .highBit, .pixelRepresentation, .photometricInterpretation] where dataSet[tag] == nil {
            throw StoreFailure(StoreFailure.missingAttribute, tag, "is missing, and the bulk data does not say it")
        }
    }

    private mutating func encapsulate(_ frames: [ByteRange], _ syntax: TransferSyntax) throws(StoreFailure) {
        guard frames.allSatisfy({ (1...BulkMedia.largestValue).contains($0.length) }) else {
            throw StoreFailure(StoreFailure.cannotUnderstand, .pixelData, "a frame is empty or longer than 4 GiB")
        }
        transferSyntax = syntax
        self.frames = frames
        if frames.count > 1 || dataSet[.numberOfFrames] != nil { try settle(.numberOfFrames, .IS, frames.count, "frames") }
        dataSet.set(DataElement(.OB, of: .pixelData))
        guard !offsetsFit else { return }
        // PS3.3 §C.7.6.3: where 32 bits are not enough.
        dataSet.set(DataElement(.extendedOffsetTable, .OV, integers: offsets.map { Int(clamping: $0) }))
        dataSet.set(DataElement(.extendedOffsetTableLengths, .OV, integers: frames.map { Int(clamping: $0.length) }))
    }

    private mutating func encapsulateVideo(_ found: [BulkPart]) async throws {
        try one(found, .pixelData)
        let part = found[0]
        let facts = try await parts.videoFacts(part.range)
        let asked = part.type.transferSyntax ?? stated.flatMap { $0.isVideo ? $0 : nil }
        guard var syntax = asked ?? facts?.transferSyntax, syntax.isVideo else {
            throw StoreFailure(StoreFailure.transferSyntaxNotSupported, .pixelData, """
                \(facts == nil ? "is no MPEG-2 or MP4 video that can be read" : "is a video of a profile and level that has no transfer syntax"): \
                where you know one, say it as transfer-syntax of the part's Content-Type
                """)
        }
        if part.range.length > BulkMedia.largestValue {
            // Only the fragmentable ones may be cut (PS3.5 §8.2.5 to §8.2.9).
            if !syntax.uid.text.hasSuffix(".1") {
                guard let cut = UID("\(syntax.uid).1"), !["107", "108"].contains(syntax.uid.text.suffix(3)) else {
                    throw StoreFailure(StoreFailure.transferSyntaxNotSupported, .pixelData, "a video of \(syntax.uid) may have 4 GiB at most")
                }
                syntax = TransferSyntax(cut)
            }
        }
        transferSyntax = syntax
        let largest: UInt64 = 1 << 31
        frames = part.range.length <= BulkMedia.largestValue ? [part.range] : stride(from: 0, to: part.range.length, by: Int(largest)).map {
            ByteRange(offset: part.range.offset + $0, length: min(largest, part.range.length - $0))
        }
        dataSet.set(DataElement(.OB, of: .pixelData))
        try fill(facts)
    }

    /// A part may say what the stream does not: the family must be the same.
    private func agreed(_ stated: TransferSyntax?, _ found: TransferSyntax) throws(StoreFailure) -> TransferSyntax {
        guard let stated = stated ?? self.stated.flatMap({ $0.isEncapsulated ? $0 : nil }), stated != found else { return found }
        // A lossless stream may stand under a syntax that allows more (PS3.5 §A.4.3, §A.4.4); SV1 is a case of process 14.
        let wider = ["70": ["57"], "80": ["81"], "90": ["91"], "201": ["202", "203"], "203": [], "50": ["51"]]
        func number(_ syntax: TransferSyntax) -> String { String(syntax.uid.text.split(separator: ".").last ?? "") }
        guard wider[number(found)]?.contains(number(stated)) == true else {
            throw StoreFailure(StoreFailure.cannotUnderstand, .pixelData, "is said to be \(stated.uid), but the stream is \(found.uid)")
        }
        return stated
    }

    // MARK: What follows from the bulk data

    private mutating func fill(_ facts: CodeStreamFacts) throws(StoreFailure) {
        try settle(.rows, .US, facts.rows, "rows")
        try settle(.columns, .US, facts.columns, "columns")
        try settle(.samplesPerPixel, .US, facts.samplesPerPixel, "samples per pixel")
        let allocated = dataSet.integer(.bitsAllocated) ?? facts.bitsAllocated
        guard [8, 16, 32].contains(allocated), allocated >= facts.precision, (dataSet.integer(.bitsStored) ?? facts.precision) <= facts.precision else {
            throw StoreFailure(StoreFailure.dataSetDoesNotMatchSOPClass, .bitsStored, "the bulk data has samples of \(facts.precision) bits")
        }
        setMissing(.bitsAllocated, .US, allocated)
        setMissing(.bitsStored, .US, facts.precision)
        setMissing(.highBit, .US, (dataSet.integer(.bitsStored) ?? facts.precision) - 1)
        setMissing(.pixelRepresentation, .US, facts.isSigned ? 1 : 0)
        if facts.samplesPerPixel > 1 {
            if let stated = dataSet.integer(.planarConfiguration), stated != 0 {
                coerce(.planarConfiguration, "was \(stated), the image has its colours pixel by pixel")
                dataSet.set(DataElement(.planarConfiguration, .US, integers: [0]))
            }
            setMissing(.planarConfiguration, .US, 0)
        }
        let label = dataSet.string(.photometricInterpretation)
        if label == nil || facts.samplesPerPixel == 3 && label != facts.photometricInterpretation.rawValue {
            if let label { coerce(.photometricInterpretation, "was \(label), the image is \(facts.photometricInterpretation.rawValue)") }
            dataSet.set(DataElement(.photometricInterpretation, .CS, facts.photometricInterpretation.rawValue))
        }
    }

    private mutating func fill(_ facts: VideoFacts?) throws(StoreFailure) {
        if let facts {
            try settle(.rows, .US, facts.rows, "rows")
            try settle(.columns, .US, facts.columns, "columns")
            if let frames = facts.numberOfFrames { try settle(.numberOfFrames, .IS, frames, "frames") }
            if let rate = facts.rate {
                setMissing(.frameTime, .DS, text: decimal(1000 / rate))
                setMissing(.cineRate, .IS, Int(rate.rounded()))
            }
            fillLossy(facts.lossyMethod, ratio: nil)
        } else {
            fillLossy(nil, ratio: nil)
        }
        for (tag, number) in [(Tag.samplesPerPixel, 3), (.planarConfiguration, 0), (.bitsAllocated, 8), (.bitsStored, 8), (.highBit, 7), (.pixelRepresentation, 0)] {
            setMissing(tag, .US, number)
        }
        setMissing(.photometricInterpretation, .CS, text: "YBR_PARTIAL_420")
        if dataSet[.frameTime] != nil, dataSet[.frameIncrementPointer] == nil { dataSet.set(DataElement(.frameIncrementPointer, .AT, tags: [.frameTime])) }
        for tag in [Tag.rows, .columns, .numberOfFrames] where dataSet[tag] == nil {
            throw StoreFailure(StoreFailure.missingAttribute, tag, "is missing, and cannot be told from the video's header")
        }
        setMissing(.sopClassUID, .UI, text: "1.2.840.10008.5.1.4.1.1.77.1.4.1")
        if dataSet.string(.sopClassUID) == "1.2.840.10008.5.1.4.1.1.77.1.4.1" { setMissing(.modality, .CS, text: "XC") }
    }

    private mutating func fillLossy(_ method: String?, ratio: Double?) {
        if dataSet.string(.lossyImageCompression) != "01" {
            if dataSet.string(.lossyImageCompression) == "00" { coerce(.lossyImageCompression, "was 00, but this coding loses something") }
            dataSet.set(DataElement(.lossyImageCompression, .CS, "01"))
        }
        if let ratio { setMissing(.lossyImageCompressionRatio, .DS, text: decimal((ratio * 100).rounded() / 100)) }
        if let method { setMissing(.lossyImageCompressionMethod, .CS, text: method) }
    }

    private mutating func fill(_ document: DocumentMedia) {
        setMissing(.sopClassUID, .UI, text: document.sopClass.text)
        setMissing(.mimeTypeOfEncapsulatedDocument, .LO, text: document.stated)
        setMissing(.modality, .CS, text: document.modality)
        setMissing(.conversionType, .CS, text: "WSD")
        setMissing(.burnedInAnnotation, .CS, text: "YES")
        setMissing(.instanceNumber, .IS, 1)
        setMissing(.seriesNumber, .IS, 1)
        for (tag, vr) in [(Tag.contentDate, VR.DA), (.contentTime, .TM), (.acquisitionDateTime, .DT), (.documentTitle, .ST)] { setMissing(tag, vr, text: "") }
        if dataSet[.conceptNameCodeSequence] == nil { dataSet.set(DataElement(.conceptNameCodeSequence, items: [])) }
    }

    /// Of type 2, empty, in the modules that every composite object has (PS3.3 §C.7.1.1, §C.7.2.1, §C.7.3.1, §C.7.5.1).
    private mutating func fillModules() {
        let empty: [(Tag, VR)] = [
            (.patientName, .PN), (.patientID, .LO), (.patientBirthDate, .DA), (.patientSex, .CS), (.studyDate, .DA), (.studyTime, .TM),
            (.referringPhysicianName, .PN), (.studyID, .SH), (.accessionNumber, .SH), (.seriesNumber, .IS), (.manufacturer, .LO),
        ]
        for (tag, vr) in empty { setMissing(tag, vr, text: "") }
    }

    // MARK: Checks

    private func checkIdentity() throws(StoreFailure) {
        var missing: [StoreFailure.Attribute] = []
        for (tag, name) in [(Tag.sopClassUID, "SOP Class UID"), (.sopInstanceUID, "SOP Instance UID")]
            + (belongsToPatient ? [(.studyInstanceUID, "Study Instance UID"), (.seriesInstanceUID, "Series Instance UID")] : []) {
            guard let text = dataSet.string(tag) else {
                missing.append(.init(path: ElementPath([], tag), words: "\(name) is missing"))
                continue
            }
            guard UID(text) != nil else { throw StoreFailure(StoreFailure.invalidValue, tag, "\(name) is no UID: \(text.debugDescription)") }
        }
        if !missing.isEmpty { throw StoreFailure(StoreFailure.missingAttribute, missing.map { "\($0.path.tag) \($0.words)" }.joined(separator: ", "), missing) }
    }

    private func checkNativePixels() throws(StoreFailure) {
        let length: UInt64
        if let ranges = values[.pixelData] {
            length = ranges.reduce(0) { $0 + $1.length }
        } else if case .bytes(let bytes)? = dataSet[.pixelData]?.value {
            length = UInt64(bytes.count)
        } else {
            return
        }
        let description: PixelDescription
        do { description = try PixelDescription(dataSet) } catch {
            let reason = error.code == .missing ? StoreFailure.missingAttribute : StoreFailure.dataSetDoesNotMatchSOPClass
            throw StoreFailure(reason, error.message, error.tag.map { [.init(path: ElementPath([], $0), words: error.message)] } ?? [])
        }
        let (bits, overflows) = description.frameBits.multipliedReportingOverflow(by: description.numberOfFrames)
        let expected = UInt64(clamping: bits / 8 + (bits % 8 == 0 ? 0 : 1))
        guard !overflows, length == expected || length == expected + expected % 2 else {
            throw StoreFailure(StoreFailure.dataSetDoesNotMatchSOPClass, .pixelData, "has \(length) bytes where \(expected) follow from rows, columns, samples, bits and frames")
        }
    }

    /// Takes a number of the bulk data, or sees that the metadata says the same.
    private mutating func settle(_ tag: Tag, _ vr: VR, _ number: Int, _ name: String) throws(StoreFailure) {
        if let stated = dataSet.integer(tag) {
            guard stated == number else { throw StoreFailure(StoreFailure.dataSetDoesNotMatchSOPClass, tag, "says \(stated), but the bulk data has \(number) \(name)") }
        } else {
            guard vr != .US || number <= 0xFFFF else { throw StoreFailure(StoreFailure.cannotUnderstand, tag, "\(number) \(name) are more than DICOM can say") }
            dataSet.set(DataElement(tag, vr, integers: [number]))
        }
    }

    private mutating func setMissing(_ tag: Tag, _ vr: VR, _ number: Int) {
        if dataSet.string(tag) == nil { dataSet.set(DataElement(tag, vr, integers: [number])) }
    }

    /// What is there, be it empty, stays where empty is all there is to set.
    private mutating func setMissing(_ tag: Tag, _ vr: VR, text: String) {
        if text.isEmpty ? dataSet[tag] == nil : dataSet.string(tag) == nil { dataSet.set(DataElement(tag, vr, text)) }
    }

    private func decimal(_ number: Double) -> String { String("\(number)".prefix(16)) }

    private mutating func coerce(_ tag: Tag, _ words: String) { coerced.append(.init(path: ElementPath([], tag), words: words)) }

    // MARK: Bytes

    /// First bytes of frames from the first byte after the offset table's item (PS3.5 §A.4).
    private var offsets: [UInt64] {
        var offset: UInt64 = 0
        return (frames ?? []).map { frame in
            defer { offset += 8 + frame.length + frame.length % 2 }
            return offset
        }
    }

    private var offsetsFit: Bool { (offsets.last ?? 0) <= UInt64(UInt32.max) }

    /// The encoded data set, piece by piece.
    ///
    /// - Throws: `StoreFailure`, `WriteError`.
    func pieces() throws -> [Piece] {
        var pieces: [Piece] = []
        var before: [DataElement] = []
        let encoding = TransferSyntax.Encoding.explicitLittle
        func flush() throws(WriteError) {
            if !before.isEmpty { pieces.append(.bytes(try DataSetWriter.encode(DataSet(before), as: encoding))) }
            before = []
        }
        for element in dataSet.elements {
            if let frames, element.tag == .pixelData {
                try flush()
                let table = frames.count > 1 && offsetsFit && !transferSyntax.isVideo ? offsets.flatMap { LittleEndianBytes.of(UInt32(clamping: $0)) } : []
                pieces.append(.bytes(DataSetWriter.header(.pixelData, .OB, length: .max, as: encoding) + Self.item(table.count) + table))
                for frame in frames {
                    pieces.append(.bytes(Self.item(Int(frame.length + frame.length % 2))))
                    pieces.append(.spooled(frame))
                    if frame.length % 2 == 1 { pieces.append(.bytes([0])) }
                }
                pieces.append(.bytes([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]))
            } else if let ranges = values[element.tag] {
                try flush()
                let length = ranges.reduce(0) { $0 + $1.length }
                guard length <= (element.vr.hasShortLength ? 0xFFFE : BulkMedia.largestValue) else {
                    throw StoreFailure(StoreFailure.cannotUnderstand, element.tag, "\(length) bytes are too many for one value of \(element.vr)")
                }
                pieces.append(.bytes(DataSetWriter.header(element.tag, element.vr, length: UInt32(length + length % 2), as: encoding)))
                pieces += ranges.map { .spooled($0) }
                if length % 2 == 1 { pieces.append(.bytes([element.vr.isText && element.vr != .UI ? 0x20 : 0])) }
            } else {
                before.append(element)
            }
        }
        try flush()
        return pieces
    }

    private static func item(_ length: Int) -> [UInt8] { [0xFE, 0xFF, 0x00, 0xE0] + LittleEndianBytes.of(UInt32(clamping: length)) }
}

private enum LittleEndianBytes {
    static func of(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}

extension DataElement {
    /// A value that is written from elsewhere.
    fileprivate init(_ vr: VR, of tag: Tag) { self.init(tag: tag, vr: vr, value: .bytes([])) }
}
