import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive

@Suite(.everyEngine) struct ChangeFeedTests {
    @Test func changesComeInOrderThoseOfThePastFirst() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        _ = try await archive.store(try TestInstance(instance: "1.2.1").encoded())
        let changes = try await archive.changes(after: 0)
        let reader = Task {
            var seen: [Change] = []
            for try await change in changes {
                seen.append(change)
                if seen.count == 3 { break }
            }
            return seen
        }
        _ = try await archive.store(try TestInstance(instance: "1.2.2").encoded())
        _ = try await archive.store(try TestInstance(instance: "1.2.3").encoded())
        let seen = try await reader.value
        #expect(seen.map(\.instance) == ["1.2.1", "1.2.2", "1.2.3"])
        #expect(seen.map(\.sequence) == seen.map(\.sequence).sorted())
        #expect(Set(seen.map(\.kind)) == [.stored])
    }

    @Test func whoStopsReadingIsLetGo() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let changes = try await archive.changes()
        let reader = Task { for try await _ in changes {} }
        reader.cancel()
        try await reader.value
    }

    /// As two processes write: each has a database of its own, and several transactions at once.
    @Test func whoReadsWhileTwoWriteMissesNothing() async throws {
        let folder = try TemporaryFolder()
        let reader = try await Archive.open(folder)
        let writers = [try await Archive.open(folder, role: .beside), try await Archive.open(folder, role: .beside)]
        defer { for archive in writers + [reader] { archive.close() } }
        let each = 15
        let expected = writers.count * 2 * each
        let reading = Task {
            var seen: [Change] = []
            while seen.count < expected, !Task.isCancelled {
                seen += try await Changes.read(reader.database, after: seen.last?.sequence ?? 0, limit: 7)
            }
            return seen
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, archive) in writers.enumerated() {
                for task in 0..<2 {
                    group.addTask {
                        for count in 0..<each {
                            let name = "1.\(number).\(task).\(count)"
                            // One that lost against the others too often is sent again.
                            while true {
                                do {
                                    try await archive.index([TestInstance(study: name, series: name + ".1", instance: name + ".1.1", patientID: name)])
                                    break
                                } catch let error as DatabaseError where error.code == .busy { continue }
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let written = try await Changes.read(reader.database, after: 0, limit: 2 * expected)
        #expect(written.count == expected)
        let end = ContinuousClock.now + .seconds(60)
        let patience = Task { try await Task.sleep(until: end); reading.cancel() }
        let seen = try await reading.value
        patience.cancel()
        #expect(seen == written)
        #expect(Set(seen.map(\.instance)).count == expected)
    }
}
