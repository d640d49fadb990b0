import Archive
import DICOMImage
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Viewer
import Workers
import Workflow

/// The HTTP port: the application, its API, DICOMweb. Puts routes and middlewares together; decides nothing.
struct WebDoor: Sendable {
    let archive: Archive
    /// Decode and encode compressed frames.
    let workers: WorkerPool
    let authenticator: Authenticator
    let settings: Settings
    let setupLink: SetupLink
    /// Everything under `/api` but sessions.
    let api: [any RouteSet]
    /// Everything under `/dicom-web`.
    let dicomWeb: [any RouteSet]
    /// `/wado`.
    let uriService: URIRoutes
    let logger: Logger

    /// - Parameter listening: told the bound port.
    func service(listening: @escaping @Sendable (Int) async -> Void) throws -> some Service {
        let configuration = ApplicationConfiguration(
            address: .hostname(settings[Settings.httpHost], port: settings[Settings.httpPort]), serverName: nil,
            availableConnectionsDelegate: MaximumAvailableConnections(settings[Settings.httpMaxConnections]))
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let application = Application(
            responder: BehindProxy(try router().buildResponder(), settings), configuration: configuration,
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? 0) }, logger: quiet)
        return OnExecutor(service: application, executor: archive.answeringExecutor)
    }

    func router() throws -> Router<RequestScope> {
        let router = Router(context: RequestScope.self, options: .autoGenerateHeadEndpoints)
        let index = OperationIndex(Subject.all)
        router.add(middleware: CrossOrigin(settings[Settings.httpOrigins]))
        router.add(middleware: SecurityHeaders())
        router.add(middleware: FailureAnswers(logger: logger))
        router.add(middleware: Logins(trail: archive.audit, authenticator: authenticator))
        router.add(middleware: Authentication(authenticator: authenticator))
        router.add(middleware: Auditing(trail: archive.audit))
        router.add(middleware: MethodAnswers(index: index))

        SessionRoutes(authenticator: authenticator, setupLink: setupLink).add(to: router)
        HealthRoutes(archive: archive, workers: workers).add(to: router)

        let group = router.group("api")
        for routes in api { routes.add(to: group) }

        let dicomWeb = router.group("dicom-web")
        for routes in self.dicomWeb { routes.add(to: dicomWeb) }
        uriService.add(to: router.group("wado"))

        try addApplication(to: router)
        return router
    }

    private func addApplication(to router: Router<RequestScope>) throws {
        let named = settings[Settings.webRoot]
        guard let directory = named.isEmpty ? ViewerFiles.directory : URL(fileURLWithPath: named) else {
            throw ServerError("the application's files are missing: they belong into a folder isocenter_Viewer.resources beside the program")
        }
        let files = try StaticFiles(directory: directory, isLive: !named.isEmpty)
        router.get("/") { request, _ in try Self.file("", files, request) }
        router.get("**") { request, context in try Self.file(context.parameters.getCatchAll().joined(separator: "/"), files, request) }
    }

    private static func file(_ path: String, _ files: StaticFiles, _ request: Request) throws -> Response {
        guard let response = files.response(path: path, request: request) else { throw HTTPFailure(.notFound, "there is nothing here") }
        return response
    }
}

/// A service whose tasks run on threads of their own: each request on one of them, from its first line to its last byte.
private struct OnExecutor<Base: Service>: Service {
    let service: Base
    let executor: any TaskExecutor

    func run() async throws {
        try await withTaskExecutorPreference(executor) { try await service.run() }
    }
}

/// Routes of one subject, under `/api` or `/dicom-web`.
protocol RouteSet: Sendable {
    func add(to group: RouterGroup<RequestScope>)
}
