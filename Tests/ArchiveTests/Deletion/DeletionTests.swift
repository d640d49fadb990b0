import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite("Deletion in two steps", .everyEngine) struct DeletionTests {
    /// Two patients, three studies, two series each with three instances.
    private static let instances: [TestInstance] = {
        var instances: [TestInstance] = []
        for study in 0..<3 {
            for series in 0..<2 {
                for number in 0..<3 {
                    let extra = [DataElement(.instanceNumber, .IS, integers: [number]), DataElement(.performingPhysicianName, .PN, "Curie^Marie")]
                    instances.append(TestInstance(
                        study: "1.\(study)", series: "1.\(study).\(series)", instance: "1.\(study).\(series).\(number)", patientID: study == 2 ? "P2" : "P1",
                        name: study == 2 ? "Roe^Richard" : "Doe^Jane", modality: series == 0 ? "CT" : "MR", extra: extra))
                }
            }
        }
        return instances
    }()

    private func filled(_ folder: TemporaryFolder, leavingOut isLeftOut: (TestInstance) -> Bool = { _ in false }) async throws -> Archive {
        let archive = try await Archive.open(folder)
        for instance in Self.instances where !isLeftOut(instance) { _ = try await archive.store(try instance.encoded()) }
        return archive
    }

    /// The index without the keys that a database gives out and the times.
    private func dump(_ archive: Archive) async throws -> [String] {
        var lines: [String] = []
        for (table, selection) in Archive.indexSelections {
            let rows = try await archive.all(selection)
            let left: Set<String> = ["id", "patient", "study", "series", "owner", "received"]
            lines += rows.map { row in
                table + " " + zip(row.columns, row.values).filter { !left.contains($0.0) }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
            }.sorted()
        }
        return lines
    }

    private func delete(_ archive: Archive, _ scope: DeletionScope, _ reason: Deletion.Reason = .quality, keeping days: Int = 30) async throws -> Deletion {
        try await archive.delete(scope, reason: reason, comment: "blurred", by: "anna", keeping: days, for: .everything)
    }

    static let scopes: [(DeletionScope, count: Int)] = [
        (DeletionScope(study: UID(test: "1.0")), 6), (DeletionScope(study: UID(test: "1.2")), 6),
        (DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.0.1")), 3),
        (DeletionScope(study: UID(test: "1.1"), series: UID(test: "1.1.0"), instance: UID(test: "1.1.0.2")), 1),
    ]

    @Test(arguments: scopes) func theIndexIsAsIfItHadNeverCome(_ scope: DeletionScope, count: Int) async throws {
        func isIn(_ instance: TestInstance) -> Bool {
            instance.study == scope.study.text && (scope.series.map { $0.text == instance.series } ?? true) && (scope.instance.map { $0.text == instance.instance } ?? true)
        }
        let archive = try await filled(try TemporaryFolder())
        let before = try await dump(archive)
        let deletion = try await delete(archive, scope)
        #expect(deletion.instances == count)
        #expect(deletion.state == .deleted)
        #expect(deletion.due - deletion.time == 30 * 86_400_000_000)
        // What modality words a study had are kept, as all words are.
        let never = try await filled(try TemporaryFolder(), leavingOut: isIn)
        let words: (String) -> Bool = { !$0.hasPrefix("study_word") || scope.series == nil }
        #expect(try await dump(archive).filter(words) == (try await dump(never)).filter(words))
        #expect(try await archive.report() == Verification.Report(objects: 18, bytes: try await archive.report().bytes))

        let report = try await archive.restore(deletion.id)
        #expect(report == Restoration(restored: count))
        #expect(try await dump(archive) == before)
        #expect(try await archive.deletion(deletion.id)?.state == .restored)
        await #expect(throws: ArchiveError(.refused, "")) { try await archive.restore(deletion.id) }
    }

    @Test func nothingIsThereToDelete() async throws {
        let archive = try await filled(try TemporaryFolder())
        for scope in [
            DeletionScope(study: UID(test: "9.9")), DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.1.0")),
            DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.0.0"), instance: UID(test: "1.0.1.0")),
        ] {
            await #expect(throws: ArchiveError(.notFound, "")) { try await delete(archive, scope) }
        }
        let view = try Access(view: ["PatientID=P2"])
        await #expect(throws: ArchiveError(.notFound, "")) {
            try await archive.delete(DeletionScope(study: UID(test: "1.0")), reason: .other, comment: "", by: "anna", keeping: 1, for: view)
        }
    }

    @Test func bytesGoWhenTheTimeHasComeAndNotBefore() async throws {
        let archive = try await filled(try TemporaryFolder())
        let kept = try await delete(archive, DeletionScope(study: UID(test: "1.0")))
        let due = try await delete(archive, DeletionScope(study: UID(test: "1.1")), keeping: 0)
        #expect(try await archive.purgeDue() == 6)
        #expect(try await archive.deletion(due.id)?.state == .purged)
        #expect(try await archive.deletion(kept.id)?.state == .deleted)
        let report = try await archive.report()
        #expect(report.objects == 12 && report.isGood)
        await #expect(throws: ArchiveError(.refused, "")) { try await archive.restore(due.id) }
        #expect(try await archive.restore(kept.id).restored == 6)
        // Gone for good: what is sent is new.
        #expect(try await archive.store(try Self.instances[6].encoded()).result == .stored)
    }

    @Test(arguments: Deletion.Reason.allCases) func theSameBytesComeBackOnlyWhereThatHarmsNobody(_ reason: Deletion.Reason) async throws {
        let archive = try await filled(try TemporaryFolder())
        let deletion = try await delete(archive, DeletionScope(study: UID(test: "1.0")), reason, keeping: 0)
        let again = try Self.instances[0].encoded()
        if [.quality, .patientSafety, .wrongWorklistEntry].contains(reason) {
            await #expect(throws: ArchiveError(.refused, "")) { try await archive.store(again) }
            #expect(try await archive.purgeDue() == 6)
        } else {
            #expect(try await archive.store(again).result == .stored)
            // What is in use again keeps its bytes.
            #expect(try await archive.purgeDue() == 5)
            #expect(try await archive.instance(UID(test: "1.0.0.0"), for: .everything) != nil)
        }
        #expect(try await archive.deletion(deletion.id)?.state == .purged)
        #expect(try await archive.report().isGood)
    }

    /// Sent again it was acknowledged: neither an index made anew nor the end of the deletion takes it away.
    @Test func whatWasSentAgainIsDeletedNoMore() async throws {
        let archive = try await filled(try TemporaryFolder())
        let scope = DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.0.0"), instance: UID(test: "1.0.0.0"))
        let first = try await delete(archive, scope, .other)
        #expect(try await archive.store(try Self.instances[0].encoded()).result == .stored)
        _ = try await archive.rebuildIndex()
        #expect(try await archive.instance(UID(test: "1.0.0.0"), for: .everything) != nil)
        // And once more: the newer deletion has it.
        let second = try await delete(archive, scope, .other)
        try await archive.purgeSoon(first.id)
        #expect(try await archive.purgeDue() == 0)
        #expect(try await archive.deletion(first.id)?.state == .restored)
        #expect(try await archive.restore(second.id).restored == 1)
        #expect(try await archive.report().isGood)
        #expect(try await archive.report().objects == 18)
    }

    /// Another process may have begun: what it has taken must not be shown again.
    @Test func whatIsBeingPurgedDoesNotComeBack() async throws {
        let archive = try await filled(try TemporaryFolder())
        let deletion = try await delete(archive, DeletionScope(study: UID(test: "1.0")))
        _ = try await archive.database.run("UPDATE deletion SET state = 'purging'")
        await #expect(throws: ArchiveError(.refused, "")) { try await archive.restore(deletion.id) }
        #expect(try await archive.instance(UID(test: "1.0.0.0"), for: .everything) == nil)
        // Taken up again after a crash.
        #expect(try await archive.purgeDue() == 6)
        #expect(try await archive.deletion(deletion.id)?.state == .purged)
    }

    @Test(arguments: 0..<8) func restoringAndPurgingAtOnceLosesNothingThatIsShown(_ round: Int) async throws {
        let archive = try await filled(try TemporaryFolder())
        let deletion = try await delete(archive, DeletionScope(study: UID(test: "1.0")), keeping: 0)
        async let restored = try? archive.restore(deletion.id).restored  // Refused where purging was first.
        async let purged = archive.purgeDue()
        let (back, gone) = (await restored ?? 0, try await purged)
        #expect(back + gone == 6)
        #expect(try await archive.deletion(deletion.id)?.state == (gone == 0 ? .restored : .purged))
        #expect(try await archive.report().isGood)
    }

    @Test func theUIDTakenByAnotherContentStaysDeleted() async throws {
        let archive = try await filled(try TemporaryFolder())
        let deletion = try await delete(archive, DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.0.0")))
        var other = Self.instances[0]
        other.fill = 99
        #expect(try await archive.store(try other.encoded()).result == .stored)
        let report = try await archive.restore(deletion.id)
        #expect(report.restored == 2)
        #expect(report.refused.map(\.instance) == ["1.0.0.0"])
        #expect(try await archive.deletion(deletion.id)?.state == .deleted)
    }

    @Test func anIndexMadeAnewLeavesOutWhatIsDeleted() async throws {
        let archive = try await filled(try TemporaryFolder())
        let deletion = try await delete(archive, DeletionScope(study: UID(test: "1.0")))
        let before = try await dump(archive)
        _ = try await archive.rebuildIndex()
        #expect(try await dump(archive) == before)
        #expect(try await archive.restore(deletion.id).restored == 6)
    }

    @Test func olderVersionsGoWithTheirInstance() async throws {
        let archive = try await filled(try TemporaryFolder())
        var newer = Self.instances[0]
        newer.fill = 99
        #expect(try await archive.store(try newer.encoded(), from: Source(kind: .dimse, onConflict: .keepBoth)).result != .stored)
        _ = try await delete(archive, DeletionScope(study: UID(test: "1.0")), keeping: 0)
        #expect(try await archive.purgeDue() == 6)
        let report = try await archive.report()
        #expect(report.objects == 12 && report.isGood)
    }

    @Test func theFeedTellsOfIt() async throws {
        let archive = try await filled(try TemporaryFolder())
        let newest = try await archive.first("SELECT max(sequence) AS newest FROM change")?.integer("newest") ?? 0
        let deletion = try await delete(archive, DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.0.0")))
        _ = try await archive.restore(deletion.id)
        let kinds = try await Changes.read(archive.database, after: newest, limit: 100).map(\.kind)
        #expect(kinds == [.deleted, .deleted, .deleted, .stored, .stored, .stored])
    }
}
