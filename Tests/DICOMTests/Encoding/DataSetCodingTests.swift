import Testing

@testable import DICOM

/// `08 00 60 00 'CT'`: bytes in hexadecimal, text in quotes.
func encoded(_ text: String) -> [UInt8] {
    text.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part -> [UInt8] in
        index % 2 == 1 ? Array(part.utf8) : part.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
    }
}

@Suite("Data sets as bytes")
struct DataSetCodingTests {
    static func read(
        _ bytes: [UInt8], as encoding: TransferSyntax.Encoding = .explicitLittle, options: DataSetReader.Options = .init(keepsPixelData: true), length: Bool = true
    ) throws -> DataSetReader {
        var reader = DataSetReader(encoding: encoding, length: length ? UInt64(bytes.count) : nil, options: options)
        try reader.feed(bytes)
        try reader.finish()
        return reader
    }

    // MARK: Encodings

    struct Form: Sendable, CustomTestStringConvertible {
        var name: String
        var encoding: TransferSyntax.Encoding
        var hex: String
        var testDescription: String { name }
    }

    /// (0008,0060) CS CT, (0008,1140) SQ of one item, (0018,9087) FD 1, (0028,0010) US 512, (0028,1201) OW 1 2: PS3.5 §7.1.
    static let forms = [
        Form(name: "explicit little", encoding: .explicitLittle, hex: """
            08 00 60 00 'CS' 02 00 'CT'  08 00 40 11 'SQ' 00 00 14 00 00 00  FE FF 00 E0 0C 00 00 00  08 00 50 11 'UI' 04 00 '1.2' 00
            18 00 87 90 'FD' 08 00 00 00 00 00 00 00 F0 3F  28 00 10 00 'US' 02 00 00 02  28 00 01 12 'OW' 00 00 04 00 00 00 01 00 02 00
            """),
        Form(name: "implicit little", encoding: .implicitLittle, hex: """
            08 00 60 00 02 00 00 00 'CT'  08 00 40 11 14 00 00 00  FE FF 00 E0 0C 00 00 00  08 00 50 11 04 00 00 00 '1.2' 00
            18 00 87 90 08 00 00 00 00 00 00 00 00 00 F0 3F  28 00 10 00 02 00 00 00 00 02  28 00 01 12 04 00 00 00 01 00 02 00
            """),
        Form(name: "explicit big", encoding: .explicitBig, hex: """
            00 08 00 60 'CS' 00 02 'CT'  00 08 11 40 'SQ' 00 00 00 00 00 14  FF FE E0 00 00 00 00 0C  00 08 11 50 'UI' 00 04 '1.2' 00
            00 18 90 87 'FD' 00 08 3F F0 00 00 00 00 00 00  00 28 00 10 'US' 00 02 02 00  00 28 12 01 'OW' 00 00 00 00 00 04 00 01 00 02
            """),
    ]

