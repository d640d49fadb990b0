import DICOM
import Foundation
import Testing
@testable import Workflow

struct CommitmentCheckTests {
    @Test func whatIsHereAsItWasStoredIsCommitted() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let stored = try await bench.store()
        #expect(try await bench.check().result(for: stored.reference) == .committed)
    }

    @Test func whatIsNotHereIsNot() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let reference = SOPReference(sopClass: CommitmentBench.sopClass, sopInstance: .random())
        #expect(try await bench.check().result(for: reference) == .failed(.noSuchObjectInstance, "it is not in the archive"))
    }

    @Test func whatIsOfAnotherClassIsNot() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        var reference = try await bench.store().reference
        reference.sopClass = UID("1.2.840.10008.5.1.4.1.1.2")!
        #expect(try await bench.check().result(for: reference) == .failed(.classInstanceConflict, "it is of SOP class \(CommitmentBench.sopClass)"))
    }

    @Test("One bit anywhere", arguments: [0, 128, 200, 400, 1000, 4000]) func whatWasChangedIsNot(position: Int) async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let stored = try await bench.store()
        try CommitmentBench.damage(stored.path) { $0[position] ^= 1 }
        try await expectDamaged(stored.reference, bench)
    }

    @Test func whatIsShorterLongerOrGoneIsNot() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let (short, long, gone) = (try await bench.store(1), try await bench.store(2), try await bench.store(3))
        try CommitmentBench.damage(short.path) { $0.removeLast() }
        try CommitmentBench.damage(long.path) { $0.append(0) }
        try FileManager.default.removeItem(atPath: gone.path)
        for stored in [short, long, gone] { try await expectDamaged(stored.reference, bench) }
    }

    private func expectDamaged(_ reference: SOPReference, _ bench: CommitmentBench, _ policy: CommitmentCheck.Policy = .init()) async throws {
        guard case .failed(.processingFailure, _) = try await bench.check(policy).result(for: reference) else {
            Issue.record("\(reference) was committed")
            return
        }
    }

    @Test func withinThePolicysAgeOnlyTheSizeIsLookedAtAgain() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let policy = CommitmentCheck.Policy(hashAge: .seconds(3600))
        let (flipped, cut) = (try await bench.store(1), try await bench.store(2))
        for stored in [flipped, cut] { #expect(try await bench.check(policy).result(for: stored.reference) == .committed) }
        try CommitmentBench.damage(flipped.path) { $0[300] ^= 1 }
        try CommitmentBench.damage(cut.path) { $0.removeLast() }
        bench.time.advance(by: .seconds(3599))
        #expect(try await bench.check(policy).result(for: flipped.reference) == .committed)
        try await expectDamaged(cut.reference, bench, policy)
        bench.time.advance(by: .seconds(2))
        try await expectDamaged(flipped.reference, bench, policy)
    }

    @Test func fewerCopiesThanAreDueAreNotEnough() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        var policy = CommitmentCheck.Policy()
        policy.copies = 2
        let stored = try await bench.store()
        #expect(try await bench.check(policy).result(for: stored.reference) == .failed(.processingFailure, "1 copies where 2 are due"))
    }
}
