import Archive
import DICOM
import DICOMweb
import Hummingbird

/// Metadata, then the bulk data it refers to (PS3.18 §10.5.1). Metadata is held in memory, bulk data is spooled.
struct MetadataParts: Sendable {
    enum Format: Sendable {
        case json, xml
    }

    private enum Current {
        case none
        case metadata([UInt8])
        case bulk(location: String, MediaType, start: UInt64)
    }

    let archive: Archive
    let source: Source
    let study: UID?
    let category: NonPatientCategory?
    let instance: UID?
    let format: Format
    /// The request's URL.
    let base: String
    private var instances: [MetadataInstance] = []
    private var referred: Set<String> = []
    private var parts: [BulkPart] = []
    private var spool: Spool?
    private var current = Current.none
    private var metadataSize = 0

    private static let largestMetadata = 64 << 20

    /// Into the same archive, from the same source, with the same conditions.
    init(like objects: ObjectParts, format: Format, base: String) {
        (archive, source, study, category, instance) = (objects.archive, objects.source, objects.study, objects.category, objects.instance)
        (self.format, self.base) = (format, base)
    }

    /// - Throws: `HTTPFailure` where the request cannot be understood, `ArchiveError` where bulk data cannot be kept.
    mutating func begin(_ type: MediaType?, location: String?) async throws {
        let name = type?.name ?? "application/octet-stream"
        if ["application/dicom+json", "application/json"].contains(name) && format == .json || name == "application/dicom+xml" && format == .xml {
            guard parts.isEmpty else { throw HTTPFailure(.badRequest, "all metadata comes before the first part with bulk data") }
            current = .metadata([])
            return
        }
        guard !instances.isEmpty else { throw HTTPFailure(.badRequest, "the first part is to be metadata, not \(name)") }
        let key = location.map { BulkParts.key($0, base) }
        guard let location, let key, referred.contains(key) || referred.contains(Self.withoutFrame(key)) else {
            // A location that was mistyped must not become a value that is missing without a word.
            let which = location.map { "the part at \($0), which no instance refers to" } ?? "a part of \(name) without Content-Location"
            throw HTTPFailure(.badRequest, "nothing was stored because of \(which)")
        }
        if spool == nil { spool = try await archive.spool() }
        guard let type = type ?? MediaType("application/octet-stream") else { return }
        current = .bulk(location: location, type, start: spool?.length ?? 0)
    }

    private static func withoutFrame(_ key: String) -> String {
        let steps = key.split(separator: "/", omittingEmptySubsequences: false)
        guard steps.count > 2, steps[steps.count - 2] == "frames", Int(steps[steps.count - 1]) != nil else { return key }
        return steps.dropLast(2).joined(separator: "/")
    }

    mutating func write(_ bytes: ArraySlice<UInt8>) async throws {
        switch current {
        case .none: break
        case .metadata(var gathered):
            metadataSize += bytes.count
            guard metadataSize <= Self.largestMetadata else { throw HTTPFailure(.badRequest, "the metadata exceeds \(Self.largestMetadata >> 20) MiB: send fewer instances, and large values as bulk data") }
            current = .none
            gathered += bytes
            current = .metadata(gathered)
        case .bulk: try await spool?.append(bytes)
        }
    }

    mutating func end() throws {
        switch current {
        case .none: break
        case .metadata(let bytes): try read(bytes)
        case .bulk(let location, let type, let start):
            parts.append(BulkPart(location: location, type: type, range: ByteRange(offset: start, length: (spool?.length ?? start) - start)))
        }
        current = .none
    }

    private mutating func read(_ bytes: [UInt8]) throws {
        let known = instances.count
        do {
            switch format {
            case .json: instances += try MetadataInstance.json(bytes)
            case .xml: instances.append(try MetadataInstance.xml(bytes))
            }
        } catch {
            throw HTTPFailure(.badRequest, "the metadata cannot be read: \(error)")
        }
        for instance in instances[known...] { for reference in instance.references { referred.insert(BulkParts.key(reference.uri, base)) } }
    }

    /// - Throws: 400 where the body was cut off, for then nobody knows which bulk data is missing, or has no metadata.
    func finish(cutBy cut: MultipartError?) async throws -> [StoreAnswer.Result] {
        if let cut { throw HTTPFailure(.badRequest, cut.description) }
        guard !instances.isEmpty else { throw HTTPFailure(.badRequest, "the body has no metadata of an instance") }
        let bulk = BulkParts(parts, spool: spool, base: base)
        var results: [StoreAnswer.Result] = []
        var failures = 0
        for instance in instances {
            let result = await store(instance, bulk)
            results.append(result)
            guard case .failed = result else { continue }
            failures += 1
            if failures >= StoreBody.mostFailures, results.count < instances.count {
                results.append(.failed(nil, StoreFailure(StoreFailure.cannotUnderstand, "\(failures) instances could not be stored: what follows was not tried")))
                break
            }
        }
        return results
    }

    private func store(_ instance: MetadataInstance, _ bulk: BulkParts) async -> StoreAnswer.Result {
        do {
            let composed = try await ComposedInstance(instance, bulk, belongsToPatient: category == nil)
            let outcome = try await ingest(composed)
            var warning = outcome.warning
            if !composed.coerced.isEmpty {
                warning = StoreWarning(reason: StoreWarning.coercion, attributes: composed.coerced + (warning?.attributes ?? []))
            }
            return .outcome(outcome, warning)
        } catch let failure as StoreFailure {
            return .failed(instance.named, failure)
        } catch let error as ArchiveError {
            return .failed(instance.named, StoreFailure(error))
        } catch let error as WriteError {
            return .failed(instance.named, StoreFailure(StoreFailure.cannotUnderstand, error.tag, error.message))
        } catch {
            return .failed(instance.named, StoreFailure(StoreFailure.processingFailure, "\(error)"))
        }
    }

    private func ingest(_ composed: ComposedInstance) async throws -> StoreOutcome {
        let pieces = try composed.pieces()
        let begun = try await archive.begin(source: source, transferSyntax: composed.transferSyntax, study: study, category: category, instance: instance)
        let spool = spool
        return try await withTaskExecutorPreference(archive.executor) {
            var ingest = begun
            do {
                for piece in pieces {
                    switch piece {
                    case .bytes(let bytes): try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try ingest.write(bytes) }
                    case .spooled(let range):
                        var offset = range.offset
                        while offset < range.offset + range.length, let spool {
                            let count = Int(min(1 << 20, range.offset + range.length - offset))
                            let bytes = try spool.readNow(offset, count)
                            try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try ingest.write(bytes) }
                            offset += UInt64(count)
                        }
                    }
                }
                return try await ingest.finish()
            } catch {
                ingest.cancel()
                throw error
            }
        }
    }
}
