import Archive
import DICOM
import DICOMImage
import Hummingbird
import Logging

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
        let evidence = EvidenceStore(archive: archive)
        let reader = try await evidence.reader(context)
        let marks = try await EvidenceStore.body(Body.self, of: request, upTo: Self.largestBody, what: "a list of marks").marks
        guard (1...Self.mostMarks).contains(marks.count), Set(marks.map(\.id)).count == marks.count else {
            throw HTTPFailure(.badRequest, "a report has 1 to \(Self.mostMarks) marks, each once")
        }
        let (groups, header) = try await groups(marks, evidence, reader)
        let now = EvidenceStore.now()
        let report = MeasurementReport(observer: EvidenceStore.personName(reader.name), groups: groups)
            .dataSet(inStudyOf: header, sopInstance: .random(), series: .random(), seriesNumber: 9000 + reader.seriesCount % 1000, date: now.date, time: now.time)
        let outcome = try await evidence.store(report, reader)
        logger.info("report of \(marks.count) marks in study \(reader.study) by \(reader.name)")
        return JSONAnswer.response(StoredEvidence(outcome), status: .created)
    }

    /// Each mark on an image of this study that the caller may see.
    private func groups(_ marks: [MarkBody], _ evidence: EvidenceStore, _ reader: EvidenceStore.Reader) async throws -> ([MeasurementReport.Group], DataSet) {
        var looked = EvidenceStore.Images(), groups: [MeasurementReport.Group] = []
        var first: DataSet?
        for mark in marks {
            let (image, header) = try await evidence.image(mark.instance, frames: [mark.frame], of: reader, &looked)
            first = first ?? header
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

    private struct Body: Decodable { var marks: [MarkBody] }
}
