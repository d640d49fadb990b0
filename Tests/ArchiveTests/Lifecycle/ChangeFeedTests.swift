import DICOM
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
}
