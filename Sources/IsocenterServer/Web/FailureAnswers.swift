import Archive
import Database
import Hummingbird
import Logging
import NIOHTTP1

/// Turns what the archive refuses into an answer; logs what nobody expected. Outermost but for the security headers.
struct FailureAnswers: RouterMiddleware {
    typealias Context = RequestScope
    let logger: Logger
    private static let unexpected = "the server could not do this; its log says why"

    /// Without the ID of a patient, which has no place in a log.
    private static func path(_ request: Request) -> String {
        let parts = request.uri.path.split(separator: "/", omittingEmptySubsequences: false)
        guard let index = parts.firstIndex(of: "patients"), index + 1 < parts.count else { return request.uri.path }
        return parts.enumerated().map { $0 == index + 1 ? "…" : $1 }.joined(separator: "/")
    }

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ArchiveError {
            let failure = HTTPFailure(error)
            if failure.status.code >= 500 { logger.error("\(request.method) \(Self.path(request)): \(error.message)", metadata: ["request": "\(context.id)"]) }
            // What the disk or the index said is for the administrator, not for whoever asks.
            throw error.code == .storageFailed ? HTTPFailure(.internalServerError, Self.unexpected) : failure
        } catch let error as DatabaseError where [.cannotOpen, .busy].contains(error.code) {
            logger.error("\(request.method) \(Self.path(request)): \(error.message)", metadata: ["request": "\(context.id)"])
            throw HTTPFailure.indexAway
        } catch let error as HTTPError {
            // The framework's own refusals, in our form.
            throw HTTPFailure(error.status, error.body ?? error.status.reasonPhrase.lowercased(), headers: error.headers)
        } catch is HTTPParserError {
            throw HTTPFailure(.badRequest, "the body is not what HTTP says it should be, or ends too early", headers: [.connection: "close"])
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            // A client that goes away in mid-request is no failure of ours.
            guard !Task.isCancelled else { throw error }
            logger.error("\(request.method) \(Self.path(request)): \(error)", metadata: ["request": "\(context.id)"])
            throw HTTPFailure(.internalServerError, Self.unexpected)
        }
    }
}

extension HTTPFailure {
    static var indexAway: Self { Self(.serviceUnavailable, "the index cannot be reached at present: nothing was done, ask again later", headers: [.retryAfter: "10"]) }

    init(_ error: ArchiveError) {
        switch error.code {
        case .outOfResources: self.init(.serviceUnavailable, error.message, headers: [.retryAfter: "60"])
        case .unavailable: self = .indexAway
        case .away: self.init(.serviceUnavailable, error.message, headers: [.retryAfter: "60"])
        case .notFound: self.init(.notFound, error.message)
        case .invalidQuery, .cannotUnderstand: self.init(.badRequest, error.message)
        case .dataSetDoesNotMatchSOPClass, .refused: self.init(.conflict, error.message)
        default: self.init(.internalServerError, error.message)
        }
    }
}
