import DICOM
import Database
import DatabaseFixtures
import Foundation
import Synchronization
import Testing

@testable import Archive

@Suite("Metadata documents of series", .everyEngine)
struct SeriesMetadataTests {
    /// What an archive answers, and how many instances were read for it.
    private final class Reader: Sendable {
        let archive: Archive
        let encoded = Mutex(0)

        init(_ archive: Archive) { self.archive = archive }

        var reads: Int { encoded.withLock { reads in defer { reads = 0 }; return reads } }

        func state(root: String = "r", study: String = "1.2.3") async throws -> SeriesState {
            try #require(try await archive.seriesStates(study: UID(test: study), root: root, for: .everything).first)
        }

        /// Names of instances with their patients, in the order of the document.
        func text(root: String = "r", study: String = "1.2.3") async throws -> [String] {
            let state = try await state(root: root, study: study)
            var lines: [String] = []
            let document = archive.metadata(of: state, root: root) { location, dataSet in
                self.encoded.withLock { $0 += 1 }
                return Array("\(root) \(location.sopInstance) \(dataSet.string(.patientName) ?? "")".utf8)
            }
            for try await segment in document {
                let text = try #require(segment.text.inflated())
                lines += String(decoding: text, as: UTF8.self).split(separator: ",\n").map(String.init)
            }
            return lines
        }

        func segments() async throws -> Int { try await archive.first("SELECT count(*) AS count FROM metadata_segment")?.int("count") ?? 0 }
    }

    private static func instance(_ number: Int, name: String = "Doe^Jane", fill: UInt8 = 7) throws -> [UInt8] {
        try TestInstance(instance: "1.9.\(number)", name: name, extra: [DataElement(.instanceNumber, .IS, "\(number)")], fill: fill).encoded()
    }

    private static func filled(_ numbers: some Sequence<Int>) async throws -> Reader {
        let archive = try await Archive.open(try TemporaryFolder())
        for number in numbers { _ = try await archive.store(try instance(number)) }
        return Reader(archive)
    }

    @Test func asItLiesTheSecondTime() async throws {
        let reader = try await Self.filled([3, 1, 2])
        let expected = [1, 2, 3].map { "r 1.9.\($0) Doe^Jane" }
        #expect(try await reader.text() == expected)
        #expect(reader.reads == 3)
        #expect(try await reader.state().isReady)
        #expect(try await reader.text() == expected)
        #expect(reader.reads == 0)
    }

    @Test func whatIsMadeAheadIsReadByNobodyAgain() async throws {
        let reader = try await Self.filled([2, 1])
        let made = Reader(reader.archive)
        func prepare() async throws {
            try await reader.archive.prepareMetadata(study: UID(test: "1.2.3"), root: "r", encode: { location, dataSet in
                made.encoded.withLock { $0 += 1 }
                return Array("r \(location.sopInstance) \(dataSet.string(.patientName) ?? "")".utf8)
            })
        }
        try await prepare()
        #expect(made.reads == 2)
        #expect(try await reader.state().isReady)
        #expect(try await reader.text() == ["r 1.9.1 Doe^Jane", "r 1.9.2 Doe^Jane"])
        #expect(reader.reads == 0)
        try await prepare()
        #expect(made.reads == 0)
    }

