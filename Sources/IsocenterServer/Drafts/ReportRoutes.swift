import Archive
import DICOM
import DICOMImage
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Marks of a study become a structured report of it, stored as everything else is (docs/develop/http-api.md).
struct ReportRoutes: RouteSet {
    let archive: Archive
    let logger: Logger

    static let largestBody = 4 << 20
    static let mostMarks = 2000

    func add(to group: RouterGroup<RequestScope>) {
        group.post("studies/:study/measurements") { request, context in try await report(request, context) }
    }

    private func report(_ request: Request, _ context: RequestScope) async throws -> Response {
        try SessionRoutes.requireSameOrigin(request)
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read), Policy.access(of: principal, for: .store) != nil else {
            throw HTTPFailure(.forbidden, "\(principal.name) may not store")
        }
        let study = try context.uid("study")
        let summary = try await archive.study(study, for: access)
        guard let summary else { throw HTTPFailure(.notFound, "there is no such study") }
        let marks = try await Self.marks(of: request)
        let (groups, header) = try await groups(marks, study, access)
        let now = Self.now()
        let (sopInstance, series) = (UID.random(), UID.random())
        let report = MeasurementReport(observer: Self.personName(principal.name), groups: groups)
            .dataSet(inStudyOf: header, sopInstance: sopInstance, series: series, seriesNumber: 9000 + summary.seriesCount % 1000, date: now.date, time: now.time)
        let bytes = try DataSetWriter.encode(report, as: .explicitVRLittleEndian)
        let outcome = try await store(bytes, study, Source(kind: .local, user: principal.name, host: context.address))
        guard outcome.result == .stored else { throw HTTPFailure(.internalServerError, "the report was not stored") }
        logger.info("report of \(marks.count) marks in study \(study) by \(principal.name)")
        return JSONAnswer.response(Stored(studyInstanceUID: study.text, seriesInstanceUID: series.text, sopInstanceUID: sopInstance.text, sopClassUID: MeasurementReport.sopClass.text), status: .created)
    }

    /// Each mark on an image of this study that the caller may see.
    private func groups(_ marks: [MarkBody], _ study: UID, _ access: Access) async throws -> ([MeasurementReport.Group], DataSet) {
        var headers: [UID: (location: InstanceLocation, header: DataSet)] = [:]
        var groups: [MeasurementReport.Group] = []
        var first: DataSet?
        for mark in marks {
            guard let uid = UID(mark.instance) else { throw HTTPFailure(.badRequest, "\(mark.instance) is no UID") }
            if headers[uid] == nil {
                let location = try await archive.instances(study: study, instance: uid, for: access).first
                guard let location else { throw HTTPFailure(.conflict, "the image \(uid) is not in this study (any more)") }
                headers[uid] = (location, try await archive.header(of: location))
            }
            guard let (location, header) = headers[uid] else { continue }
            first = first ?? header
            guard mark.frame >= 1, mark.frame <= max(1, location.numberOfFrames ?? 1) else { throw HTTPFailure(.badRequest, "the image \(uid) has no frame \(mark.frame)") }
            let image = MeasurementReport.Image(
                series: location.series, sopClass: location.sopClass, sopInstance: uid, frame: location.numberOfFrames == nil ? nil : mark.frame)
            groups.append(try Self.group(mark, image, header))
        }
        guard let first else { throw HTTPFailure(.badRequest, "there are no marks to report") }
        return (groups, first)
    }

    private static func group(_ mark: MarkBody, _ image: MeasurementReport.Image, _ header: DataSet) throws -> MeasurementReport.Group {
        do {
            return try mark.group(on: image, header, modality: header.string(.modality) ?? "")
        } catch {
            throw HTTPFailure(.badRequest, error.words)
        }
    }

    private func store(_ bytes: [UInt8], _ study: UID, _ source: Source) async throws -> StoreOutcome {
        let begun = try await archive.begin(source: source, transferSyntax: .explicitVRLittleEndian, study: study)
        return try await withTaskExecutorPreference(archive.executor) {
            var ingest = begun
            do {
                try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try ingest.write(bytes) }
                return try await ingest.finish()
            } catch {
                ingest.cancel()
                throw error
            }
        }
    }

    private static func marks(of request: Request) async throws -> [MarkBody] {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: largestBody)
        } catch {
            throw HTTPFailure(.contentTooLarge, "the marks are larger than \(largestBody >> 20) MiB")
        }
        let body: Body
        do {
            body = try JSONDecoder().decode(Body.self, from: Data(buffer.readableBytesView))
        } catch {
            throw HTTPFailure(.badRequest, "the request is no list of marks")
        }
        guard (1...mostMarks).contains(body.marks.count), Set(body.marks.map(\.id)).count == body.marks.count else {
            throw HTTPFailure(.badRequest, "a report has 1 to \(mostMarks) marks, each once")
        }
        return body.marks
    }

    /// A user name as PN: what separates components there is none here.
    private static func personName(_ name: String) -> String { String(name.map { "^=\\".contains($0) ? " " : $0 }.prefix(64)) }

    private static func now() -> (date: String, time: String) {
        let parts = Calendar(identifier: .gregorian).dateComponents([.year, .month, .day, .hour, .minute, .second], from: Date())
        func two(_ number: Int?) -> String { String("0\(number ?? 0)".suffix(2)) }
        return ("\(parts.year ?? 0)\(two(parts.month))\(two(parts.day))", two(parts.hour) + two(parts.minute) + two(parts.second))
    }

    private struct Body: Decodable { var marks: [MarkBody] }

    private struct Stored: Encodable {
        var studyInstanceUID: String
        var seriesInstanceUID: String
        var sopInstanceUID: String
        var sopClassUID: String
    }
}
