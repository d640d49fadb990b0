import Archive
import DICOM
import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Lists for the application: studies, a study with its series, a series' manifest, live arrivals (docs/develop/http-api.md).
struct StudyRoutes: RouteSet {
    let archive: Archive
    let info: Info
    private static let headersAtOnce = 8

    init(archive: Archive, info: Info) {
        self.archive = archive
        self.info = info
    }

    struct Info: Sendable {
        var version: String
        var aeTitle: String
        var dimsePort: Int
    }

    func add(to group: RouterGroup<RequestScope>) {
        group.get("info") { _, context in
            // How much there is in all tells of what the caller does not see.
            guard try access(context).isEverything else { throw HTTPFailure(.forbidden, "\(try context.caller().name) sees a part of the archive only") }
            return JSONAnswer.response(InfoAnswer(info, try await archive.totals()))
        }
        group.get("studies") { request, context in
            JSONAnswer.response(try await archive.studyList(Self.listRequest(request), for: try access(context)))
        }
        group.get("studies/:study") { request, context in
            let (uid, access) = (try context.uid("study"), try access(context))
            guard let study = try await archive.study(uid, for: access) else { throw HTTPFailure(.notFound, "there is no such study") }
            let series = try await archive.seriesList(uid, for: access).map { SeriesAnswer($0, study: uid) }
            return JSONAnswer.response(StudyAnswer(study: study, series: series))
        }
        group.get("studies/:study/series/:series/manifest") { _, context in
            JSONAnswer.response(try await manifest(try await archive.instances(context)))
        }
        group.get("events") { _, context in try events(access(context), stands: context.stands) }
    }

    private func access(_ context: RequestScope) throws -> Access {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        return access
    }

    private static func listRequest(_ request: Request) throws -> StudyListRequest {
        let query = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
        func choice<Choice: RawRepresentable<String>>(_ name: String, _: Choice.Type) throws -> Choice? {
            guard let text = query[name], !text.isEmpty else { return nil }
            guard let choice = Choice(rawValue: text) else { throw HTTPFailure(.badRequest, "\(name)=\(text) is not known") }
            return choice
        }
        let limit = try query["limit"].map { text in
            guard let limit = Int(text) else { throw HTTPFailure(.badRequest, "limit is a number") }
            return limit
        }
        return StudyListRequest(
            search: query["search"] ?? "", modality: query["modality"], from: query["from"],
            to: query["to"], sort: try choice("sort", StudyListRequest.Sort.self) ?? .date,
            order: try choice("order", StudyListRequest.Order.self), limit: limit ?? 100, cursor: query["cursor"].flatMap { $0.isEmpty ? nil : $0 })
    }

    /// Headers are read a few at a time: a disk answers several questions at once better than one after the other.
    private func manifest(_ instances: [InstanceLocation]) async throws -> SeriesManifest {
        try await withThrowingTaskGroup(of: (Int, SeriesManifest.Entry).self) { group in
            var entries = [SeriesManifest.Entry?](repeating: nil, count: instances.count)
            for (index, instance) in instances.enumerated() {
                if index >= Self.headersAtOnce, let (done, entry) = try await group.next() { entries[done] = entry }
                group.addTask { (index, SeriesManifest.Entry(.init(instance), try await archive.header(of: instance), index: index)) }
            }
            for try await (done, entry) in group { entries[done] = entry }
            return SeriesManifest(entries.compactMap { $0 })
        }
    }

    // MARK: Live

    /// A study is told when something of it is stored, at most once a second.
    private func events(_ access: Access, stands: @escaping @Sendable () async throws -> Bool) throws -> Response {
        EventStream.response { [archive] writer in
            let grown = GrownStudies()
            try await writer.write(EventStream.ping)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await change in try await archive.changes() where change.kind != .quarantined && change.kind != .stable { grown.add(change.study) }
                }
                defer { group.cancelAll() }
                // A line that stays open must not hold up the end of the server.
                for beat in 1... {
                    if Task.isShuttingDownGracefully { break }
                    try await Task.sleep(for: .seconds(1))
                    // A session that was ended hears no more.
                    guard try await stands() else { break }
                    for uid in grown.take() {
                        guard let uid = UID(uid) else { continue }
                        let study = try await archive.study(uid, for: access)
                        if let study {
                            try await writer.write(EventStream.event("study", json: [UInt8](try JSONEncoder().encode(study))))
                        } else if access.isEverything {
                            // Not there any more. Who sees a part only is told nothing of the rest.
                            try await writer.write(EventStream.event("gone", json: [UInt8](try JSONEncoder().encode(["studyInstanceUID": uid.text]))))
                        }
                    }
                    // Tells a proxy, and us, that the line is still there.
                    if beat % 15 == 0 { try await writer.write(EventStream.ping) }
                }
            }
        }
    }

    /// Studies that something was stored of since they were last told.
    private final class GrownStudies: Sendable {
        private let uids = Mutex<Set<String>>([])
        func add(_ uid: String) { uids.withLock { _ = $0.insert(uid) } }
        func take() -> Set<String> { uids.withLock { uids in defer { uids = [] }; return uids } }
    }

    // MARK: Answers

    private struct InfoAnswer: Encodable {
        var version: String
        var aeTitle: String
        var dimsePort: Int
        var studies: Int
        var series: Int
        var instances: Int
        var bytes: Int64

        init(_ info: Info, _ totals: Archive.Totals) {
            (version, aeTitle, dimsePort) = (info.version, info.aeTitle, info.dimsePort)
            (studies, series, instances, bytes) = (totals.studies, totals.series, totals.instances, totals.bytes)
        }
    }

    private struct StudyAnswer: Encodable {
        var study: StudySummary
        var series: [SeriesAnswer]
    }

    private struct SeriesAnswer: Encodable {
        var summary: SeriesSummary
        /// Where a small picture is; nil where there is no image. Whether a compressed one can be shown is known when it is asked for.
        var thumbnail: String?

        init(_ summary: SeriesSummary, study: UID) {
            self.summary = summary
            thumbnail = summary.hasImages ? "dicom-web/studies/\(study)/series/\(summary.seriesInstanceUID)/thumbnail" : nil
        }

        enum CodingKeys: String, CodingKey { case thumbnail }

        func encode(to encoder: any Encoder) throws {
            try summary.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(thumbnail, forKey: .thumbnail)
        }
    }
}
