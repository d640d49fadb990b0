import Crypto
import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct StoringTests {
    private static let syntaxes: [TransferSyntax] = [.implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian]

    @Test("The object is a normalised head and the data set as it came", arguments: syntaxes)
    func theObject(syntax: TransferSyntax) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let dataSet = try TestInstance().encoded(as: syntax)
        let outcome = try await archive.store(dataSet, as: syntax)
        #expect(outcome.result == .stored)
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        let file = try await archive.bytes(location)
        // PS3.10 §7.1: 128 bytes of preamble, the prefix, meta information in explicit VR little endian.
        #expect(file.prefix(128).allSatisfy { $0 == 0 })
        #expect(file[128..<132] == Array("DICM".utf8)[...])
        #expect(Array(file[Int(location.dataSetOffset)...]) == dataSet)
        #expect(ObjectID.hex(SHA256.hash(data: file)) == outcome.object.hex)
        #expect(location.transferSyntax == syntax)
        let read = try FileReader.read(file)
        #expect(read.meta?.sopInstanceUID?.text == "1.2.3.4.5")
        #expect(read.meta?.transferSyntax == syntax)
    }

    @Test("Pieces of any size make the same object", arguments: [1, 7, 100, 1 << 20])
    func pieces(size: Int) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let dataSet = try TestInstance(pixelBytes: 600).encoded()
        let outcome = try await archive.store(dataSet, piece: size)
        #expect(outcome.object.hex == "\(try await archive.store(dataSet).object)")
    }

    @Test("An object that names no study is kept as it is, and filed under UIDs of its own")
    func withoutStudy() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let dataSet = try Self.without(.studyInstanceUID)
        let outcome = try await archive.store(dataSet)
        #expect(outcome.study.text.hasPrefix("2.25."))
        #expect(outcome.warnings.contains { $0.message.contains("filed under") })
        let location = try #require(await archive.instances(study: outcome.study, for: .everything).first)
        #expect(Array(try await archive.bytes(location)[Int(location.dataSetOffset)...]) == dataSet)
        let answers = try await archive.query(Query(.study), for: .everything).answers
        #expect(answers.map { $0.uid(.studyInstanceUID) } == [outcome.study])
    }

    @Test("UIDs that the data set lacks are taken from what came with it")
    func statedIdentity() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let (sopClass, instance) = (try #require(UID("1.2.840.10008.5.1.4.1.1.7")), try #require(UID("1.2.3.99")))
        var ingest = try await archive.begin(source: Source(kind: .local), transferSyntax: .explicitVRLittleEndian, stated: (sopClass, instance))
        try ingest.write(try Self.without(.sopInstanceUID))
        let outcome = try await ingest.finish()
        #expect(outcome.sopInstance == instance)
        #expect(outcome.sopClass != sopClass)
        let row = try await archive.query(Query(.instance), for: .everything).answers.first
        #expect(row?.uid(.sopInstanceUID) == instance)
    }

    @Test func aHeaderIsReadWithoutPixelsAndAFrameByItsPlace() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var instance = TestInstance(pixelBytes: 64)
        instance.extra = [
            DataElement(.numberOfFrames, .IS, "4"), DataElement(.rows, .US, integers: [2]), DataElement(.columns, .US, integers: [4]),
            DataElement(.pixelData, .OW, bytes: (0..<64).map { UInt8($0) }), DataElement(.dataSetTrailingPadding, .OB, bytes: [1, 2]),
        ]
        let outcome = try await archive.store(try instance.encoded())
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        let header = try await archive.header(of: location)
        #expect(header.string(.patientName) == "Doe^Jane")
        #expect(header[.pixelData]?.value == .external(location.pixelData?.value ?? ByteRange(offset: 0, length: 0)))
        #expect(header.bytes(.dataSetTrailingPadding).map(Array.init) == [1, 2])
        let frames = try #require(try await archive.frames(of: location))
        #expect(frames.count == 4)
        #expect(try await archive.read(location, location.inFile(frames.location(of: 2).range)) == (32..<48).map { UInt8($0) })
    }

    @Test func framesOfEncapsulatedPixelDataAreFoundByTheirFragments() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let fragments: [[UInt8]] = [[1, 1], [2, 2, 2, 2], [3, 3]]
        var instance = TestInstance()
        instance.extra = [
            DataElement(.numberOfFrames, .IS, "3"),
            DataElement(tag: .pixelData, vr: .OB, value: .fragments(Fragments(fragments: fragments.map { $0[...] }))),
        ]
        let syntax = TransferSyntax(UID(test: "1.2.840.10008.1.2.4.70"))
        let outcome = try await archive.store(try instance.encoded(as: syntax), as: syntax)
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        var read: [[UInt8]] = []
        let frames = try #require(try await archive.frames(of: location))
        for index in 0..<frames.count { read.append(try await archive.read(location, location.inFile(frames.location(of: index).range))) }
        #expect(read == fragments)
        #expect(try await archive.header(of: location).string(.modality) == "CT")
    }

    @Test func framesThatOnlyTheirCodeStreamsTellAreFoundWhenAskedFor() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let streams: [[UInt8]] = [1, 2, 3].map { [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, $0, $0, 0xFF, 0xD9] }
        var instance = TestInstance()
        instance.extra = [
            DataElement(.numberOfFrames, .IS, "3"),
            DataElement(tag: .pixelData, vr: .OB, value: .fragments(Fragments(fragments: [streams.flatMap { $0 }[...]]))),
        ]
        let syntax = TransferSyntax(UID(test: "1.2.840.10008.1.2.4.70"))
        let outcome = try await archive.store(try instance.encoded(as: syntax), as: syntax)
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        for _ in 0..<2 {
            let frames = try #require(try await archive.frames(of: location))
            for (index, stream) in streams.enumerated() {
                #expect(try await archive.read(location, location.inFile(frames.location(of: index).range)) == stream)
            }
        }
    }

    // MARK: Again

    @Test func theSameAgainIsASuccessThatWritesNothing() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        let dataSet = try TestInstance().encoded()
        let first = try await archive.store(dataSet)
        let second = try await archive.store(dataSet)
        #expect(second.result == .alreadyStored)
        #expect(second.object == first.object)
        #expect(try await archive.totals().instances == 1)
        archive.settling.settle()
        #expect(try folder.incoming() == [])
    }

    @Test func bytesThatWereLostAreTakenAgain() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let dataSet = try TestInstance().encoded()
        let first = try await archive.store(dataSet)
        try FileManager.default.removeItem(atPath: archive.disk.path(first.object))
        #expect(try await archive.store(dataSet).result == .alreadyStored)
        let location = try #require(await archive.instance(first.sopInstance, for: .everything))
        #expect(try await archive.bytes(location).count == Int(first.size))
    }

    @Test func bytesWithoutAnIndexRowAreAdopted() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let dataSet = try TestInstance().encoded()
        let first = try await archive.store(dataSet)
        try await archive.database.write { (connection) throws(DatabaseError) in try connection.script("DELETE FROM instance") }
        #expect(try await archive.store(dataSet).result == .stored)
        #expect(try await archive.instance(first.sopInstance, for: .everything) != nil)
    }

    @Test func damagedBytesWithoutAnIndexRowAreReplaced() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let dataSet = try TestInstance().encoded()
        let first = try await archive.store(dataSet)
        try await archive.database.write { (connection) throws(DatabaseError) in try connection.script("DELETE FROM instance") }
        try flip(archive.disk.path(first.object))
        #expect(try await archive.store(dataSet).result == .stored)
        let location = try #require(await archive.instance(first.sopInstance, for: .everything))
        #expect(try await archive.bytes(location).suffix(dataSet.count) == dataSet[...])
    }

    // MARK: One UID, two contents

    @Test func byDefaultTheFirstIsKeptAndTheSenderIsTold() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        let first = try await archive.store(try TestInstance().encoded())
        let second = try await archive.store(try TestInstance(fill: 8).encoded())
        #expect(second.result == .conflict(kept: first.object))
        let location = try #require(await archive.instance(first.sopInstance, for: .everything))
        #expect(location.object == first.object)
        #expect(try await archive.store.size(of: second.object) == nil)
        #expect(try await archive.report().isGood)
    }

    @Test func bothAreKeptAndTheNewestIsShownWhereTheSourceSaysSo() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let source = Source(kind: .dimse, aeTitle: "WS", onConflict: .keepBoth)
        let first = try await archive.store(try TestInstance().encoded(), from: source)
        let second = try await archive.store(try TestInstance(fill: 8).encoded(), from: source)
        #expect(second.result == .storedAsNewVersion(of: first.object))
        #expect(try await archive.instance(first.sopInstance, for: .everything)?.object == second.object)
        #expect(try await archive.store.size(of: first.object) == first.size)
        #expect(try await archive.totals().instances == 1)
        #expect(try await archive.store(try TestInstance().encoded(), from: source).result == .alreadyStored)
        let elsewhere = try await archive.store(try TestInstance(study: "1.9").encoded(), from: source)
        #expect(elsewhere.result == .quarantined(kept: second.object))
        #expect(try await archive.report().isGood)
    }

    @Test func theNewOneIsKeptAsideWhereTheSourceSaysSo() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let source = Source(kind: .dimse, aeTitle: "WS", onConflict: .quarantine)
        let first = try await archive.store(try TestInstance().encoded(), from: source)
        let second = try await archive.store(try TestInstance(fill: 8).encoded(), from: source)
        #expect(second.result == .quarantined(kept: first.object))
        #expect(try await archive.instance(first.sopInstance, for: .everything)?.object == first.object)
        #expect(try await archive.store.size(of: second.object) == second.size)
        #expect(try await archive.store(try TestInstance(fill: 8).encoded(), from: source).result == .quarantined(kept: first.object))
    }

    @Test func ofTwoAssociationsWithOneUIDOneIsStored() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        for round in 0..<10 {
            let results = try await withThrowingTaskGroup(of: StoreOutcome.self) { group in
                for fill in 1...4 {
                    group.addTask { try await archive.store(try TestInstance(instance: "1.2.3.4.\(round)", fill: UInt8(fill)).encoded()) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let stored = results.filter { $0.result == .stored }
            try #require(stored.count == 1)
            #expect(results.filter { $0.result == .conflict(kept: stored[0].object) }.count == 3)
        }
        #expect(try await archive.report().isGood)
    }

    // MARK: Refused

    struct Refusal: Sendable {
        var name: String
        var code: ArchiveError.Code
        var words: String
        var make: @Sendable () throws -> [UInt8]
    }

    static let refusals: [Refusal] = [
        Refusal(name: "no SOP Class UID", code: .cannotUnderstand, words: "SOP Class UID (0008,0016) is missing") { try without(.sopClassUID) },
        Refusal(name: "no SOP Instance UID", code: .cannotUnderstand, words: "SOP Instance UID (0008,0018) is missing") { try without(.sopInstanceUID) },
        Refusal(name: "a UID that climbs", code: .cannotUnderstand, words: "is no UID") { try TestInstance(instance: "../../etc/passwd").encoded() },
        Refusal(name: "a UID of 65 characters", code: .cannotUnderstand, words: "is no UID") { try TestInstance(study: String(repeating: "1", count: 65)).encoded() },
        Refusal(name: "a UID with a NUL inside", code: .cannotUnderstand, words: "is no UID") { try TestInstance(series: "1.2\0.3").encoded() },
        Refusal(name: "cut off", code: .cannotUnderstand, words: "ends") { Array(try TestInstance().encoded().dropLast(5)) },
        Refusal(name: "empty", code: .cannotUnderstand, words: "missing") { [] },
        Refusal(name: "a length beyond the end", code: .cannotUnderstand, words: "ends") { try TestInstance().encoded() + [8, 0, 5, 0, 0x43, 0x53, 0xFE, 0xFF] },
    ]

    /// Colour palettes and the like belong to no study (PS3.4 Annex GG).
    @Test func anObjectWithoutAStudyIsKeptAsItCameAndFiledAlwaysAtTheSamePlace() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var dataSet = TestInstance().dataSet
        dataSet[.studyInstanceUID] = nil
        dataSet[.seriesInstanceUID] = nil
        let bytes = try DataSetWriter.encode(dataSet, as: .explicitVRLittleEndian)
        let outcome = try await archive.store(bytes)
        #expect(outcome.warnings.count == 2)
        #expect(try await archive.store(bytes).result == .alreadyStored)
        let location = try #require(await archive.instances(study: outcome.study, for: .everything).first)
        #expect(try await archive.bytes(location).suffix(bytes.count) == bytes[...])
        _ = try await archive.rebuildIndex()
        #expect(try await archive.instance(outcome.sopInstance, for: .everything)?.study == outcome.study)
    }

    /// The announced UIDs stand for those that the data set does not say; where it says them, they must agree.
    @Test func whatTheDataSetDoesNotSayIsTakenFromTheAnnouncement() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let announced = (sopClass: UID(test: "1.2.840.10008.5.1.4.1.1.2"), sopInstance: UID(test: "1.2.3.4.5"))
        let outcome = try await archive.store(try Self.without(.sopInstanceUID), expecting: announced)
        #expect(outcome.sopInstance == announced.sopInstance)
        _ = try await archive.rebuildIndex()
        #expect(try await archive.instance(announced.sopInstance, for: .everything)?.object == outcome.object)
    }

    private static func without(_ tag: Tag) throws -> [UInt8] {
        var dataSet = TestInstance().dataSet
        dataSet[tag] = nil
        return try DataSetWriter.encode(dataSet, as: .explicitVRLittleEndian)
    }

    @Test("What cannot be kept is refused with the reason, and nothing stays of it", arguments: refusals)
    func refused(refusal: Refusal) async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        do {
            _ = try await archive.store(try refusal.make())
            Issue.record("\(refusal.name) was stored")
        } catch let error as ArchiveError {
            #expect(error.code == refusal.code)
            #expect(error.message.contains(refusal.words), "\(error.message)")
        }
        #expect(try await archive.totals().instances == 0)
        #expect(try folder.incoming() == [])
        #expect(try await archive.store(try TestInstance().encoded()).result == .stored)
    }

    @Test func anotherObjectThanAnnouncedIsRefused() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let ct = UID(test: "1.2.840.10008.5.1.4.1.1.2")
        await #expect(throws: ArchiveError(.dataSetDoesNotMatchSOPClass, "")) {
            try await archive.store(try TestInstance().encoded(), expecting: (ct, UID(test: "9.9")))
        }
        await #expect(throws: ArchiveError(.dataSetDoesNotMatchSOPClass, "")) {
            try await archive.store(try TestInstance().encoded(), expecting: (UID(test: "1.2.840.10008.5.1.4.1.1.4"), UID(test: "1.2.3.4.5")))
        }
        #expect(try await archive.store(try TestInstance().encoded(), expecting: (ct, UID(test: "1.2.3.4.5"))).result == .stored)
    }

    @Test func nothingStaysOfWhatIsGivenUp() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        let dataSet = try TestInstance(pixelBytes: 1 << 20).encoded()
        do {
            var ingest = try await archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian)
            try ingest.write(Array(dataSet.prefix(600_000)))
            ingest.cancel()
            #expect(throws: ArchiveError(.cancelled, "")) { try ingest.write(dataSet) }
            await #expect(throws: ArchiveError(.cancelled, "")) { try await ingest.finish() }
        }
        do {
            var abandoned = try await archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian)
            try abandoned.write(Array(dataSet.prefix(1000)))
        }
        #expect(try folder.incoming() == [])
        #expect(try await archive.totals().instances == 0)
    }

    // MARK: Many at once

    @Test func eightSendersAtOnceLoseNothing() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let perSender = 40
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0..<perSender {
                        let instance = TestInstance(study: "1.\(sender % 3)", series: "1.\(sender).1", instance: "1.\(sender).1.\(number)", pixelBytes: 4000)
                        let outcome = try await archive.store(try instance.encoded())
                        #expect(outcome.result == .stored)
                    }
                }
            }
            try await group.waitForAll()
        }
        let totals = try await archive.totals()
        #expect(totals.instances == 8 * perSender)
        #expect(totals.studies == 3)
        #expect(totals.series == 8)
        for study in 0..<3 {
            let summary = try #require(await archive.study(UID(test: "1.\(study)"), for: .everything))
            #expect(summary.instanceCount == (study < 2 ? 3 : 2) * perSender)
            #expect(try await archive.instances(study: UID(test: "1.\(study)"), for: .everything).count == summary.instanceCount)
        }
        #expect(try await archive.report().isGood)
    }

    @Test func memoryDoesNotGrowWithTheObject() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var head = try TestInstance(pixelBytes: 2).encoded()
        head.removeLast(2)
        let length = 600 << 20
        head.removeLast(4)
        withUnsafeBytes(of: UInt32(length).littleEndian) { head += $0 }
        var ingest = try await archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian)
        try ingest.write(head)
        let before = residentBytes()
        let piece = [UInt8](repeating: 3, count: 128 << 10)
        var peak = before
        for number in 0..<length / piece.count {
            try ingest.write(piece)
            if number % 64 == 0 { peak = max(peak, residentBytes()) }
        }
        let outcome = try await ingest.finish()
        peak = max(peak, residentBytes())
        #expect(outcome.size > UInt64(length))
        // Other suites share the process: a third of the object is what tells.
        #expect(peak - before < 200 << 20, "grew by \((peak - before) >> 20) MiB")
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        let beforeReading = residentBytes()
        var count = 0
        for try await piece in archive.read(location) { count += piece.count }
        #expect(count == Int(outcome.size))
        #expect(residentBytes() - beforeReading < 200 << 20)
    }
}
