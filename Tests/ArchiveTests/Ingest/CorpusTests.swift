import DICOM
import Foundation
import Testing

@testable import Archive

/// Real files go in and come out with their data sets as they were.
@Suite(.enabled(if: Corpus.root != nil, "no corpus: set ISOCENTER_CORPUS"))
struct CorpusTests {
    @Test func everyFileIsStoredAndComesBackOrIsRefusedWithAReason() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        var refused: [String] = []
        for path in Corpus.paths {
            let bytes = try Corpus.bytes(path)
            var head = FileHeadReader()
            guard let found = try? (head.feed(bytes) ?? head.finish()).head else { refused.append("\(path): no head"); continue }
            let dataSet = Array(bytes[Int(found.dataSetOffset)...])
            do {
                let outcome = try await archive.store(dataSet, as: found.transferSyntax, from: Source(kind: .local, onConflict: .quarantine), piece: 60_000)
                if case .quarantined = outcome.result { continue }
                let location = try #require(await archive.instance(outcome.sopInstance, for: .everything))
                let stored = try await archive.bytes(location)
                #expect(Array(stored[Int(location.dataSetOffset)...]) == dataSet, "\(path)")
                _ = try await archive.header(of: location)
            } catch let error as ArchiveError {
                refused.append("\(path): \(error)")
            }
        }
        print(refused.joined(separator: "\n"))
        print(try await archive.totals())
    }
}
