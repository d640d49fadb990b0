import Archive
import DICOM
import DICOMImage
import Hummingbird
import Logging

/// A view of images becomes a Grayscale Softcopy Presentation State of the study (docs/develop/http-api.md).
struct PresentationRoutes: RouteSet {
    let archive: Archive
    let logger: Logger

    static let largestBody = 4 << 20
    static let mostImages = 4000
    private static let firstSeriesNumber = 8500

    private var evidence: EvidenceStore { EvidenceStore(archive: archive) }

    func add(to group: RouterGroup<RequestScope>) {
        group.post("studies/:study/presentation-states") { request, context in try await save(request, context) }
    }

    private func save(_ request: Request, _ context: RequestScope) async throws -> Response {
        try SessionRoutes.requireSameOrigin(request)
        let reader = try await evidence.reader(context)
        let body = try await EvidenceStore.body(PresentationBody.self, of: request, upTo: Self.largestBody, what: "a view of images")
        guard (1...Self.mostImages).contains(body.images.count) else { throw HTTPFailure(.badRequest, "a presentation state is of 1 to \(Self.mostImages) images") }
        guard let id = body.id.map({ UID($0) }) ?? .random() else { throw HTTPFailure(.badRequest, "id is no UID") }
        if let before = try await evidence.stored(id, GrayscalePresentation.sopClass, reader) { return JSONAnswer.response(before) }

        var looked = EvidenceStore.Images(), images: [EvidenceImage] = []
        var shown: (header: DataSet, frameIndex: Int)?
        var alike: PresentationBody.Alike?
        for each in body.images {
            let (image, header) = try await evidence.image(each.instance, frames: each.frames ?? [], of: reader, &looked)
            guard !images.contains(where: { $0.sopInstance == image.sopInstance }) else { throw HTTPFailure(.badRequest, "the image \(image.sopInstance) is named twice") }
            let frameIndex = (image.frames.first ?? 1) - 1
            let facts = PresentationBody.Alike(header, frameIndex: frameIndex)
            guard facts == alike ?? facts else {
                throw HTTPFailure(.badRequest, "the images differ in size, spacing or rescale: one presentation state cannot hold them all; save that of one image")
            }
            alike = facts
            shown = shown ?? (header, frameIndex)
            images.append(image)
        }
        guard let (header, frameIndex) = shown else { throw HTTPFailure(.badRequest, "there are no images") }
        let state = try await presentation(body, images, reader, &looked)
        let place = try await evidence.place(of: GrayscalePresentation.sopClass, reader, firstNumber: Self.firstSeriesNumber)
        let now = EvidenceStore.now()
        let made = try Self.made(state) { (state) throws(ImageError) in
            try state.dataSet(
                of: header, frameIndex: frameIndex, sopInstance: id, series: place.series, seriesNumber: place.seriesNumber, instanceNumber: place.instanceNumber, date: now.date, time: now.time)
        }
        let outcome = try await evidence.store(made.dataSet, reader)
        logger.info("presentation state of \(images.count) images in study \(reader.study) by \(reader.name)")
        return JSONAnswer.response(StoredEvidence(outcome, remarks: made.remarks), status: .created)
    }

    private func presentation(_ body: PresentationBody, _ images: [EvidenceImage], _ reader: EvidenceStore.Reader, _ looked: inout EvidenceStore.Images) async throws -> GrayscalePresentation {
        var annotations: [GrayscalePresentation.Annotation] = []
        for mark in body.marks ?? [] {
            guard images.contains(where: { $0.sopInstance.text == mark.instance && ($0.frames.isEmpty || $0.frames.contains(mark.frame)) }) else {
                throw HTTPFailure(.badRequest, "a mark lies on \(mark.instance.prefix(80)), which the presentation state is not of")
            }
            let (image, header) = try await evidence.image(mark.instance, frames: [mark.frame], of: reader, &looked)
            annotations.append(try Self.inWords { () throws(MarkProblem) in try mark.annotation(on: image, header) })
        }
        return try Self.inWords { () throws(MarkProblem) in try body.presentation(of: images, by: EvidenceStore.personName(reader.name), annotations) }
    }

    private static func inWords<Result>(_ make: () throws(MarkProblem) -> Result) throws -> Result {
        do {
            return try make()
        } catch {
            throw HTTPFailure(.badRequest, error.words)
        }
    }

    /// What cannot be read back is not stored.
    private static func made(
        _ state: GrayscalePresentation, _ make: (GrayscalePresentation) throws(ImageError) -> (dataSet: DataSet, remarks: [String])
    ) throws -> (dataSet: DataSet, remarks: [String]) {
        do {
            let made = try make(state)
            _ = try PresentationState(made.dataSet)
            return made
        } catch {
            throw HTTPFailure(.badRequest, "this view cannot be a presentation state: \(error)")
        }
    }
}
