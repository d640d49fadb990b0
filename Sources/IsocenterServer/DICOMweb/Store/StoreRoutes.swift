import Archive
import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// STOW-RS (PS3.18 §10.5): objects, or metadata with bulk data; stored as they come, each answered on its own.
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
        let source = Source(kind: .dicomweb, user: principal.name, host: context.address, onConflict: onConflict)
        let root = request.serviceRoot
        let body = try StoreBody(
            request.headers[.contentType], encoding: request.headers[.contentEncoding], into: archive, from: source, study: study,
            base: "\(root)/studies\(study.map { "/\($0)" } ?? "")")
        try await context.continueIfExpected(request)
        let results = try await Self.receive(body, request.body, on: archive.executor)
        let answer = StoreAnswer(results: results, root: root)
        answer.log(to: logger, from: "\(principal.name)@\(context.address)")
        return try answer.response(as: answerType)
    }

    /// All of a body.
    ///
    /// - Parameter executor: of those who store: each piece is taken apart and written by the thread that it wakes.
    static func receive(
        _ body: StoreBody, _ chunks: some AsyncSequence<ByteBuffer, any Error> & Sendable, on executor: any TaskExecutor
    ) async throws -> [StoreAnswer.Result] {
        try await withTaskExecutorPreference(executor) { try await receive(body, chunks) }
    }

    private static func receive(_ body: StoreBody, _ chunks: some AsyncSequence<ByteBuffer, any Error>) async throws -> [StoreAnswer.Result] {
        var body = body
        do {
            for try await chunk in chunks { try await body.feed(chunk.readableBytesView) }
        } catch let error as MultipartError {
            return try await body.finish(cutBy: error)
        } catch {
            await body.abandon()
            throw error
        }
        return try await body.finish()
    }
}

extension StoreAnswer {
    func response(as type: DataSetAnswer) throws -> Response { try type.response(dataSet, status: status, headers: headers) }

    /// What the sender hears, the administrator reads.
    func log(to logger: Logger, from sender: String) {
        for result in results {
            switch result {
            case .failed(let named, let failure): logger.warning("STOW of \(named?.sopInstance.text ?? "an object") from \(sender) refused: \(failure.words)")
            case .outcome(let outcome, _):
                if let failure = outcome.failure { logger.warning("STOW of \(outcome.sopInstance) from \(sender) refused: \(failure.words)") }
            }
        }
    }
}
