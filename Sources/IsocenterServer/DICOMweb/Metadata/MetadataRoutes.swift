import Archive
import Crypto
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// Metadata of studies, series and instances (PS3.18 §10.4.1.1.2): all attributes, large values as links to them.
struct MetadataRoutes: RouteSet {
    let archive: Archive

    func add(to group: RouterGroup<RequestScope>) {
        group.get("studies/:study/metadata") { request, context in try await ofSeries(request, context, series: nil) }
        group.get("studies/:study/series/:series/metadata") { request, context in
            try await ofSeries(request, context, series: try context.uid("series"))
        }
        group.get("studies/:study/series/:series/instances/:instance/metadata") { request, context in try await ofInstance(request, context) }
    }

    private func access(_ context: RequestScope) throws -> Access {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        return access
    }

    // MARK: Series

    private func ofSeries(_ request: Request, _ context: RequestScope, series: UID?) async throws -> Response {
        let access = try access(context), study = try context.uid("study"), root = request.serviceRoot
        let answer = try DataSetAnswer.negotiated(request), selection = try MetadataSelection(request.uri.query ?? "")
        let states = try await archive.seriesStates(study: study, series: series, root: root, for: access)
        guard !states.isEmpty else { throw HTTPFailure(.notFound, "there is no such study or series") }
        await archive.noteMetadataRoot(root)
        let tag = Self.tag(states.map(\.version), answer, selection, root)
        if let known = tag.notModified(request) { return known }
        if case .json(let contentType) = answer.form, selection.isEverything {
            return try await MetadataAnswer(archive: archive, states: states, root: root).response(contentType, isCompressed: answer.isCompressed, tag.fields)
        }
        let retrieval = Retrieval(.series, studies: [study], series: states.map(\.series))
        return answer.response(headers: tag.fields) { [archive] writer in
            for try await instance in archive.instances(of: retrieval, for: access) {
                try await writer.write(
                    selection.applied(to: try await archive.header(of: instance)), bulkData: BulkDataLinks(root: root, instance: instance).uri)
            }
        }
    }

    // MARK: Instance

    private func ofInstance(_ request: Request, _ context: RequestScope) async throws -> Response {
        guard let instance = try await archive.instances(context).first else { throw HTTPFailure(.notFound, "there is no such instance") }
        let answer = try DataSetAnswer.negotiated(request), selection = try MetadataSelection(request.uri.query ?? ""), root = request.serviceRoot
        let tag = Self.tag([instance.version, "\(instance.study)", "\(instance.series)"], answer, selection, root)
        if let known = tag.notModified(request) { return known }
        // Read before the answer begins, so that what cannot be had is said with a status.
        let dataSet = selection.applied(to: try await archive.header(of: instance))
        return answer.response(headers: tag.fields, isOne: true) { writer in
            try await writer.write(dataSet, bulkData: BulkDataLinks(root: root, instance: instance).uri)
        }
    }

    /// Weak: the same content compressed is the same, though not the same bytes.
    private static func tag(_ versions: [String], _ answer: DataSetAnswer, _ selection: MetadataSelection, _ root: String) -> EntityTag {
        var hash = SHA256()
        for text in versions + ["\(answer.form)", selection.key, root] { hash.update(data: Array((text + "\n").utf8)) }
        return EntityTag([hash.finalize().prefix(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()], isWeak: true)
    }
}
