import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite("Folders taken over where they lie", .everyEngine) struct InPlaceTests {
    /// An archive with a folder beside it.
    private struct Place {
        let archive: Archive
        let root: String
        let data: TemporaryFolder

        init(of files: [String: [UInt8]] = [:]) async throws {
            data = try TemporaryFolder()
            root = try TemporaryFolder().path + "/old"
            archive = try await Archive.open(data)
            for (path, bytes) in files { try write(bytes, to: path) }
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            try await archive.addFolder(named: "OLD", at: root)
        }

        func write(_ bytes: [UInt8], to path: String) throws {
            let url = URL(fileURLWithPath: "\(root)/\(path)")
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }

        func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(root)/\(path)") }

        var folder: Folder {
            get async throws { try #require(try await archive.folder(named: "OLD")) }
        }

        /// A look at all of it.
        @discardableResult
        func look(_ policy: ConflictPolicy = .keepFirst) async throws -> FolderScan {
            var told = FolderPolicy(onConflict: policy)
            told.settling = .zero
            var scan = FolderScan(archive, try await folder, told, readers: BlockingPool(threads: 2, name: "test"), watch: nil)
            try await scan.run()
            return scan
        }

        /// As the server does it, until `done`; files that are gone are forgotten at once.
        func follow(until done: () async throws -> Bool) async throws {
            var told = FolderPolicy(grace: .zero)
            told.settling = .zero
            let (policy, id) = (told, try await folder.id)
            let following = Task { await archive.follow(id, policy) }
            defer { following.cancel() }
            for _ in 0..<600 {
                if try await done() { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await done())
            following.cancel()
            await following.value
        }

        func counts() async throws -> FolderCounts {
            var counts = try await archive.counts(of: try await folder)
            counts.bytes = 0
            return counts
        }

        func bytes(of instance: String) async throws -> [UInt8] {
            let location = try #require(try await archive.instance(UID(test: instance), for: .everything))
            return try await archive.bytes(location)
        }

        var changes: [String] {
            get async throws { try await archive.all("SELECT kind, sop_uid FROM change ORDER BY sequence").map { "\($0.string("kind")) \($0.string("sop_uid"))" } }
        }
    }

    private static func file(_ instance: TestInstance, as syntax: TransferSyntax = .explicitVRLittleEndian) throws -> [UInt8] {
        // A head of another hand: it is not kept.
        let meta = FileMetaInformation(dataSet: DataSet([
            DataElement(.mediaStorageSOPClassUID, uid: UID(test: "1.2.840.10008.5.1.4.1.1.2")), DataElement(.mediaStorageSOPInstanceUID, uid: UID(test: instance.instance)),
            DataElement(.transferSyntaxUID, uid: syntax.uid), DataElement(.implementationClassUID, uid: UID(test: "1.2.3.4")),
            DataElement(.implementationVersionName, .SH, "OTHER"),
        ]))
        return try meta.encoded() + instance.encoded(as: syntax)
    }

    static let syntaxes: [TransferSyntax] = [.explicitVRLittleEndian, .implicitVRLittleEndian]

    @Test(arguments: syntaxes, [128, 3 << 20]) func theSameObjectWhicheverWayItCame(_ syntax: TransferSyntax, pixels: Int) async throws {
        let instance = TestInstance(pixelBytes: pixels)
        let sent = try await Archive.open(try TemporaryFolder())
        let outcome = try await sent.store(try instance.encoded(as: syntax), as: syntax)
        let place = try await Place(of: ["a/b/one.dcm": try Self.file(instance, as: syntax), "bare": try instance.encoded(as: syntax)])
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 1, duplicate: 1))
        let here = try #require(try await place.archive.instance(UID(test: instance.instance), for: .everything))
        let there = try #require(try await sent.instance(UID(test: instance.instance), for: .everything))
        #expect(here.object == outcome.object)
        #expect((here.size, here.dataSetOffset, here.headerEnd) == (there.size, there.dataSetOffset, there.headerEnd))
        let (a, b) = (try await place.archive.bytes(here), try await sent.bytes(there))
        #expect(a == b)
        let middle = ByteRange(offset: 100, length: here.size - 150)
        let (c, d) = (try await place.archive.read(here, middle), try await sent.read(there, middle))
        #expect(c == d)
        #expect(try await place.archive.report().isGood)
        // One of two places is enough.
        try place.remove("a/b/one.dcm")
        #expect(try await place.bytes(of: instance.instance) == b)
    }

    @Test func whatIsAsItWasIsNotReadAgain() async throws {
        let place = try await Place(of: ["a": try Self.file(TestInstance()), "b": try Self.file(TestInstance(instance: "1.9")), "c": Array("no object".utf8)])
        #expect(try await place.look().read == 3)
        #expect(try await place.look().read == 0)
        try place.write(try Self.file(TestInstance(instance: "1.10")), to: "sub/d")
        let scan = try await place.look()
        #expect((scan.read, scan.looked) == (1, 4))
        #expect(try await place.counts() == FolderCounts(indexed: 3, refused: 1))
    }

    @Test func whatIsNoObjectIsListedWithTheReason() async throws {
        let place = try await Place(of: ["text": Array("no object at all, only words".utf8), "empty": [], "good": try Self.file(TestInstance())])
        try place.write(try Self.file(TestInstance(instance: "1.7")).dropLast(40).map { $0 }, to: "cut off")
        try FileManager.default.createSymbolicLink(atPath: place.root + "/loop", withDestinationPath: place.root)
        try FileManager.default.createSymbolicLink(atPath: place.root + "/out", withDestinationPath: "/etc/passwd")
        mkfifo(place.root + "/pipe", 0o600)
        let odd = Array((place.root + "/").utf8) + [0xE4, 0x2E, 0x64], bytes = try Self.file(TestInstance(instance: "1.8"))
        let descriptor = Glibc.open(FolderTree.cString(odd), O_WRONLY | O_CREAT, 0o600)
        #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 2, refused: 5))
        let refused = try await place.archive.files(of: try await place.folder, in: .refused).map(\.file)
        #expect(refused.map(\.path) == ["cut off", "empty", "loop", "out", "text"])
        #expect(refused.allSatisfy { !$0.reason.isEmpty })
        #expect(refused[2].reason.contains("symbolic link"))
        #expect(try await place.look().read == 0)
        #expect(try await !place.bytes(of: "1.8").isEmpty)
    }

    @Test func aChangedFileIsReadAgain() async throws {
        let old = TestInstance(fill: 1), new = TestInstance(fill: 2)
        let place = try await Place(of: ["one": try Self.file(old), "two": try Self.file(TestInstance(instance: "1.9"))])
        try await place.look()
        try place.write(try Self.file(new), to: "one")
        await #expect(throws: ArchiveError(.away, "")) { try await place.bytes(of: old.instance) }
        try await place.look()
        #expect(Array((try await place.bytes(of: new.instance)).suffix(128)) == [UInt8](repeating: 2, count: 128))
        #expect(try await place.changes.suffix(2) == ["deleted \(old.instance)", "stored \(old.instance)"])
        #expect(try await place.archive.totals().instances == 2)
        // Another inode under the same time and size, with the same bytes: looked at, and as it was.
        #expect(try await place.archive.report().isGood)
    }

    @Test func goneIsMarkedThenForgotten() async throws {
        let place = try await Place(of: ["a/one": try Self.file(TestInstance(study: "1.1", instance: "1.5")), "b/two": try Self.file(TestInstance(study: "1.2", instance: "1.6"))])
        try await place.look()
        try place.remove("a")
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 2, missing: 1))
        await #expect(throws: ArchiveError(.away, "")) { try await place.bytes(of: "1.5") }
        #expect(try await place.archive.report().away == 1)
        // Back again, as it was or not.
        try place.write(try Self.file(TestInstance(study: "1.1", instance: "1.5")), to: "a/one")
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 2))
        try place.remove("a")
        try await place.look()
        let counts = FolderCounts(indexed: 1)
        try await place.follow { try await place.counts() == counts }
        #expect(try await place.archive.totals().studies == 1)
        #expect(try await place.changes.last == "deleted 1.5")
        #expect(try await place.archive.report().isGood)
    }

    @Test func aFolderThatIsAwayLosesNothing() async throws {
        let place = try await Place(of: ["a/one": try Self.file(TestInstance())])
        try await place.look()
        try FileManager.default.moveItem(atPath: place.root, toPath: place.root + "-elsewhere")
        await #expect(throws: ArchiveError(.away, "")) { try await place.look() }
        // A mount point without its share.
        try FileManager.default.createDirectory(atPath: place.root, withIntermediateDirectories: true)
        try await place.follow { try await place.folder.state == .away }
        #expect(try await place.counts() == FolderCounts(indexed: 1))
        #expect(try await place.archive.totals().instances == 1)
        await #expect(throws: ArchiveError(.away, "")) { try await place.bytes(of: TestInstance().instance) }
        // Its new place is said: nothing is read again.
        try await place.archive.moveFolder(named: "OLD", to: place.root + "-elsewhere")
        #expect(try await place.look().read == 0)
        #expect(try await !place.bytes(of: TestInstance().instance).isEmpty)
    }

    @Test func oneObjectHereAndThere() async throws {
        let instance = TestInstance(), other = TestInstance(fill: 9)
        let place = try await Place(of: ["one": try Self.file(instance), "other": try Self.file(other)])
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 1, conflict: 1))
        // A file of others is no promise: who sends the object has it stored.
        await #expect(throws: ArchiveError(.damaged, "")) { _ = try await place.archive.wholeCopies(of: UID(test: instance.instance)) }
        let outcome = try await place.archive.store(try instance.encoded())
        #expect(outcome.result == .alreadyStored)
        #expect(try await place.archive.wholeCopies(of: UID(test: instance.instance)).number == 1)
        try place.remove("one")
        try place.remove("other")
        try place.write(try Self.file(TestInstance(instance: "1.9")), to: "one")
        #expect(try await !place.bytes(of: instance.instance).isEmpty)
        #expect(try await place.archive.report().isGood)
    }

    @Test func whatWasKeptOutComesInWhenItsRivalIsGone() async throws {
        let place = try await Place(of: ["one": try Self.file(TestInstance(fill: 1)), "two": try Self.file(TestInstance(fill: 2)), "stays": try Self.file(TestInstance(instance: "1.9"))])
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 2, conflict: 1))
        let kept = try #require(try await place.bytes(of: TestInstance().instance).last)
        try place.remove(kept == 1 ? "one" : "two")
        try await place.follow { try await place.counts() == FolderCounts(indexed: 1, conflict: 1) }
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 2))
        #expect(try await place.bytes(of: TestInstance().instance).last == 3 - kept)
    }

    @Test func deletionHidesAndNothingIsTouched() async throws {
        let instance = TestInstance()
        let place = try await Place(of: ["one": try Self.file(instance), "two": try Self.file(TestInstance(study: "1.7", instance: "1.9"))])
        let scope = DeletionScope(study: UID(test: instance.study))
        try await place.look()
        func delete() async throws -> Deletion { try await place.archive.delete(scope, reason: .quality, comment: "", by: "anna", keeping: 30, for: .everything) }
        let first = try await delete()
        try await place.look()
        #expect(try await place.archive.totals().instances == 1)
        // Its sender is told, as of any other.
        await #expect(throws: ArchiveError(.refused, "")) { _ = try await place.archive.store(try instance.encoded()) }
        #expect(try await place.archive.restore(first.id) == Restoration(restored: 1))
        #expect(try await !place.bytes(of: instance.instance).isEmpty)

        let second = try await delete()
        try await place.archive.purgeSoon(second.id)
        #expect(try await place.archive.purgeDue() == 1)
        #expect(FileManager.default.contents(atPath: place.root + "/one").map { [UInt8]($0) } == (try Self.file(instance)))
        // Neither a look nor a copy brings it back.
        try place.write(try Self.file(instance), to: "copy")
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 1, hidden: 2))
        #expect(try await place.archive.totals().instances == 1)
        _ = try await place.archive.rebuildIndex()
        #expect(try await place.archive.totals().instances == 1)
    }

    @Test func anIndexMadeAnewHasThem() async throws {
        let place = try await Place(of: ["one": try Self.file(TestInstance(study: "1.1", instance: "1.5")), "two": try Self.file(TestInstance(study: "1.2", instance: "1.6"))])
        try await place.look()
        _ = try await place.archive.store(try TestInstance(instance: "1.7").encoded())
        let report = try await place.archive.rebuildIndex()
        #expect(report.objects == 3)
        #expect(report.refused.isEmpty)
        #expect(try await place.archive.totals().instances == 3)
        #expect(try await !place.bytes(of: "1.5").isEmpty)
        try FileManager.default.moveItem(atPath: place.root, toPath: place.root + "-away")
        await #expect(throws: ArchiveError(.away, "")) { try await place.archive.rebuildIndex() }
        #expect(try await place.archive.totals().instances == 3)
    }

    @Test func aFolderIsGivenBack() async throws {
        let place = try await Place(of: ["one": try Self.file(TestInstance(study: "1.1", instance: "1.5"))])
        try await place.look()
        _ = try await place.archive.store(try TestInstance(instance: "1.7").encoded())
        try await place.archive.removeFolder(named: "OLD")
        await place.archive.follow(try await place.folder.id, FolderPolicy())
        #expect(try await place.archive.folders().isEmpty)
        #expect(try await place.archive.totals().instances == 1)
        #expect(try await place.archive.all("SELECT name FROM folder_file").isEmpty)
        #expect(FileManager.default.fileExists(atPath: place.root + "/one"))
    }

    @Test func whatCannotBeAFolderIsRefused() async throws {
        let place = try await Place(of: ["sub/one": try Self.file(TestInstance())])
        for (name, path) in [("OLD", "/usr"), ("a b", "/usr"), ("", "/usr"), ("A", "/nowhere"), ("A", place.root + "/sub"), ("A", place.root + "/sub/one"), ("A", place.data.path), ("A", "/")] {
            await #expect(throws: ArchiveError(.invalidQuery, "")) { try await place.archive.addFolder(named: name, at: path) }
        }
    }

    @Test func manyFilesOfOneDirectory() async throws {
        var files: [String: [UInt8]] = [:]
        for number in 0..<2500 { files["n\(number)"] = number % 100 == 0 ? try Self.file(TestInstance(instance: "1.\(number)")) : [1] }
        let place = try await Place(of: files)
        try await place.look()
        #expect(try await place.counts() == FolderCounts(indexed: 25, refused: 2475))
        for number in stride(from: 0, to: 2500, by: 50) { try place.remove("n\(number)") }
        let scan = try await place.look()
        #expect((scan.read, scan.looked) == (0, 2450))
        #expect(try await place.counts() == FolderCounts(indexed: 25, refused: 2450, missing: 25))
    }
}
