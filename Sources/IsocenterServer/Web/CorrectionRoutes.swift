import Archive
import DICOM
import Hummingbird

/// What an instance is shown with: `GET` tells it, `DELETE` takes it back.
struct CorrectionRoutes: RouteSet {
    let archive: Archive

    func add(to group: RouterGroup<RequestScope>) {
        group.get("instances/:instance/correction") { _, context in
            guard let recorded = try await archive.correction(of: try await instance(context, .read)) else {
                throw HTTPFailure(.notFound, "the instance is shown as it came")
            }
            return JSONAnswer.response(CorrectionAnswer(recorded))
        }
        group.delete("instances/:instance/correction") { _, context in
            let instance = try await instance(context, .administer)
            guard let recorded = try await archive.removeCorrection(of: instance.sopInstance, by: context.actor) else {
                throw HTTPFailure(.notFound, "the instance is shown as it came")
            }
            return JSONAnswer.response(CorrectionAnswer(recorded))
        }
    }

    private func instance(_ context: RequestScope, _ action: Action) async throws -> InstanceLocation {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: action) else { throw HTTPFailure(.forbidden, "\(principal.name) may not do this") }
        guard let instance = try await archive.instance(try context.uid("instance"), for: access) else { throw HTTPFailure(.notFound, "there is no such instance") }
        return instance
    }
}
