import Testing

@testable import DICOM

@Suite("Reading a file by ranges")
struct FileReaderTests {
    /// A file with a value of `large` bytes between short ones, and pixel data.
    private static func file(large: Int) throws -> [UInt8] {
        let dataSet = DataSet([
            DataElement(.sopClassUID, uid: UID("1.2.840.10008.5.1.4.1.1.7")!),
            DataElement(.sopInstanceUID, uid: UID("1.2.3")!),
            DataElement(.referencedImageSequence, items: [DataSet([DataElement(.referencedSOPInstanceUID, uid: UID("1.2.4")!)])]),
            DataElement(.iccProfile, .OB, bytes: [UInt8](repeating: 7, count: large)),
            DataElement(.contentLabel, .CS, "AFTER"),
            DataElement(.pixelData, .OW, bytes: [UInt8](repeating: 9, count: 100_000)),
        ])
        return try FileMetaInformation.file(dataSet, as: .explicitVRLittleEndian)
    }

    /// Reads `file` and notes what was asked for.
    private static func read(_ file: [UInt8], _ options: DataSetReader.Options) throws -> (reader: FileReader, bytes: Int) {
        var reader = FileReader(options: options)
        var asked = 0
        try reader.read { offset, bytes in
            let start = min(Int(offset), file.count)
            for byte in file[start..<min(file.count, start + bytes.freeCapacity)] { bytes.append(byte) }
            asked += bytes.count
        }
        return (reader, asked)
    }

    private static func limited(_ elementInMemory: UInt64, stopBefore: Tag? = nil) -> DataSetReader.Options {
        var limits = ReadLimits()
        limits.elementInMemory = elementInMemory
        return .init(stopBefore: stopBefore, limits: limits)
    }

    @Test("What is held is as it was written", arguments: [0, 3000, 4096, 20_000, 1_000_000])
    func held(large: Int) throws {
        let file = try Self.file(large: large)
        let (reader, _) = try Self.read(file, .init(stopBefore: .pixelData))
        #expect(reader.dataSet.bytes(.iccProfile)?.elementsEqual([UInt8](repeating: 7, count: large)) == true)
        #expect(reader.dataSet.string(.contentLabel) == "AFTER")
        #expect(reader.dataSet.items(.referencedImageSequence).first?.uid(.referencedSOPInstanceUID)?.text == "1.2.4")
        #expect(reader.dataSet == (try FileReader.read(file, options: .init(stopBefore: .pixelData))).dataSet)
    }

    @Test("What is not held is not asked for")
    func notHeld() throws {
        let file = try Self.file(large: 1_000_000)
        let (header, few) = try Self.read(file, Self.limited(4096, stopBefore: .pixelData))
        #expect(few < 20_000)
        #expect(header.dataSet.string(.contentLabel) == "AFTER")
        guard case .external(let range)? = header.dataSet[.iccProfile]?.value else { Issue.record("held"); return }
        let start = Int(header.dataSetOffset + range.offset)
        #expect(file[start..<start + Int(range.length)].allSatisfy { $0 == 7 } && range.length == 1_000_000)

        // Without a stop the pixel data is noted, and passed over too.
        let (whole, little) = try Self.read(file, Self.limited(4096))
        #expect(little < 40_000)
        #expect(whole.body?.reader.pixelData?.value.length == 100_000)
    }

    @Test("A file that ends inside what is passed over is truncated", arguments: [1, 2, 50_000, 99_999])
    func truncated(missing: Int) throws {
        let file = try Self.file(large: 0).dropLast(missing)
        let error = #expect(throws: ReadError.self) { _ = try Self.read(Array(file), .init()) }
        #expect(error?.code == .truncated)
    }

    @Test("File meta information begins with its group")
    func otherGroupFirst() throws {
        var file = try Self.file(large: 0)
        file[132] = 1
        let error = #expect(throws: ReadError.self) { _ = try Self.read(file, .init()) }
        #expect(error?.code == .notDICOM)
    }

    @Test("What a source throws comes out")
    func sourceError() throws {
        struct Broken: Error {}
        var reader = FileReader()
        #expect(throws: Broken.self) { try reader.read { _, _ in throw Broken() } }
    }

    @Test("Memory does not grow with the pixel data", arguments: [TransferSyntax.explicitVRLittleEndian.encoding])
    func bounded(encoding: TransferSyntax.Encoding) throws {
        var reader = DataSetReader(encoding: encoding)
        let fragment: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0, 0x00, 0x10, 0, 0] + [UInt8](repeating: 1, count: 4096)
        try reader.feed([0xE0, 0x7F, 0x10, 0, UInt8(ascii: "O"), UInt8(ascii: "B"), 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0])
        for _ in 0..<2000 { try reader.feed(fragment) }
        #expect(reader.content.storage.capacity < 64 << 10)
        try reader.feed([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0])
        try reader.finish()
        #expect(reader.pixelData?.fragments.count == 2000)
    }
}

@Suite("Items of a data set that was read")
struct ReadItemsTests {
    private static func read(_ dataSet: DataSet) throws -> DataSet {
        var reader = DataSetReader(encoding: .explicitLittle)
        try reader.feed(try DataSetWriter.encode(dataSet, as: TransferSyntax.Encoding.explicitLittle))
        try reader.finish()
        return reader.dataSet
    }

    @Test("They keep the character set they were read under")
    func characterSet() throws {
        let latin = DataElement(tag: .patientName, vr: .PN, value: .bytes([UInt8(ascii: "M"), 0xFC]))
        let written = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.referencedImageSequence, items: [DataSet([latin])]),
        ])
        var dataSet = try Self.read(written)
        #expect(dataSet.items(.referencedImageSequence).first?.string(.patientName) == "Mü")
        dataSet.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"))
        #expect(dataSet.items(.referencedImageSequence).first?.string(.patientName) == "Mü")
        dataSet[.specificCharacterSet] = nil
        #expect(dataSet.items(.referencedImageSequence).first?.string(.patientName) == "Mü")
    }

    @Test("Specific Character Set as a sequence names nothing")
    func characterSetAsSequence() throws {
        let written = DataSet([DataElement(.specificCharacterSet, items: [DataSet([DataElement(.contentLabel, .CS, "A")])])])
        let dataSet = try Self.read(written)
        #expect(dataSet.characterSet == .default)
        #expect(dataSet.items(.specificCharacterSet).first?.string(.contentLabel) == "A")
    }

    @Test("Changing a copy changes neither the data set nor its other items")
    func values() throws {
        let item = DataSet([DataElement(.contentLabel, .CS, "A")])
        let dataSet = try Self.read(DataSet([DataElement(.referencedImageSequence, items: [item, item])]))
        var items = dataSet.items(.referencedImageSequence)
        items[0].set(DataElement(.contentLabel, .CS, "B"))
        items[0].set(DataElement(.patientID, .LO, "1"))
        #expect(items.map { $0.string(.contentLabel) } == ["B", "A"])
        #expect(items.map { $0.elements.count } == [2, 1])
        #expect(dataSet.items(.referencedImageSequence) == [item, item])
        var changed = dataSet
        changed.set(DataElement(.referencedImageSequence, items: items))
        #expect(changed.items(.referencedImageSequence) == items)
        #expect(dataSet != changed)
    }
}