    @Test("Every encoding is read to the same data set, and written back", arguments: forms)
    func encodings(form: Form) throws {
        let bytes = encoded(form.hex)
        let reader = try Self.read(bytes, as: form.encoding)
        let dataSet = reader.dataSet
        #expect(dataSet.string(.modality) == "CT")
        #expect(dataSet.items(.referencedImageSequence).first?.uid(.referencedSOPClassUID)?.text == "1.2")
        #expect(dataSet.decimals(Tag(0x0018, 0x9087)) == [1])
        #expect(dataSet.integer(.rows) == 512)
        #expect(dataSet.bytes(.redPaletteColorLookupTableData) == [1, 0, 2, 0])
        #expect(dataSet.elements.map(\.vr) == [.CS, .SQ, .FD, .US, .OW])
        #expect(reader.warnings.isEmpty && reader.headerLength == UInt64(bytes.count))
        #expect(try DataSetWriter.encode(dataSet, as: form.encoding) == bytes)
        for other in Self.forms { #expect(try DataSetWriter.encode(dataSet, as: other.encoding) == encoded(other.hex)) }
    }

    // MARK: Lengths and forms of sequences

    @Test("Written as it was read", arguments: [
        // Defined and undefined lengths, mixed; empty sequences and items.
        "08 00 40 11 'SQ' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00 FE FF DD E0 00 00 00 00",
        "08 00 40 11 'SQ' 00 00 FF FF FF FF FE FF 00 E0 FF FF FF FF 08 00 50 11 'UI' 02 00 '1' 00 FE FF 0D E0 00 00 00 00 FE FF DD E0 00 00 00 00",
        "08 00 40 11 'SQ' 00 00 10 00 00 00 FE FF 00 E0 FF FF FF FF FE FF 0D E0 00 00 00 00",
        "08 00 40 11 'SQ' 00 00 00 00 00 00", "08 00 40 11 'SQ' 00 00 FF FF FF FF FE FF DD E0 00 00 00 00",
        // UN with implicit content (PS3.5 §6.2.2 Note 2).
        "09 00 01 10 'UN' 00 00 FF FF FF FF FE FF 00 E0 0A 00 00 00 08 00 60 00 02 00 00 00 'CT' FE FF DD E0 00 00 00 00",
        // Group lengths.
        "08 00 00 00 'UL' 04 00 0A 00 00 00 08 00 60 00 'CS' 02 00 'CT' 28 00 00 00 'UL' 04 00 0A 00 00 00 28 00 10 00 'US' 02 00 00 02",
        // Odd lengths, a VR of a later edition, a private element.
        "10 00 10 00 'PN' 03 00 'Doe'", "10 00 10 00 'ZZ' 00 00 02 00 00 00 01 02", "09 00 10 00 'LO' 02 00 'AB' 09 00 01 10 'OB' 00 00 01 00 00 00 07",
        // Encapsulated pixel data with an empty table, and in an icon's item.
        "E0 7F 10 00 'OB' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00 FE FF 00 E0 02 00 00 00 01 02 FE FF DD E0 00 00 00 00",
        "88 00 00 02 'SQ' 00 00 34 00 00 00 FE FF 00 E0 2C 00 00 00 E0 7F 10 00 'OB' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00 FE FF 00 E0 00 00 00 00 FE FF 00 E0 00 00 00 00 FE FF DD E0 00 00 00 00",
        "",
    ])
    func roundTrip(hex: String) throws {
        let bytes = encoded(hex)
        #expect(try DataSetWriter.encode(try Self.read(bytes).dataSet, as: .explicitLittle) == bytes)
    }

    @Test("A group length that lies is written true") func groupLength() throws {
        let dataSet = try Self.read(encoded("08 00 00 00 'UL' 04 00 FF 00 00 00 08 00 60 00 'CS' 02 00 'CT'")).dataSet
        #expect(try DataSetWriter.encode(dataSet, as: .explicitLittle) == encoded("08 00 00 00 'UL' 04 00 0A 00 00 00 08 00 60 00 'CS' 02 00 'CT'"))
    }

    @Test("UN with implicit content is a sequence") func unknownSequence() throws {
        let reader = try Self.read(encoded("09 00 01 10 'UN' 00 00 FF FF FF FF FE FF 00 E0 0A 00 00 00 08 00 60 00 02 00 00 00 'CT' FE FF DD E0 00 00 00 00"))
        #expect(reader.dataSet.items(Tag(0x0009, 0x1001)).first?.string(.modality) == "CT")
    }

    @Test("Implicit VR where the standard leaves a choice", arguments: [
        ("28 00 03 01 02 00 00 00 01 00 28 00 06 01 02 00 00 00 FF FF", VR.SS, [-1]), ("28 00 03 01 02 00 00 00 00 00 28 00 06 01 02 00 00 00 FF FF", .US, [65535]),
        ("28 00 06 01 02 00 00 00 FF FF", .US, [65535]),
    ])
    func choice(hex: String, vr: VR, values: [Int]) throws {
        let dataSet = try Self.read(encoded(hex), as: .implicitLittle).dataSet
        #expect(dataSet[.smallestImagePixelValue]?.vr == vr)
        #expect(dataSet.integers(.smallestImagePixelValue) == values)
    }

    @Test("Implicit private elements have the VR of their creator's dictionary") func privateVR() throws {
        let dataSet = try Self.read(encoded("29 00 10 00 12 00 00 00 'SIEMENS CSA HEADER' 29 00 08 10 04 00 00 00 'IMA ' 29 00 08 11 02 00 00 00 'XX'"), as: .implicitLittle).dataSet
        #expect(dataSet[Tag(0x0029, 0x1008)]?.vr == .CS)
        #expect(dataSet[Tag(0x0029, 0x1108)]?.vr == .UN)
    }

    // MARK: Bends of the rules with one meaning

    @Test("Read with a warning", arguments: [
        ("10 00 10 00 'PN' 03 00 'Doe'", "odd length"), ("10 00 10 00 'PN' 04 00 'Doe ' 08 00 60 00 'CS' 02 00 'CT'", "ascending order"),
        ("08 00 60 00 'CS' 02 00 'CT' 08 00 60 00 'CS' 02 00 'CT'", "stands twice"),
        ("08 00 60 00 'CS' 02 00 'CT' 00 00 00 00 00 00 00 00 00 00", "follow the last element"), ("08 00 60 00 'CS' 02 00 'CT' FF FF FF FF FF FF FF FF", "follow the last element"),
        ("08 00 60 00 'CS' 02 00 'CT' FE FF DD E0 00 00 00 00", "stray delimiter"),
        ("08 00 40 11 'SQ' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00", "not ended"),
        ("08 00 40 11 'SQ' 00 00 FF FF FF FF FE FF 00 E0 FF FF FF FF FE FF DD E0 00 00 00 00", "not ended before the end of its sequence"),
        ("08 00 60 00 02 00 00 00 'CT'", "implicit VR little endian"), ("00 08 00 60 'CS' 00 02 'CT'", "explicit VR big endian"),
        ("E0 7F 10 00 'OB' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00 FE FF 00 E0 02 00 00 00 01 02", "delimiter missing"),
    ])
    func warned(hex: String, message: String) throws {
        let reader = try Self.read(encoded(hex), length: false)
        #expect(reader.warnings.contains { $0.message.contains(message) }, "\(reader.warnings)")
        #expect(reader.dataSet.elements.map(\.tag) == reader.dataSet.elements.map(\.tag).sorted())
    }

    // MARK: Lies

    @Test("Refused, with place and reason", arguments: [
        // Lengths: 2^31, 2^32-2, one too many; of an element, an item, a sequence, a fragment.
        ("28 00 10 00 'OB' 00 00 00 00 00 80", ReadError(.lengthExceedsParent, path: [.rows], offset: 0, "length 2147483648 exceeds the 0 bytes left in the data set")),
        ("28 00 10 00 'OB' 00 00 FE FF FF FF 00 00", ReadError(.lengthExceedsParent, path: [.rows], offset: 0, "length 4294967294 exceeds the 2 bytes left in the data set")),
        ("08 00 60 00 'CS' 02 00 'CT' 28 00 10 00 'US' 03 00 00 02", ReadError(.lengthExceedsParent, path: [.rows], offset: 10, "length 3 exceeds the 2 bytes left in the data set")),
        ("08 00 40 11 'SQ' 00 00 12 00 00 00 FE FF 00 E0 0A 00 00 00 28 00 10 00 'US' 04 00 00 02",
         ReadError(.lengthExceedsParent, path: [.referencedImageSequence, .rows], offset: 20, "length 4 exceeds the 2 bytes left in the item")),
        ("08 00 40 11 'SQ' 00 00 08 00 00 00 FE FF 00 E0 02 00 00 00 01 02", ReadError(.lengthExceedsParent, path: [.referencedImageSequence], offset: 20, "item length 2 exceeds the 0 bytes left in the sequence")),
        ("08 00 40 11 'SQ' 00 00 00 00 00 80", ReadError(.lengthExceedsParent, path: [.referencedImageSequence], offset: 0, "length 2147483648 exceeds the 0 bytes left in the data set")),
        ("E0 7F 10 00 'OB' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00 FE FF 00 E0 FE FF FF FF", ReadError(.lengthExceedsParent, path: [.pixelData], offset: 28, "fragment length 4294967294 exceeds the 0 bytes left")),
        // Undefined length where none can be.
        ("10 00 20 40 'UT' 00 00 FF FF FF FF", ReadError(.invalidUndefinedLength, path: [Tag(0x0010, 0x4020)], offset: 12, "undefined length is not allowed for UT")),
        // Something else than an item or a fragment.
        ("08 00 40 11 'SQ' 00 00 08 00 00 00 28 00 10 00 'US' 00 00", ReadError(.unexpectedTag, path: [.referencedImageSequence], offset: 12, "(0028,0010) stands where an item should")),
        ("E0 7F 10 00 'OB' 00 00 FF FF FF FF 28 00 10 00 'US' 00 00", ReadError(.unexpectedTag, path: [.pixelData], offset: 12, "(0028,0010) with length 21333 stands where a fragment should")),
        ("08 00 60 00 'CS' 02 00 'CT' FE FF 00 E0 00 00 00 00", ReadError(.unexpectedTag, path: [.item], offset: 10, "an item stands outside a sequence")),
        // No VR, two meanings, a rest.
        ("08 00 60 00 'CS' 02 00 'CT' 28 00 10 00 02 00 00 00 00 02", ReadError(.invalidVR, path: [.rows], offset: 10, "0200H stands where a value representation should")),
        ("10 00 10 00 'PN' 02 00 'AA' 10 00 10 00 'PN' 02 00 'BB'", ReadError(.duplicateElement, path: [.patientName], offset: 20, "the element stands twice with different values")),
        ("08 00 60 00 'CS' 02 00 'CT' 28 00 10 00", ReadError(.truncated, offset: 10, "4 bytes are left, too few for an element")),
        ("08 00 60 00 'CS' 02 00 'CT' 00 00 00 00 00 00 00 07", ReadError(.trailingBytes, offset: 10, "bytes that are no element follow the data set")),
    ])
    func refused(hex: String, expected: ReadError) {
        do {
            _ = try Self.read(encoded(hex))
            Issue.record("was read")
        } catch let error as ReadError {
            #expect(error.description == expected.description && error == expected, "\(error)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("The end in the middle, where the length is not known", arguments: [
        ("28 00 10 00 'US' 02 00 00", [Tag.rows]), ("08 00 40 11 'SQ' 00 00 14 00 00 00 FE FF 00 E0 0C 00 00 00 08 00 50 11 'UI' 04 00 '1'", [.referencedImageSequence, .referencedSOPClassUID]),
        ("08 00 40 11 'SQ' 00 00 14 00 00 00", [.referencedImageSequence]), ("E0 7F 10 00 'OW' 00 00 04 00 00 00 01 02", [.pixelData]),
        ("E0 7F 10 00 'OB' 00 00 FF FF FF FF FE FF 00 E0 00 00 00 00 FE FF 00 E0 04 00 00 00 01", [.pixelData]), ("28 00 10 00 'US' 02", []),
    ])
    func cut(hex: String, path: [Tag]) {
        do {
            _ = try Self.read(encoded(hex), options: .init(), length: false)
            Issue.record("was read")
        } catch let error as ReadError {
            #expect(error.code == .truncated && error.path == path, "\(error)")
        } catch {
            Issue.record("\(error)")
        }
    }

    // MARK: Limits

    private static func nested(_ depth: Int) -> [UInt8] {
        let open = encoded("08 00 40 11 'SQ' 00 00 FF FF FF FF FE FF 00 E0 FF FF FF FF"), close = encoded("FE FF 0D E0 00 00 00 00 FE FF DD E0 00 00 00 00")
        return (0..<depth).flatMap { _ in open } + (0..<depth).flatMap { _ in close }
    }

    @Test("Nesting") func nesting() throws {
        #expect(try Self.read(Self.nested(64)).dataSet.elements.count == 1)
        #expect(throws: ReadError(.nestingTooDeep, offset: 0, "")) { try Self.read(Self.nested(65)) }
        #expect(throws: ReadError(.nestingTooDeep, offset: 0, "")) { try Self.read(Self.nested(20_000)) }
    }

    @Test("Elements and bytes in memory") func memory() throws {
        var limits = ReadLimits()
        limits.elements = 2
        let three = encoded("08 00 60 00 'CS' 00 00 28 00 10 00 'US' 00 00 28 00 11 00 'US' 00 00")
        #expect(throws: ReadError(.tooManyElements, offset: 0, "")) { try Self.read(three, options: .init(limits: limits)) }
        limits = ReadLimits()
        limits.elementInMemory = 4
        let long = try Self.read(encoded("08 00 60 00 'CS' 06 00 'CTCTCT' 28 00 10 00 'US' 02 00 00 02"), options: .init(limits: limits)).dataSet
        #expect(long[.modality]?.value == .external(ByteRange(offset: 8, length: 6)))
        #expect(long.integer(.rows) == 512)
        limits = ReadLimits()
        limits.dataSetInMemory = 20
        #expect(throws: ReadError(.tooLarge, offset: 0, "")) { try Self.read(three, options: .init(limits: limits)) }
    }

    @Test("A length of 4 GiB takes no memory before the bytes come") func promise() throws {
        var limits = ReadLimits()
        limits.elementInMemory = .max
        limits.dataSetInMemory = .max
        var reader = DataSetReader(encoding: .explicitLittle, options: .init(limits: limits))
        try reader.feed(encoded("42 00 11 00 'OB' 00 00 FE FF FF FF 01 02"))
        #expect(throws: ReadError(.truncated, offset: 0, "")) { try reader.finish() }
    }

    // MARK: Stops

    @Test("Stops before a tag, in the data set itself only") func stop() throws {
        let bytes = encoded("08 00 40 11 'SQ' 00 00 12 00 00 00 FE FF 00 E0 0A 00 00 00 28 00 10 00 'US' 02 00 00 01 20 00 13 00 'IS' 02 00 '7 ' 28 00 11 00 'US' 02 00 00 02")
        var reader = DataSetReader(encoding: .explicitLittle, length: UInt64(bytes.count), options: .init(stopBefore: .rows))
        try reader.feed(bytes)
        #expect(reader.isStopped)
        try reader.finish()
        #expect(reader.dataSet.elements.map(\.tag) == [.referencedImageSequence, .instanceNumber])
        #expect(reader.headerLength == UInt64(bytes.count - 10))
    }

    // MARK: Chunks

    static let rich: [(TransferSyntax, [UInt8])] = {
        let items = Items([
            Items.Item(DataSet([DataElement(.referencedSOPClassUID, .UI, "1.2"), DataElement(.rows, .US, integers: [7])]), hasUndefinedLength: true),
            Items.Item(DataSet([DataElement(.codeMeaning, .LO, "Jé"), DataElement(.referencedImageSequence, items: [DataSet(), DataSet([DataElement(.modality, .CS, "MR")])])])),
        ], hasUndefinedLength: true)
        var dataSet = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.modality, .CS, "CT"), DataElement(tag: .procedureCodeSequence, vr: .SQ, value: .items(items)),
            DataElement(.patientName, .PN, "Doe^Jané"), DataElement(.sliceThickness, .DS, "1.5"), DataElement(.rows, .US, integers: [2]),
            DataElement(.redPaletteColorLookupTableData, .OW, bytes: Array(0..<40)), DataElement(.pixelData, .OW, bytes: Array(0..<50)),
            DataElement(.dataSetTrailingPadding, .OB, bytes: [0, 0, 0, 0]),
        ])
        let native: [(TransferSyntax, [UInt8])] = [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian]
            .compactMap { syntax in (try? DataSetWriter.encode(dataSet, as: syntax)).map { (syntax, $0) } }
        dataSet.set(DataElement(tag: .pixelData, vr: .OB, value: .fragments(Fragments(offsetTable: [0, 0, 0, 0, 12, 0, 0, 0], fragments: [[1, 2, 3, 4], [5, 6]]))))
        let jpeg = TransferSyntax(UID(known: "1.2.840.10008.1.2.4.50"))
        return native + ((try? DataSetWriter.encode(dataSet, as: jpeg)).map { [(jpeg, $0)] } ?? [])
    }()

    private static func summary(_ reader: EncodedDataSetReader) -> (DataSet, PixelDataLocation?, UInt64, [String]) {
        (reader.reader.dataSet, reader.reader.pixelData, reader.reader.headerLength, reader.reader.warnings.map(\.description))
    }

    /// Bytes that belong to someone else.
    private func feed(_ chunk: ArraySlice<UInt8>, to reader: inout EncodedDataSetReader) throws {
        let result = chunk.withUnsafeBytes { bytes in Result<Void, any Error> { try reader.feed(bytes) } }
        try result.get()
    }

    @Test("Wherever the chunks end, the result is the same", arguments: 0..<5, [false, true])
    func chunks(index: Int, keepsPixelData: Bool) throws {
        try #require(Self.rich.count == 5)
        let (syntax, bytes) = Self.rich[index]
        let length = syntax.isDeflated ? nil : UInt64(bytes.count)
        func read(_ chunks: [ArraySlice<UInt8>], raw: Bool) throws -> EncodedDataSetReader {
            var reader = EncodedDataSetReader(transferSyntax: syntax, length: length, options: .init(keepsPixelData: keepsPixelData))
            for chunk in chunks {
                if raw { try feed(chunk, to: &reader) } else { try reader.feed(Array(chunk)) }
            }
            try reader.finish()
            return reader
        }
        let whole = Self.summary(try read([bytes[...]], raw: false))
        #expect(whole.0.elements.count == 9 && whole.3.isEmpty && (whole.1 == nil) == keepsPixelData)
        for raw in [false, true] {
            for cut in 0...bytes.count { #expect(Self.summary(try read([bytes[..<cut], bytes[cut...]], raw: raw)) == whole, "cut at \(cut)") }
            for size in [1, 2, 3, 7, 13] {
                let chunks = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
                #expect(Self.summary(try read(chunks, raw: raw)) == whole, "chunks of \(size)")
            }
        }
    }

    @Test("Cut off anywhere, it is an error or a shorter data set, never a crash", arguments: 0..<5)
    func cutOff(index: Int) throws {
        try #require(Self.rich.count == 5)
        let (syntax, bytes) = Self.rich[index]
        // Deflated bytes end with padding that carries nothing.
        for count in 0..<(syntax.isDeflated ? bytes.count - 2 : bytes.count) {
            var reader = EncodedDataSetReader(transferSyntax: syntax, length: syntax.isDeflated ? nil : UInt64(bytes.count), options: .init(keepsPixelData: true))
            // A known length is not reached, and a deflate stream has its end mark.
            #expect(throws: ReadError.self, "\(count)") {
                try reader.feed(Array(bytes[..<count]))
                try reader.finish()
            }
        }
    }

    @Test("Every byte turned, one at a time, breaks nothing but the reading", arguments: 0..<5)
    func turned(index: Int) throws {
        try #require(Self.rich.count == 5)
        let (syntax, bytes) = Self.rich[index]
        for place in bytes.indices {
            for value in [0x00, 0xFF, bytes[place] ^ 0x01, bytes[place] ^ 0x80] as [UInt8] {
                var copy = bytes
                copy[place] = value
                var reader = EncodedDataSetReader(transferSyntax: syntax, length: syntax.isDeflated ? nil : UInt64(bytes.count), options: .init(keepsPixelData: true))
                // Whether it is read or refused is not the question here.
                do {
                    try reader.feed(copy)
                    try reader.finish()
                    for element in reader.reader.dataSet.elements { _ = element.strings(in: .default) }
                } catch {}
            }
        }
    }
}
