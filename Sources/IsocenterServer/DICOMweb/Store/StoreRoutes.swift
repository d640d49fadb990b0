import Archive
import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird
import Logging

/// STOW-RS (PS3.18 §10.5): multipart `application/dicom`, each part stored as it comes, each answered on its own.
struct StoreRoutes: RouteSet {
    let archive: Archive
    let onConflict: ConflictPolicy
    let logger: Logger

    func add(to group: RouterGroup<RequestScope>) {
        group.post("studies") { request, context in try await store(request, context, study: nil) }
        group.post("studies/:study") { request, context in
            try await store(request, context, study: try context.uid("study"))
        }
    }

    private func store(_ request: Request, _ context: RequestScope, study: UID?) async throws -> Response {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .store) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not store") }
        let answerType = try DataSetAnswer.negotiated(request)
        guard let type = MediaType(request.headers[.contentType] ?? ""), type.name == "multipart/related", type.partType == "application/dicom" else {
            throw HTTPFailure(.unsupportedMediaType, "send multipart/related; type=\"application/dicom\"; boundary=…")
        }
        guard let boundary = type.parameters["boundary"] else { throw HTTPFailure(.badRequest, "the Content-Type names no boundary") }
        let source = Source(kind: .dicomweb, user: principal.name, host: context.address, onConflict: onConflict)
        var storing = Storing(archive: archive, source: source, study: study)
        do {
            var parser = try MultipartParser(boundary: boundary)
            for try await chunk in request.body {
                for event in try parser.feed(chunk.readableBytesView) { await storing.handle(event) }
                if storing.hasGivenUp { break }
            }
            guard parser.isComplete || storing.hasGivenUp else { throw MultipartError(description: "the body ends before its closing boundary") }
        } catch {
            // What was whole is stored and stays; the part that was cut is gone.
            await storing.abandon()
            guard let error = error as? MultipartError else { throw error }
            if storing.results.isEmpty { throw HTTPFailure(.badRequest, error.description) }
            storing.results.append(.failed(nil, ArchiveError(.cannotUnderstand, error.description)))
        }
        guard !storing.results.isEmpty else { throw HTTPFailure(.badRequest, "the body has no part to store") }
        for case .failed(let named, let error) in storing.results {
            logger.warning("STOW of \(named?.sopInstance.text ?? "an object") from \(principal.name)@\(context.address) refused: \(error.message)")
        }
        return try StoreAnswer(results: storing.results, root: request.serviceRoot).response(as: answerType)
    }

    /// The parts of one request, one after the other.
    private struct Storing {
        let archive: Archive
        let source: Source
        /// All instances must be of this study, where the request names one.
        let study: UID?
        var results: [StoreAnswer.Result] = []
        private var failures = 0
        /// Who sends nothing but what cannot be stored does not keep us at it.
        private static let mostFailures = 1000
        var hasGivenUp: Bool { failures >= Self.mostFailures }
        private var ingest: FileIngest?
        private var failure: ArchiveError?

        init(archive: Archive, source: Source, study: UID?) {
            self.archive = archive
            self.source = source
            self.study = study
        }

        mutating func handle(_ event: MultipartParser.Event) async {
            if hasGivenUp { return }
            switch event {
            case .begin(let headers):
                failure = nil
                let type = headers["content-type"].flatMap { MediaType($0)?.name } ?? "application/dicom"
                if type == "application/dicom" {
                    ingest = FileIngest(into: archive, source: source, study: study)
                } else {
                    failure = ArchiveError(.cannotUnderstand, "a part of type \(type) cannot be stored")
                }
            case .body(let bytes):
                guard failure == nil, ingest != nil else { return }
                do throws(ArchiveError) { try await ingest?.write(Array(bytes)) } catch { failure = error }
            case .end:
                do throws(ArchiveError) {
                    if let failure { throw failure }
                    if let outcome = try await ingest?.finish() { results.append(.outcome(outcome)) }
                } catch {
                    results.append(.failed(ingest?.named, error))
                    failures += 1
                    if hasGivenUp { results.append(.failed(nil, ArchiveError(error.code, "\(failures) parts could not be stored: what follows was not read"))) }
                }
                ingest = nil
            }
        }

        mutating func abandon() async {
            await ingest?.cancel()
            ingest = nil
        }
    }
}