    @Test func whatIsMadeAheadIsGivenUpWithItsTask() async throws {
        let reader = try await Self.filled([1, 2])
        let archive = reader.archive
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await archive.prepareMetadata(study: UID(test: "1.2.3"), root: "r", encode: { _, _ in [65] })
        }
        await #expect(throws: ArchiveError.self) { try await task.value }
    }

    @Test func theLastRootsAreKept() async throws {
        let archive = try await Self.filled([1]).archive
        for root in ["a", "b", "c", "d", "b"] { await archive.noteMetadataRoot(root) }
        await archive.noteMetadataRoot(String(repeating: "x", count: 300))
        #expect(try await archive.usedMetadataRoots() == ["d", "c", "b"])
        try await archive.database.run("UPDATE metadata_root SET used = 0 WHERE root <> 'c'")
        #expect(try await archive.usedMetadataRoots() == ["c"])
    }

    @Test func aNewInstanceIsThere() async throws {
        let reader = try await Self.filled([1, 3])
        _ = try await reader.text()
        let before = try await reader.state().version
        _ = try await reader.archive.store(try Self.instance(2))
        #expect(try await reader.state().version != before)
        #expect(try await reader.state().isReady == false)
        #expect(try await reader.text() == [1, 2, 3].map { "r 1.9.\($0) Doe^Jane" })
    }

    @Test func aReplacedInstanceIsShown() async throws {
        let reader = try await Self.filled([1, 2])
        _ = try await reader.text()
        let before = try await reader.state().version
        let both = Source(kind: .dimse, onConflict: .keepBoth)
        let outcome = try await reader.archive.store(try Self.instance(2, name: "Roe^Richard", fill: 9), from: both)
        guard case .storedAsNewVersion = outcome.result else { Issue.record("\(outcome.result)"); return }
        #expect(try await reader.state().version != before)
        #expect(try await reader.text() == ["r 1.9.1 Doe^Jane", "r 1.9.2 Roe^Richard"])
    }

    @Test func theSameAgainAndWhatIsKeptAsideChangeNothing() async throws {
        let reader = try await Self.filled([1, 2])
        _ = try await reader.text()
        let before = try await reader.state().version
        _ = try await reader.archive.store(try Self.instance(2))
        _ = try await reader.archive.store(try Self.instance(2, fill: 9), from: Source(kind: .dimse, onConflict: .quarantine))
        #expect(try await reader.state().version == before)
        #expect(try await reader.state().isReady)
    }

    @Test func aCorrectionIsShownAndTakenBack() async throws {
        let reader = try await Self.filled([1, 2])
        _ = try await reader.text()
        var versions = [try await reader.state().version]
        let rules = try JSONDecoder().decode(CoercionRules.self, from: Data(#"[{"name": "x", "set": {"PatientName": "Roe^Richard"}}]"#.utf8))
        let corrector = try #require(Corrector(rules: rules, CoercionContext(callingAETitle: "CT1", calledAETitle: "ISOCENTER"), system: "ISOCENTER"))
        var ingest = try await reader.archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian, corrector: corrector)
        try ingest.write(try Self.instance(2))
        _ = try await ingest.finish()
        #expect(try await reader.text() == ["r 1.9.1 Doe^Jane", "r 1.9.2 Roe^Richard"])
        versions.append(try await reader.state().version)
        try await reader.archive.removeCorrection(of: UID(test: "1.9.2"))
        #expect(try await reader.text() == ["r 1.9.1 Doe^Jane", "r 1.9.2 Doe^Jane"])
        versions.append(try await reader.state().version)
        #expect(Set(versions).count == 3)
    }

    @Test func anIndexMadeAnewMakesDocumentsAnew() async throws {
        let reader = try await Self.filled([1, 2])
        _ = try await reader.text()
        let before = try await reader.state().version
        _ = try await reader.archive.rebuildIndex()
        #expect(try await reader.segments() == 0)
        #expect(try await reader.state().version != before)
        #expect(try await reader.text() == [1, 2].map { "r 1.9.\($0) Doe^Jane" })
    }

    @Test func noInstanceAmongManyIsAddedByReadingThemAll() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<3000).map { number in
            TestInstance(instance: "1.9.\(number)", extra: [DataElement(.instanceNumber, .IS, "\(number * 2)")])
        })
        // Without their bytes: what is read of them is refused, and so it is seen that it was.
        let all = try await archive.seriesStates(study: UID(test: "1.2.3"), root: "r", for: .everything)
        var cut = try await Self.cut(archive, all[0].id)
        #expect(cut.count > 5 && cut.allSatisfy { (1...512).contains($0.count) })
        #expect(cut.dropLast().allSatisfy { $0.count >= 64 })
        let before = Set(cut.map { SegmentCutter.fingerprint($0, format: 1) })
        for number in [1, 2999, 6001] {
            try await archive.index([TestInstance(instance: "1.8.\(number)", extra: [DataElement(.instanceNumber, .IS, "\(number)")])])
        }
        cut = try await Self.cut(archive, all[0].id)
        let after = Set(cut.map { SegmentCutter.fingerprint($0, format: 1) })
        #expect(cut.joined().count == 3003)
        #expect(after.subtracting(before).count <= 9, "\(after.subtracting(before).count) of \(after.count)")
    }

    private static func cut(_ archive: Archive, _ series: Int64) async throws -> [[SegmentCutter.Member]] {
        var pages = MemberPages(archive: archive, series: series)
        var cutter = SegmentCutter(), result: [[SegmentCutter.Member]] = []
        while let member = try await pages.next() {
            if let segment = cutter.add(member) { result.append(segment) }
        }
        let last = cutter.finish()
        return last.isEmpty ? result : result + [last]
    }

    @Test("Numbers, equal numbers and none, over pages", arguments: [0, 1, 1999, 2000, 2001, 4000])
    func pages(unnumbered: Int) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<4001).map { number in
            TestInstance(instance: "1.9.\(number)", extra: number < unnumbered ? [] : [DataElement(.instanceNumber, .IS, "\(number / 3)")])
        })
        let state = try #require(try await archive.seriesStates(study: UID(test: "1.2.3"), root: "r", for: .everything).first)
        let members = try await Self.cut(archive, state.id).joined().map(\.sopInstance)
        #expect(members == ((unnumbered..<4001).map { "1.9.\($0)" } + (0..<unnumbered).map { "1.9.\($0)" }))
    }

    @Test func roots() async throws {
        let reader = try await Self.filled([1, 2])
        for number in 0..<10 { #expect(try await reader.text(root: "http://h\(number)").first == "http://h\(number) 1.9.1 Doe^Jane") }
        #expect(reader.reads == 20)
        #expect(try await reader.segments() == MetadataDocument.mostRoots)
        #expect(try await reader.archive.first("SELECT count(*) AS count FROM metadata_document")?.int("count") == MetadataDocument.mostRoots)
        // A name that nobody has is nothing to keep.
        #expect(try await reader.text(root: String(repeating: "x", count: 300)).count == 2)
        #expect(try await reader.segments() == MetadataDocument.mostRoots)
        _ = reader.reads
        #expect(try await reader.text(root: "http://h9").count == 2)
        #expect(reader.reads == 0)
    }

    @Test func manyAtOnceReadOnce() async throws {
        let reader = try await Self.filled(1...40)
        let texts = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<8 { group.addTask { try await reader.text() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts.count == 8 && Set(texts).count == 1 && texts[0].count == 40)
        #expect(reader.reads < 8 * 40)
        #expect(try await reader.state().isReady)
    }

    @Test func aBuildThatRacesWithIngestIsNeverTakenForTheNewState() async throws {
        let reader = try await Self.filled(1...5)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for number in 6...60 { _ = try await reader.archive.store(try Self.instance(number)) } }
            for _ in 0..<3 {
                group.addTask { for _ in 0..<20 { _ = try await reader.text() } }
            }
            try await group.waitForAll()
        }
        #expect(try await reader.text().count == 60)
        #expect(try await reader.text().count == 60)
        #expect(try await reader.state().isReady)
        // What was kept on the way does not pile up.
        #expect(try await reader.segments() <= 3)
    }

    @Test func aDamagedObjectIsLeftOutAndNamed() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        for number in 1...3 { _ = try await archive.store(try Self.instance(number)) }
        let location = try #require(try await archive.instance(UID(test: "1.9.2"), for: .everything))
        let hex = location.object.hex
        let path = try #require(FileManager.default.enumerator(atPath: folder.path + "/data")?.compactMap { $0 as? String }.first { $0.contains(hex.suffix(20)) })
        try FileManager.default.removeItem(atPath: folder.path + "/data/" + path)
        let reader = Reader(archive)
        #expect(try await reader.text() == ["r 1.9.1 Doe^Jane", "r 1.9.3 Doe^Jane"])
        #expect(try await reader.state().isReady == false)
        #expect(try await reader.state().missing == ["1.9.2"])
        #expect(try await reader.segments() == 0)
    }

    @Test func whatIsNotToBeSeenIsNotThere() async throws {
        let reader = try await Self.filled([1])
        #expect(try await reader.archive.seriesStates(study: UID(test: "1.2.3"), root: "r", for: try Access(view: ["PatientID=OTHER"])).isEmpty)
    }

    @Test func noTableIsReadInFull() async throws {
        guard Engine.current == .sqlite else { return }  // PostgreSQL reads small tables whole.
        let reader = try await Self.filled([1, 2])
        let statements: [SQLStatement] = [
            SeriesState.read(UID(test: "1.2.3"), UID(test: "1.2.3.4"), root: "r", .everything), SeriesState.read(UID(test: "1.2.3"), nil, root: "r", .everything),
            MemberPages.statement(1, " AND (instance.number, instance.id) > (\(1), \(1))", "instance.number, instance.id"),
            MemberPages.statement(1, " AND instance.number IS NULL AND instance.id > \(1)", "instance.id"),
        ]
        for statement in statements {
            let plan = try await Plan.of(statement, in: reader.archive)
            #expect(!plan.readsAll, "\(plan)")
        }
    }

    @Test func whatIsDeletedIsInNoDocument() async throws {
        let reader = try await Self.filled([1, 2])
        _ = try await reader.text()
        let before = try await reader.state().version
        let scope = DeletionScope(study: UID(test: "1.2.3"), series: UID(test: "1.2.3.4"), instance: UID(test: "1.9.2"))
        let deletion = try await reader.archive.delete(scope, reason: .other, comment: "", by: "anna", keeping: 1, for: .everything)
        #expect(try await reader.segments() == 0)
        #expect(try await reader.state().version != before)
        #expect(try await reader.text() == ["r 1.9.1 Doe^Jane"])
        _ = try await reader.archive.restore(deletion.id)
        #expect(try await reader.text() == [1, 2].map { "r 1.9.\($0) Doe^Jane" })
        _ = try await reader.archive.delete(DeletionScope(study: UID(test: "1.2.3")), reason: .other, comment: "", by: "anna", keeping: 1, for: .everything)
        #expect(try await reader.segments() == 0)
    }

    @Test func whatCameBackIsAnotherStateThanBefore() async throws {
        let reader = try await Self.filled([1, 2])
        _ = try await reader.text()
        var versions = [try await reader.state().version]
        let instance = DeletionScope(study: UID(test: "1.2.3"), series: UID(test: "1.2.3.4"), instance: UID(test: "1.9.2"))
        // The study is empty between; its rows, and their keys, are new ones.
        for scope in [instance, DeletionScope(study: UID(test: "1.2.3")), instance] {
            let deletion = try await reader.archive.delete(scope, reason: .other, comment: "", by: "anna", keeping: 1, for: .everything)
            if scope.instance != nil {
                versions.append(try await reader.state().version)
                #expect(try await reader.text() == ["r 1.9.1 Doe^Jane"])
            }
            _ = try await reader.archive.restore(deletion.id)
            versions.append(try await reader.state().version)
            #expect(try await reader.state().isReady == false)
            #expect(try await reader.text() == [1, 2].map { "r 1.9.\($0) Doe^Jane" })
        }
        #expect(Set(versions).count == versions.count, "\(versions)")
    }

    @Test("Another process writes, at the same time by its clock, and in another order than it received", arguments: [0, -1, 1])
    func anotherProcessWrites(later: Int64) async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        for number in 1...2 { _ = try await archive.store(try Self.instance(number)) }
        let beside = Reader(try await Archive.open(folder, role: .beside))
        let reader = Reader(archive)
        _ = try await reader.text()
        #expect(try await beside.state().isReady)
        #expect(try await beside.text() == [1, 2].map { "r 1.9.\($0) Doe^Jane" })
        #expect(beside.reads == 0)
        let before = try await beside.state()
        _ = try await archive.store(try Self.instance(3))
        try await archive.database.run("UPDATE series SET received = \(before.received + later)")
        #expect(try await beside.state().version != before.version)
        #expect(try await beside.state().isReady == false)
        #expect(try await beside.text() == (1...3).map { "r 1.9.\($0) Doe^Jane" })
    }
}
