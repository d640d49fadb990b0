import DICOM
import Foundation
import Testing

@testable import Archive

/// Real files go in and come out with their data sets as they were.
@Suite(.enabled(if: Corpus.root != nil, "no corpus: set ISOCENTER_CORPUS"))
struct CorpusTests {
    /// Files that nobody broke on purpose and that cannot be kept all the same, by words of the reason.
    private static let refusals: [(path: String, words: String)] = [
        ("DICOMDIR", "table of contents"),
        ("_truncated.dcm", "ends"),
        ("bad_sequence.dcm", "is no UID"),
        ("DICOMDIR-nooffset", "exceeds"),
        // These say neither in the data set nor in their meta information what they are.
        ("dwv/dwv-test", "SOP Class UID (0008,0016) is missing"),
        ("dwv/tests/annotation/dwv034/sr-", "SOP Instance UID (0008,0018) is missing"),
        ("fo-dicom/GH340.dcm", "SOP Class UID (0008,0016) is missing"),
        ("pydicom-data/JLS", "SOP Instance UID (0008,0018) is missing"),
        ("empty_charset_LEI.dcm", "SOP Class UID (0008,0016) is missing"),
        ("nested_priv_SQ.dcm", "SOP Class UID (0008,0016) is missing"),
        // The first bytes of these do not tell how they are encoded, and nothing else does.
        ("meta_missing_tsyntax.dcm", "neither"),
        ("pydicom/test_files/no_meta.dcm", "neither"),
    ]

    @Test func everyFileIsStoredAndComesBackOrIsRefusedWithAReason() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var kept = 0
        for path in Corpus.paths {
            let bytes = try Corpus.bytes(path)
            var ingest = FileIngest(into: archive, source: Source(kind: .importing, onConflict: .quarantine))
            let outcome: StoreOutcome
            do {
                for start in stride(from: 0, to: bytes.count, by: 60_000) { try await ingest.write(Array(bytes[start..<min(start + 60_000, bytes.count)])) }
                outcome = try await ingest.finish()
            } catch {
                await ingest.cancel()
                let isBroken = path.hasPrefix("malformed/") || path.hasPrefix("pwnlab/")
                #expect(isBroken || Self.refusals.contains { path.contains($0.path) && error.message.contains($0.words) }, "\(path): \(error)")
                continue
            }
            kept += 1
            if case .quarantined = outcome.result { continue }
            var found = try await archive.instance(outcome.sopInstance, for: .everything)
            if let category = outcome.nonPatient { found = try await archive.nonPatientInstance(category, outcome.sopInstance)?.location }
            let location = try #require(found)
            let stored = try await archive.bytes(location)
            let dataSet = stored[Int(location.dataSetOffset)...]
            #expect(bytes.suffix(dataSet.count) == dataSet, "\(path)")
            _ = try await archive.header(of: location)
        }
        #expect(kept > Corpus.paths.count * 9 / 10)
        let report = try await archive.report()
        #expect(report.isGood, "\(report)")
    }
}
