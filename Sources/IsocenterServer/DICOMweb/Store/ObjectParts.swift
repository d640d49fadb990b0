import Archive
import DICOM
import DICOMweb

/// PS3.10 files that come one after the other, each stored as it comes.
///
/// While one is made durable the next is received already: those that are ready at the same time share a round of the disk.
struct ObjectParts: Sendable {
    let archive: Archive
    let source: Source
    /// All instances must be of this study, where the request names one.
    let study: UID?
    /// Takes only what belongs to no study.
    let category: NonPatientCategory?
    /// The one that it must be, where the request names one.
    let instance: UID?
    private var ingest: FileIngest?
    private var failure: StoreFailure?
    private var results: [StoreAnswer.Result?] = []
    /// Parts that could not be stored.
    private(set) var failures = 0
    private var finishing: [(place: Int, sopInstance: UID?, task: Task<StoreAnswer.Result, Never>)] = []

    private static let finishedAtOnce = 8

    init(archive: Archive, source: Source, study: UID?, category: NonPatientCategory? = nil, instance: UID? = nil) {
        (self.archive, self.source, self.study, self.category, self.instance) = (archive, source, study, category, instance)
    }

    mutating func begin(_ type: MediaType?) {
        failure = nil
        if type?.name ?? "application/dicom" == "application/dicom" {
            ingest = FileIngest(into: archive, source: source, study: study, category: category, instance: instance)
        } else {
            failure = StoreFailure(StoreFailure.cannotUnderstand, "a part of type \(type?.name ?? "") cannot be stored with application/dicom")
        }
    }

    mutating func write(_ bytes: ArraySlice<UInt8>) async {
        guard failure == nil, ingest != nil else { return }
        do throws(ArchiveError) { try await ingest?.write(part: bytes) } catch { failure = StoreFailure(error) }
    }

    mutating func end() async {
        defer { ingest = nil }
        if let failure {
            results.append(.failed(named, failure))
            failures += 1
            return
        }
        guard let whole = ingest else { return }
        let instance = whole.named?.sopInstance
        // Of two with one UID the first is to be the first.
        if finishing.count >= Self.finishedAtOnce { await settle(finishing.count - Self.finishedAtOnce + 1) }
        if let instance, finishing.contains(where: { $0.sopInstance == instance }) { await settle(finishing.count) }
        results.append(nil)
        finishing.append((results.count - 1, instance, Task { await Self.finish(whole) }))
    }

    private static func finish(_ whole: FileIngest) async -> StoreAnswer.Result {
        var ingest = whole
        do throws(ArchiveError) {
            let outcome = try await ingest.finish()
            return .outcome(outcome, outcome.warning)
        } catch {
            return .failed(ingest.named.map { ($0.sopClass, $0.sopInstance) }, StoreFailure(error))
        }
    }

    private var named: (sopClass: UID?, sopInstance: UID)? { ingest?.named.map { ($0.sopClass, $0.sopInstance) } }

    private mutating func settle(_ count: Int) async {
        for (place, _, task) in finishing.prefix(count) {
            let result = await task.value
            results[place] = result
            if case .failed = result { failures += 1 }
        }
        finishing.removeFirst(count)
    }

    mutating func finish() async -> [StoreAnswer.Result] {
        await settle(finishing.count)
        return results.compactMap { $0 }
    }

    /// The part under way is given up; what was whole stays.
    mutating func abandon() async {
        await ingest?.cancel()
        ingest = nil
    }
}
