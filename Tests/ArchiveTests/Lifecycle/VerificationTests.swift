import DICOM
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct VerificationTests {
    private func events(_ archive: Archive) async throws -> [Verification.Event] {
        var events: [Verification.Event] = []
        for try await event in archive.verify() { events.append(event) }
        return events
    }

    @Test func damageLossAndOrphansAreNamed() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var outcomes: [StoreOutcome] = []
        for number in 0..<100 { outcomes.append(try await archive.store(try TestInstance(instance: "1.2.\(number)").encoded())) }
        #expect(try await archive.report() == Verification.Report(objects: 100, bytes: outcomes.reduce(0) { $0 + Int64($1.size) }))

        try flip(archive.disk.path(outcomes[7].object))
        try FileManager.default.removeItem(atPath: archive.disk.path(outcomes[50].object))
        let orphan = try #require(ObjectID(hex: String(repeating: "ab", count: 32)))
        let path = archive.disk.path(orphan)
        try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))

        let events = try await events(archive)
        #expect(events.contains { if case .damaged(outcomes[7].object, "1.2.7", _) = $0 { true } else { false } })
        #expect(events.contains(.missing(outcomes[50].object, instance: "1.2.50")))
        #expect(events.contains(.orphan(orphan, size: 3)))
        #expect(events.contains { if case .progress(100, 100, _) = $0 { true } else { false } })
        guard case .finished(let report) = events.last else { Issue.record("no sum at the end"); return }
        #expect((report.damaged, report.missing, report.orphans) == (1, 1, 1))
    }

    @Test func damagedBytesAreNeverDeliveredAsWhole() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let outcome = try await archive.store(try TestInstance(pixelBytes: 2 << 20).encoded())
        try flip(archive.disk.path(outcome.object))
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        var delivered = 0
        do {
            for try await piece in archive.read(location) { delivered += piece.count }
            Issue.record("damaged bytes were delivered")
        } catch {
            #expect(error.code == .damaged)
        }
        #expect(delivered < Int(outcome.size))
    }

    @Test func aMissingObjectIsSaidByEveryRead() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let outcome = try await archive.store(try TestInstance().encoded())
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        try FileManager.default.removeItem(atPath: archive.disk.path(outcome.object))
        await #expect(throws: ArchiveError(.damaged, "")) { try await archive.bytes(location) }
        await #expect(throws: ArchiveError(.damaged, "")) { try await archive.header(of: location) }
        await #expect(throws: ArchiveError(.damaged, "")) { try await archive.read(location, ByteRange(offset: 0, length: 4)) }
        await #expect(throws: ArchiveError(.damaged, "")) { try await archive.read(location, ByteRange(offset: .max, length: 4)) }
    }
}
