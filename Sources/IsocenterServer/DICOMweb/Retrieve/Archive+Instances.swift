import Archive
import DICOM
import Hummingbird

extension Archive {
    /// The instances that a path names and the caller may see.
    /// - Throws: 404 where that is nothing, 403 where the caller may read nothing at all.
    ///
    /// - Parameter level: the lowest part of the path that counts: `study` for all of the study.
    func instances(_ context: RequestScope, level: String = "instance") async throws -> [InstanceLocation] {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        let series = level == "study" || context.parameters.get("series") == nil ? nil : try context.uid("series")
        let instance = level == "study" || context.parameters.get("instance") == nil ? nil : try context.uid("instance")
        let found = try await instances(study: try context.uid("study"), series: series, instance: instance, for: access)
        guard !found.isEmpty else { throw HTTPFailure(.notFound, "there is no such study, series or instance") }
        return found
    }
}

extension InstanceLocation {
    func url(_ root: String) -> String { "\(root)/studies/\(study)/series/\(series)/instances/\(sopInstance)" }
}
