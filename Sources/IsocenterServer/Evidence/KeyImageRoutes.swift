import Archive
import DICOM
import Hummingbird
import Logging

/// Key images: stored as a Key Object Selection Document at the press of a key, and taken back (docs/develop/http-api.md).
struct KeyImageRoutes: RouteSet {
    let archive: Archive
    /// For how many days what was taken back can be restored.
    let keeping: Int
    let logger: Logger

    static let largestBody = 1 << 20
    static let mostImages = 1000
    private static let firstSeriesNumber = 8000

    private var evidence: EvidenceStore { EvidenceStore(archive: archive) }

    func add(to group: RouterGroup<RequestScope>) {
        group.post("studies/:study/key-images") { request, context in try await mark(request, context) }
        group.delete("studies/:study/key-images/:instance") { request, context in try await takeBack(request, context) }
    }

    private func mark(_ request: Request, _ context: RequestScope) async throws -> Response {
        try SessionRoutes.requireSameOrigin(request)
        let reader = try await evidence.reader(context)
        let body = try await EvidenceStore.body(Body.self, of: request, upTo: Self.largestBody, what: "a list of key images")
        guard (1...Self.mostImages).contains(body.images.count) else { throw HTTPFailure(.badRequest, "key images are 1 to \(Self.mostImages) images") }
        guard let title = KeyObjectDocument.titles.first(where: { $0.value == body.title ?? "113000" }) else {
            throw HTTPFailure(.badRequest, "\((body.title ?? "").prefix(40)) is no title that key images are given here: those are \(KeyObjectDocument.titles.map(\.value).joined(separator: ", "))")
        }
        let description = body.description?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        guard description.utf8.count <= 4096 else { throw HTTPFailure(.badRequest, "the description is longer than 4096 bytes") }
        guard let id = body.id.map({ UID($0) }) ?? .random() else { throw HTTPFailure(.badRequest, "id is no UID") }
        if let before = try await evidence.stored(id, KeyObjectDocument.sopClass, reader) { return JSONAnswer.response(before) }

        var looked = EvidenceStore.Images(), images: [EvidenceImage] = [], study: DataSet?
        for each in body.images {
            let (image, header) = try await evidence.image(each.instance, frames: each.frames ?? [], of: reader, &looked)
            guard !images.contains(where: { $0.sopInstance == image.sopInstance }) else { throw HTTPFailure(.badRequest, "the image \(image.sopInstance) is named twice") }
            images.append(image)
            study = study ?? header
        }
        guard let study else { throw HTTPFailure(.badRequest, "there are no key images") }
        let place = try await evidence.place(of: KeyObjectDocument.sopClass, reader, firstNumber: Self.firstSeriesNumber)
        let now = EvidenceStore.now()
        let document = KeyObjectDocument(title: title, description: description.isEmpty ? nil : description, observer: EvidenceStore.personName(reader.name), images: images)
            .dataSet(inStudyOf: study, sopInstance: id, series: place.series, seriesNumber: place.seriesNumber, instanceNumber: place.instanceNumber, date: now.date, time: now.time)
        let outcome = try await evidence.store(document, reader)
        logger.info("\(images.count) key images in study \(reader.study) by \(reader.name)")
        return JSONAnswer.response(StoredEvidence(outcome), status: .created)
    }

    /// The first step of a deletion, which can be taken back: a document cannot be changed, and another that would say "no longer" there is none in
    /// the standard: every other program would go on showing the key image.
    private func takeBack(_ request: Request, _ context: RequestScope) async throws -> Response {
        try SessionRoutes.requireSameOrigin(request)
        let reader = try await evidence.reader(context)
        let uid = try context.uid("instance")
        let found = try await archive.instances(study: reader.study, instance: uid, for: reader.access).first
        guard let found else { throw HTTPFailure(.notFound, "there is no such document of key images") }
        guard found.sopClass == KeyObjectDocument.sopClass else { throw HTTPFailure(.badRequest, "\(uid) is no document of key images") }
        if Policy.access(of: try context.caller(), for: .delete) == nil {
            let own = try await archive.instances(study: reader.study, sopClass: KeyObjectDocument.sopClass, storedBy: reader.source, for: reader.access)
            guard own.contains(where: { $0.sopInstance == uid }) else { throw HTTPFailure(.forbidden, "others selected these key images: an administrator can delete them") }
        }
        let deletion = try await archive.delete(
            DeletionScope(study: reader.study, series: found.series, instance: uid), reason: .other, comment: "key image taken back", by: reader.name, keeping: keeping,
            for: reader.access, actor: context.actor)
        logger.info("key images \(uid) in study \(reader.study) taken back by \(reader.name)")
        return JSONAnswer.response(DeletionAnswer(deletion))
    }

    private struct Body: Decodable, Sendable {
        struct Image: Decodable, Sendable {
            var instance: String
            var frames: [Int]?
        }

        /// SOP Instance UID of the document.
        var id: String?
        /// Code of CID 7010.
        var title: String?
        var description: String?
        var images: [Image]
    }
}
