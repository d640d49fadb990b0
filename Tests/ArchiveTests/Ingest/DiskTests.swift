import DICOM
import Foundation
import Logging
import Testing

@testable import Archive

/// Disks that are full, folders that cannot be written, servers that meet in one folder.
@Suite struct DiskTests {
    @Test func aSecondServerOnTheSameFolderIsRefusedAndReadersAreNot() async throws {
        let folder = try TemporaryFolder()
        let first = try await Archive.open(folder)
        let outcome = try await first.store(try TestInstance().encoded())
        do {
            _ = try await Archive.open(folder)
            Issue.record("a second server was let in")
        } catch let error as ArchiveError {
            #expect(error.code == .locked)
            #expect(error.message.contains("\(getpid())"))
        }
        let beside = try await Archive.open(folder, role: .beside)
        #expect(try await beside.instance(outcome.sopInstance, for: .everything)?.object == outcome.object)
        await #expect(throws: ArchiveError(.notServing, "")) { try await beside.begin(source: .test, transferSyntax: .explicitVRLittleEndian) }
        try await beside.database.migrate(.init(module: "other", migrations: [.init(1, "CREATE TABLE other (id {identity})")]))
        #expect(try await first.store(try TestInstance(instance: "1.7").encoded()).result == .stored)
    }

    @Test func theFolderIsFreeAgainWhenItsServerHasEnded() async throws {
        let folder = try TemporaryFolder()
        do { _ = try await Archive.open(folder) }
        _ = try await Archive.open(folder)
    }

    @Test func anIndexOfANewerVersionIsRefusedAndNotTouched() async throws {
        let folder = try TemporaryFolder()
        do {
            let archive = try await Archive.open(folder)
            try await archive.database.run("INSERT INTO schema_migration (module, number) VALUES ('archive', 999)")
            archive.close()
        }
        await #expect(throws: ArchiveError(.newerSchema, "")) { try await Archive.open(folder) }
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func aFolderThatCannotBeWrittenIsSaid() async throws {
        let folder = try TemporaryFolder()
        do { try await Archive.open(folder).close() }
        #expect(chmod(folder.path + "/data", 0o500) == 0)
        defer { chmod(folder.path + "/data", 0o700) }
        await #expect(throws: ArchiveError(.notWritable, "")) { try await Archive.open(folder) }
    }

    @Test func aFileInPlaceOfTheFolderIsSaid() async throws {
        let folder = try TemporaryFolder()
        #expect(FileManager.default.createFile(atPath: folder.path + "/data", contents: Data([1])))
        await #expect(throws: ArchiveError.self) { try await Archive.open(folder) }
    }

    @Test func belowTheReserveNothingIsTakenIn() async throws {
        let folder = try TemporaryFolder()
        var configuration = ArchiveConfiguration(folder: folder.path + "/data")
        configuration.reserve = .init(bytes: .max, share: 0)
        let archive = try await Archive.open(configuration, logger: Logger(label: "test"))
        await #expect(throws: ArchiveError(.outOfResources, "")) { try await archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian) }
        #expect(try folder.incoming() == [])
    }

    @Test("Reserves", arguments: [(bytes: 1000, share: 0.02, total: 1_000_000, needed: 1000), (1000, 0.02, 10_000, 200), (0, 0.5, 100, 50), (70, 0, 100, 70), (0, 0, 100, 0)])
    func reserve(bytes: Int, share: Double, total: Int, needed: Int) {
        #expect(ArchiveConfiguration.Reserve(bytes: UInt64(bytes), share: share).needed(of: UInt64(total)) == UInt64(needed))
    }

    /// A small volume in memory, for root.
    private final class SmallVolume: Sendable {
        let path: String

        init?(megabytes: Int) {
            path = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString)").path
            guard getuid() == 0, mkdir(path, 0o700) == 0 else { return nil }
            guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
                rmdir(path)
                return nil
            }
        }

        deinit {
            umount2(path, Int32(MNT_DETACH))
            rmdir(path)
        }
    }

    private static let canMount = SmallVolume(megabytes: 1) != nil

    @Test(.enabled(if: canMount, "needs root and mount for a small volume"))
    func aVolumeThatIsReadOnlyIsSaid() async throws {
        let volume = try #require(SmallVolume(megabytes: 16))
        do { try await Archive.open(ArchiveConfiguration(folder: volume.path, reserve: .none), logger: Logger(label: "test")).close() }
        #expect(mount("tmpfs", volume.path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
        do {
            _ = try await Archive.open(ArchiveConfiguration(folder: volume.path, reserve: .none), logger: Logger(label: "test"))
            Issue.record("opened")
        } catch {
            #expect(error.code == .notWritable)
            #expect(error.message.contains(volume.path))
        }
    }

    @Test(.enabled(if: canMount, "needs root and mount for a small volume"))
    func aFullDiskRefusesInWordsLosesNothingAndGoesOnWhenThereIsSpaceAgain() async throws {
        let volume = try #require(SmallVolume(megabytes: 24))
        var configuration = ArchiveConfiguration(folder: volume.path, reserve: .none)
        configuration.diskThreads = 4
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let archive = try await Archive.open(configuration, logger: logger)
        let ballast = volume.path + "/ballast"
        #expect(FileManager.default.createFile(atPath: ballast, contents: Data(count: 4 << 20)))
        var acknowledged: [TestInstance] = []
        var refused: ArchiveError?
        for number in 0..<200 where refused == nil {
            let instance = TestInstance(instance: "1.2.\(number)", pixelBytes: 400_000)
            do {
                _ = try await archive.store(try instance.encoded())
                acknowledged.append(instance)
            } catch let error as ArchiveError {
                refused = error
            }
        }
        #expect(refused?.code == .outOfResources)
        #expect(acknowledged.count > 10)
        archive.settling.settle()
        #expect(try FileManager.default.contentsOfDirectory(atPath: volume.path + "/incoming").allSatisfy { name in
            let size = try FileManager.default.attributesOfItem(atPath: "\(volume.path)/incoming/\(name)")[.size] as? Int
            return name == "lock" || size == 0
        })
        #expect(try await archive.totals().instances == acknowledged.count)
        // Small objects until not even a row fits.
        for number in 0..<20_000 {
            do { _ = try await archive.store(try TestInstance(instance: "1.3.\(number)", pixelBytes: 2000).encoded()) } catch is ArchiveError { break }
            acknowledged.append(TestInstance(instance: "1.3.\(number)", pixelBytes: 2000))
        }
        for instance in acknowledged {
            let location = try #require(await archive.instance(UID(test: instance.instance), for: .everything))
            let dataSet = try instance.encoded()
            #expect(try await archive.bytes(location).suffix(dataSet.count) == dataSet[...])
        }
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try await archive.store(try TestInstance(instance: "1.4", pixelBytes: 400_000).encoded()).result == .stored)
        #expect(try await archive.report().isGood)
        archive.close()
    }
}
