import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

/// What the disk may look like after a power cut while names had not settled: those in the store that no sync has reached are gone, of all
/// objects or of some, and those in `incoming/` are there. Whatever had been done with the objects meanwhile holds.
@Suite("A power cut before names have settled", .everyEngine) struct PowerCutTests {
    private static let instances = (0..<6).map { TestInstance(study: "1.\($0 % 2)", series: "1.\($0 % 2).1", instance: "1.9.\($0)", fill: UInt8($0)) }

    /// Works with an archive in which nothing settles, until the power goes.
    private func unsettled<T>(_ folder: TemporaryFolder, _ work: (Archive) async throws -> T) async throws -> T {
        let archive = try await Archive.open(folder, faults: { (point) throws(ArchiveError) in
            if point == .settle { throw ArchiveError(.storageFailed, "the power goes before") }
        })
        defer { archive.close() }
        return try await work(archive)
    }

    private func opened<T>(_ folder: TemporaryFolder, _ work: (Archive) async throws -> T) async throws -> T {
        let archive = try await Archive.open(folder)
        defer { archive.close() }
        return try await work(archive)
    }

    private func storeAll(_ archive: Archive) async throws -> [StoreOutcome] {
        var outcomes: [StoreOutcome] = []
        for instance in Self.instances { outcomes.append(try await archive.store(try instance.encoded())) }
        return outcomes
    }

    private func place(_ object: ObjectID, _ folder: TemporaryFolder) -> String {
        "\(folder.path)/data/objects/\(object.hex.prefix(2))/\(object.hex.dropFirst(2).prefix(2))"
    }

    private func lose(_ objects: [ObjectID], _ folder: TemporaryFolder) throws {
        for object in objects where FileManager.default.fileExists(atPath: place(object, folder)) {
            try FileManager.default.removeItem(atPath: place(object, folder))
        }
    }

    /// All are found, with their bytes, and the archive is whole.
    private func check(_ folder: TemporaryFolder, without gone: Set<String> = [], objects: Int? = nil) async throws {
        try await opened(folder) { (archive: Archive) async throws in
            for instance in Self.instances {
                let found = try await archive.instance(UID(test: instance.instance), for: .everything)
                guard !gone.contains(instance.instance) else {
                    #expect(found == nil)
                    continue
                }
                let location = try #require(found)
                let dataSet = try instance.encoded()
                #expect(try await archive.bytes(location).suffix(dataSet.count) == dataSet[...])
            }
            let report = try await archive.report()
            #expect(report.isGood && report.orphans == 0)
            #expect(report.objects == objects ?? Self.instances.count - gone.count)
            #expect(try folder.incoming() == [])
            #expect(try await archive.totals().instances == Self.instances.count - gone.count)
        }
    }

