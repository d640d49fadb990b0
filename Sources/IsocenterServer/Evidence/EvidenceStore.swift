import Archive
import DICOM
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the doors have in common through which a reader adds an object to a study: who may, the images it speaks of, and its way into the archive.
struct EvidenceStore: Sendable {
    let archive: Archive

    /// A reader at work in a study.
    struct Reader: Sendable {
        let name: String
        let study: UID
        let seriesCount: Int
        let access: Access
        let source: Source
    }

    /// Who may not see the study hears nothing of it.
    func reader(_ context: RequestScope) async throws -> Reader {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read), Policy.access(of: principal, for: .store) != nil else {
            throw HTTPFailure(.forbidden, "\(principal.name) may not store")
        }
        let study = try context.uid("study")
        let summary = try await archive.study(study, for: access)
        guard let summary else { throw HTTPFailure(.notFound, "there is no such study") }
        return Reader(
            name: principal.name, study: study, seriesCount: summary.seriesCount, access: access,
            source: Source(kind: .local, user: principal.name, host: context.address))
    }

    /// The body as JSON.
    ///
    /// - Parameter what: as it is called in a refusal.
    static func body<Body: Decodable>(_ type: Body.Type, of request: Request, upTo most: Int, what: String) async throws -> Body {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: most)
        } catch {
            throw HTTPFailure(.contentTooLarge, "\(what) is larger than \(most >> 20) MiB")
        }
        do {
            return try JSONDecoder().decode(Body.self, from: Data(buffer.readableBytesView))
        } catch let error as DecodingError {
            throw HTTPFailure(.badRequest, "the request is not \(what): \(error.place)")
        } catch {
            throw HTTPFailure(.badRequest, "the request is not \(what)")
        }
    }

    // MARK: Images

    /// Images that a request names, each looked up once.
    struct Images: Sendable {
        fileprivate(set) var found: [UID: (location: InstanceLocation, header: DataSet)] = [:]
    }

    /// - Parameters:
    ///   - frames: from 1; empty for all of them.
    /// - Throws: 400 for what is no image of this study or has no such frame, 409 where it is not in the study any more.
    func image(_ text: String, frames: [Int], of reader: Reader, _ images: inout Images) async throws -> (image: EvidenceImage, header: DataSet) {
        guard let uid = UID(text) else { throw HTTPFailure(.badRequest, "\(text.prefix(80)) is no UID") }
        if images.found[uid] == nil {
            let location = try await archive.instances(study: reader.study, instance: uid, for: reader.access).first
            guard let location else { throw HTTPFailure(.conflict, "the image \(uid) is not in this study (any more)") }
            let header = try await archive.header(of: location)
            images.found[uid] = (location, header)
        }
        guard let (location, header) = images.found[uid] else { throw HTTPFailure(.conflict, "the image \(uid) is not in this study (any more)") }
        guard location.rows ?? 0 > 0 else { throw HTTPFailure(.badRequest, "\(uid) is no image") }
        let count = max(1, location.numberOfFrames ?? 1)
        if let wrong = frames.first(where: { $0 < 1 || $0 > count }) { throw HTTPFailure(.badRequest, "the image \(uid) has no frame \(wrong)") }
        guard Set(frames).count == frames.count else { throw HTTPFailure(.badRequest, "a frame of the image \(uid) is named twice") }
        let image = EvidenceImage(
            series: location.series, sopClass: location.sopClass, sopInstance: uid, frames: location.numberOfFrames == nil || frames.count == count ? [] : frames.sorted())
        return (image, header)
    }

    // MARK: Storing

    /// Where a reader's objects of one class lie in a study: all in one series, as long as there is one.
    struct Place: Sendable {
        let series: UID
        let seriesNumber: Int
        let instanceNumber: Int
    }

    /// - Parameters:
    ///   - firstNumber: of the series numbers that are taken for such objects.
    func place(of sopClass: UID, _ reader: Reader, firstNumber: Int) async throws -> Place {
        let own = try await archive.instances(study: reader.study, sopClass: sopClass, storedBy: reader.source, for: reader.access)
        guard let last = own.last else { return Place(series: .random(), seriesNumber: firstNumber + reader.seriesCount % 1000, instanceNumber: 1) }
        let header = try await archive.header(of: last)
        return Place(series: last.series, seriesNumber: header.integer(.seriesNumber) ?? firstNumber, instanceNumber: (last.instanceNumber ?? own.count) + 1)
    }

    /// What was stored under the UID that the page gave: an answer that was lost is asked for again.
    ///
    /// - Returns: nil where nothing was.
    func stored(_ id: UID, _ sopClass: UID, _ reader: Reader) async throws -> StoredEvidence? {
        let known = try await archive.instance(id, for: reader.access)
        guard let known else { return nil }
        let own = try await archive.instances(study: reader.study, sopClass: sopClass, storedBy: reader.source, for: reader.access)
        guard own.contains(where: { $0.sopInstance == id }) else { throw HTTPFailure(.conflict, "\(known.sopInstance) is taken by another object") }
        return StoredEvidence(known)
    }

    func store(_ dataSet: DataSet, _ reader: Reader) async throws -> StoreOutcome {
        let bytes = try DataSetWriter.encode(dataSet, as: .explicitVRLittleEndian)
        let begun = try await archive.begin(source: reader.source, transferSyntax: .explicitVRLittleEndian, study: reader.study)
        let outcome = try await withTaskExecutorPreference(archive.executor) {
            var ingest = begun
            do {
                try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try ingest.write(bytes) }
                return try await ingest.finish()
            } catch {
                ingest.cancel()
                throw error
            }
        }
        guard outcome.result == .stored else { throw HTTPFailure(.conflict, "it was not stored: \(outcome.sopInstance) is taken by another object") }
        return outcome
    }

    /// A user name as PN: what separates components there is none here.
    static func personName(_ name: String) -> String { String(name.map { "^=\\".contains($0) ? " " : $0 }.prefix(64)) }

    /// As DA and TM.
    static func now() -> (date: String, time: String) {
        let parts = Calendar(identifier: .gregorian).dateComponents([.year, .month, .day, .hour, .minute, .second], from: Date())
        func two(_ number: Int?) -> String { String("0\(number ?? 0)".suffix(2)) }
        return ("\(parts.year ?? 0)\(two(parts.month))\(two(parts.day))", two(parts.hour) + two(parts.minute) + two(parts.second))
    }
}

/// The answer to an object that was stored.
struct StoredEvidence: Encodable, Sendable {
    var studyInstanceUID: String
    var seriesInstanceUID: String
    var sopInstanceUID: String
    var sopClassUID: String
    /// What of the request it does not hold, in words.
    var remarks: [String]?

    init(_ outcome: StoreOutcome, remarks: [String]? = nil) {
        (studyInstanceUID, seriesInstanceUID, sopInstanceUID, sopClassUID) = (outcome.study.text, outcome.series.text, outcome.sopInstance.text, outcome.sopClass.text)
        self.remarks = remarks
    }

    init(_ location: InstanceLocation) {
        (studyInstanceUID, seriesInstanceUID, sopInstanceUID, sopClassUID) = (location.study.text, location.series.text, location.sopInstance.text, location.sopClass.text)
    }
}

extension DecodingError {
    /// Which field is wrong, for the one who wrote the request.
    var place: String {
        let context: Context? = switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context
        case .keyNotFound(let key, let context): Context(codingPath: context.codingPath + [key], debugDescription: "")
        @unknown default: nil
        }
        let path = context?.codingPath.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".") ?? ""
        return path.isEmpty ? "it is no JSON object" : "\(path) is missing or wrong"
    }
}
