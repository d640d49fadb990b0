import Crypto
import DICOM
import Foundation
import Testing

@testable import Archive

/// An object is hashed on its way out unless that was done lately and its file is as it was.
@Suite struct RecheckTests {
    private static let stamp = FileStamp(device: 1, inode: 2, size: 3, modified: 4, changed: 5)
    private static let object = ObjectID(SHA256.hash(data: [1]))

    @Test("Another file, or one that was touched, is not fresh", arguments: [
        FileStamp(device: 9, inode: 2, size: 3, modified: 4, changed: 5), FileStamp(device: 1, inode: 9, size: 3, modified: 4, changed: 5),
        FileStamp(device: 1, inode: 2, size: 9, modified: 4, changed: 5), FileStamp(device: 1, inode: 2, size: 3, modified: 9, changed: 5),
        FileStamp(device: 1, inode: 2, size: 3, modified: 4, changed: 9),
    ])
    func touched(stamp: FileStamp) {
        let recheck = Recheck(every: .seconds(60))
        recheck.note(Self.object, Self.stamp)
        #expect(recheck.isFresh(Self.object, Self.stamp))
        #expect(!recheck.isFresh(Self.object, stamp))
        #expect(!recheck.isFresh(ObjectID(SHA256.hash(data: [2])), Self.stamp))
        #expect(!recheck.isFresh(Self.object, nil))
    }

    @Test("Never longer than the interval", arguments: [(after: 0, isFresh: true), (29, true), (60, false), (1000, false)])
    func age(after: Int, isFresh: Bool) {
        let recheck = Recheck(every: .seconds(60))
        let start = ContinuousClock.now
        recheck.note(Self.object, Self.stamp, now: start)
        #expect(recheck.isFresh(Self.object, Self.stamp, now: start + .seconds(after)) == isFresh)
    }

    @Test func zeroHashesEachTime() {
        let recheck = Recheck(every: .zero)
        recheck.note(Self.object, Self.stamp)
        #expect(!recheck.isFresh(Self.object, Self.stamp))
    }

    @Test("Damage is found although the object was hashed as it came and as it went", arguments: [128, 3 << 20])
    func damage(pixelBytes: Int) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let outcome = try await archive.store(try TestInstance(pixelBytes: pixelBytes).encoded())
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        archive.settling.settle()
        #expect(archive.recheck.isFresh(outcome.object, archive.store.stampNow(of: outcome.object)))
        #expect(try await archive.bytes(location).count == Int(outcome.size))
        try flip(archive.disk.path(outcome.object))
        #expect(!archive.recheck.isFresh(outcome.object, archive.store.stampNow(of: outcome.object)))
        await #expect(throws: ArchiveError(.damaged, "")) { try await archive.bytes(location) }
        let pieces = archive.dataSet(of: location) { (count, fill) throws(ArchiveError) -> Int in
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            defer { memory.deallocate() }
            try fill(memory)
            return count
        }
        await #expect(throws: ArchiveError(.damaged, "")) { while try await pieces.next() != nil {} }
    }

    @Test func whatWasReadIsFreshAndWhatWasNotHashedIsNot() async throws {
        let folder = try TemporaryFolder()
        let outcome: StoreOutcome
        do {
            let archive = try await Archive.open(folder)
            outcome = try await archive.store(try TestInstance().encoded())
            archive.close()
        }
        let archive = try await Archive.open(folder)
        #expect(!archive.recheck.isFresh(outcome.object, archive.store.stampNow(of: outcome.object)))
        let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
        _ = try await archive.bytes(location)
        #expect(archive.recheck.isFresh(outcome.object, archive.store.stampNow(of: outcome.object)))
    }
}