    @Test("Names in the store are lost, of none, every second or all objects", arguments: [0, 2, 1])
    func namesAreLost(every: Int) async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { try await storeAll($0) }
        #expect(try folder.incoming().count == Self.instances.count)
        for (number, outcome) in outcomes.enumerated() where every > 0 && number % every == 0 { try lose([outcome.object], folder) }
        try await check(folder)
    }

    @Test func theIndexIsLostToo() async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { try await storeAll($0) }
        try lose(outcomes.map(\.object), folder)
        folder.loseDatabase()
        try await check(folder)
    }

    @Test("A file whose last bytes did not reach the disk is no object", arguments: [true, false])
    func tornFile(isCut: Bool) async throws {
        let folder = try TemporaryFolder()
        let object = try await unsettled(folder) { try await $0.store(try Self.instances[0].encoded()).object }
        try lose([object], folder)
        folder.loseDatabase()
        let path = "\(folder.path)/data/incoming/\(try #require(try folder.incoming().first))"
        if isCut { #expect(truncate(path, 500) == 0) } else { try overwrite(path) }
        try await opened(folder) { (archive: Archive) async throws in
            #expect(try await archive.totals().instances == 0)
            #expect(try await archive.store.size(of: object) == nil)
        }
        #expect(try folder.incoming() == [])
    }

    /// In the same file.
    private func overwrite(_ path: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seek(toOffset: 600)
        handle.write(Data([1, 2, 3]))
        try handle.close()
    }

    @Test func anAcknowledgedObjectThatIsDamagedIsReportedAndNotForgotten() async throws {
        let folder = try TemporaryFolder()
        let object = try await unsettled(folder) { try await $0.store(try Self.instances[0].encoded()).object }
        try lose([object], folder)
        try overwrite("\(folder.path)/data/incoming/\(try #require(try folder.incoming().first))")
        let report = try await opened(folder) { try await $0.report() }
        #expect(report.damaged == 1 && report.missing == 0)
        #expect(try folder.incoming() == [])
    }

    @Test func sameObjectAgainStandsOnTheFirst() async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            for instance in Self.instances {
                let dataSet = try instance.encoded()
                #expect(try await archive.store(dataSet).result == .alreadyStored)
            }
            return outcomes
        }
        try lose(outcomes.map(\.object), folder)
        try await check(folder)
    }

    @Test func whatWasRefusedDoesNotComeBack() async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            var other = Self.instances[3]
            other.fill = 99
            let dataSet = try other.encoded()
            #expect(try await archive.store(dataSet).result == .conflict(kept: outcomes[3].object))
            return outcomes
        }
        #expect(try folder.incoming().count == Self.instances.count)
        try lose(outcomes.map(\.object), folder)
        try await check(folder)
    }

    // MARK: What is done with the objects meanwhile

    @Test func bothVersionsOfAReplacedObjectAreThere() async throws {
        let folder = try TemporaryFolder()
        let objects = try await unsettled(folder) { (archive: Archive) async throws in
            let first = try await archive.store(try TestInstance(instance: "1.9.3", fill: 99).encoded())
            let source = Source(kind: .dimse, aeTitle: "CT1", host: "127.0.0.1", onConflict: .keepBoth)
            let second = try await archive.store(try TestInstance(instance: "1.9.3", fill: 100).encoded(), from: source)
            #expect(second.result == .storedAsNewVersion(of: first.object))
            return [first.object, second.object]
        }
        try lose(objects, folder)
        try await opened(folder) { (archive: Archive) async throws in
            #expect(try await archive.instance(UID(test: "1.9.3"), for: .everything)?.object == objects[1])
            let report = try await archive.report()
            #expect(report.isGood && report.objects == 2 && report.orphans == 0)
        }
    }

    @Test func aCorrectionHolds() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await unsettled(folder) { (archive: Archive) async throws in
            let rules = try JSONDecoder().decode(CoercionRules.self, from: Data(#"[{"name": "name", "set": {"PatientName": "Roe^Ruth"}}]"#.utf8))
            let corrector = Corrector(rules: rules, CoercionContext(callingAETitle: "CT1", calledAETitle: "ISOCENTER"), system: "ISOCENTER")
            var ingest = try await archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian, corrector: corrector)
            try ingest.write(try Self.instances[0].encoded())
            return try await ingest.finish()
        }
        try lose([outcome.object], folder)
        try await opened(folder) { (archive: Archive) async throws in
            let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
            #expect(try await archive.header(of: location).string(.patientName) == "Roe^Ruth")
            #expect(try await archive.report().isGood)
        }
    }

    private static let inStudy: Set<String> = ["1.9.0", "1.9.2", "1.9.4"]

    private func delete(_ archive: Archive, keeping days: Int) async throws -> Deletion {
        try await archive.delete(DeletionScope(study: UID(test: "1.0")), reason: .retentionExpired, comment: "", by: "anna", keeping: days, for: .everything)
    }

    @Test func whatIsDeletedStaysSoAndCanBeRestored() async throws {
        let folder = try TemporaryFolder()
        let (outcomes, deletion) = try await unsettled(folder) { (try await storeAll($0), try await delete($0, keeping: 30)) }
        try lose(outcomes.map(\.object), folder)
        try await check(folder, without: Self.inStudy, objects: 6)
        let restored = try await opened(folder) { try await $0.restore(deletion.id) }
        #expect(restored == Restoration(restored: 3))
        try await check(folder)
    }

    @Test("What is gone for good is so under every name", arguments: [true, false]) func purged(namesAreLost: Bool) async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            _ = try await delete(archive, keeping: 0)
            #expect(try await archive.purgeDue() == 3)
            return outcomes
        }
        #expect(try folder.incoming().count == 3)
        if namesAreLost { try lose(outcomes.map(\.object), folder) }
        try await check(folder, without: Self.inStudy)
    }

    @Test("Deleted, sent again, and gone for good: the bytes that came last are gone too", arguments: [true, false])
    func whatCameAgainAndWentAgainIsGone(isPurgedBetween: Bool) async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            _ = try await delete(archive, keeping: 0)
            if isPurgedBetween { _ = try await archive.purgeDue() }
            for number in [0, 2, 4] {
                let dataSet = try Self.instances[number].encoded()
                #expect(try await archive.store(dataSet).result == .stored)
            }
            if !isPurgedBetween { #expect(try await archive.purgeDue() == 0) }
            _ = try await delete(archive, keeping: 0)
            #expect(try await archive.purgeDue() == 3)
            return outcomes
        }
        #expect(try folder.incoming().count == 3)
        try lose(outcomes.map(\.object), folder)
        try await check(folder, without: Self.inStudy)
    }

    @Test func aPurgeThatThePowerCutOffGoesOn() async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            _ = try await delete(archive, keeping: 0)
            return outcomes
        }
        try lose(outcomes.map(\.object), folder)
        try await purgeUntilThePowerGoes(folder)
        try await opened(folder) { _ = try await $0.purgeDue() }
        try await check(folder, without: Self.inStudy)
    }

    /// Before the bytes of the first have gone.
    private func purgeUntilThePowerGoes(_ folder: TemporaryFolder) async throws {
        let archive = try await Archive.open(folder, faults: { (point) throws(ArchiveError) in
            if point == .removeObject { throw ArchiveError(.storageFailed, "the power goes") }
        })
        defer { archive.close() }
        await #expect(throws: ArchiveError.self) { try await archive.purgeDue() }
    }

    @Test func verificationAndRetrievalSeeWhatHasNotSettled() async throws {
        let folder = try TemporaryFolder()
        try await unsettled(folder) { (archive: Archive) async throws in
            _ = try await storeAll(archive)
            let report = try await archive.report()
            #expect(report.isGood && report.objects == Self.instances.count && report.orphans == 0)
            for instance in Self.instances {
                let location = try #require(await archive.instance(UID(test: instance.instance), for: .everything))
                let dataSet = try instance.encoded()
                #expect(try await archive.bytes(location).suffix(dataSet.count) == dataSet[...])
            }
        }
        try await check(folder)
    }

    @Test func anIndexMadeAnewMeanwhileHolds() async throws {
        let folder = try TemporaryFolder()
        let outcomes = try await unsettled(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            #expect(try await archive.rebuildIndex().objects == Self.instances.count)
            return outcomes
        }
        try lose(outcomes.map(\.object), folder)
        try await check(folder)
    }

    // MARK: Without a power cut

    @Test func whatHasSettledLeavesNothingInIncoming() async throws {
        let folder = try TemporaryFolder()
        try await opened(folder) { (archive: Archive) async throws in
            let outcomes = try await storeAll(archive)
            archive.settling.settle()
            #expect(try folder.incoming() == [])
            // Nor is it hashed again on its way out.
            for outcome in outcomes { #expect(archive.recheck.isFresh(outcome.object, archive.store.stampNow(of: outcome.object))) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/incoming") == ["lock"])
    }
}
