import Archive
import DICOM
import Foundation
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// The change feed: a page of it, the next as soon as there is one, or all as they happen (docs/develop/http-api.md).
struct ChangeRoutes: RouteSet {
    let archive: Archive

    func add(to group: RouterGroup<RequestScope>) {
        group.get("changes") { request, context in
            let principal = try context.caller()
            guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
            let (asked, wait) = try await parameters(request)
            let range = try await archive.changeRange()
            guard range.holds(since: asked.since) else { return Gone(range).response }
            if request.headers[.accept]?.contains("text/event-stream") == true { return stream(asked, access) }
            return try await page(asked, access, wait: wait)
        }
    }

    // MARK: What is asked for

    private static let known: Set<String> = ["since", "limit", "kind", "study", "wait"]

    private func parameters(_ request: Request) async throws -> (ChangeRequest, wait: Duration) {
        let pairs = QueryString.pairs(request.uri.query ?? "")
        if let unknown = pairs.first(where: { !Self.known.contains($0.0) }) { throw HTTPFailure(.badRequest, "\(unknown.0) is not known: \(Self.known.sorted().joined(separator: ", "))") }
        let query = Dictionary(pairs, uniquingKeysWith: { _, last in last })
        func number(_ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
            guard let text = query[name] else { return nil }
            guard let number = Int64(text), range.contains(number) else {
                throw HTTPFailure(.badRequest, "\(name) is a number from \(range.lowerBound)\(range.upperBound == .max ? "" : " to \(range.upperBound)")")
            }
            return number
        }
        let kinds = try (query["kind"] ?? "").split(separator: ",").map { word in
            guard let kind = Change.Kind(rawValue: String(word)) else {
                throw HTTPFailure(.badRequest, "kind=\(word) is not known: \(Change.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return kind
        }
        let study = try query["study"].map { text in
            guard let uid = UID(text) else { throw HTTPFailure(.badRequest, "study=\(text) is no UID") }
            return uid
        }
        var since = try number("since", 0 ... .max)
        // A browser that lost its line goes on where it was (HTML Standard §9.2.3).
        if let name = HTTPField.Name("Last-Event-ID"), let last = request.headers[name].flatMap({ Int64($0) }) { since = last }
        let place: Int64
        if let since { place = since } else { place = try await archive.changeRange().pruned }
        let limit = try number("limit", 1...Int64(ChangeRequest.largestLimit)) ?? 100
        let wait = try number("wait", 0...60) ?? 0
        return (ChangeRequest(since: place, kinds: Set(kinds), study: study, limit: Int(limit)), .seconds(wait))
    }

    // MARK: Answers

    /// With `wait` an answer comes when there is something to say, or when the time is over.
    private func page(_ asked: ChangeRequest, _ access: Access, wait: Duration) async throws -> Response {
        let end = ContinuousClock.now + wait
        var asked = asked
        while true {
            let seen = archive.changeGeneration
            let page = try await archive.changePage(asked, for: access)
            let left = end - ContinuousClock.now
            if !page.changes.isEmpty || left <= .zero || Task.isShuttingDownGracefully { return JSONAnswer.response(PageAnswer(page)) }
            asked.since = page.next
            if page.isLast { await archive.waitForChange(since: seen, atMost: min(left, .seconds(1))) }
        }
    }

    private func stream(_ asked: ChangeRequest, _ access: Access) -> Response {
        EventStream.response { [archive] writer in
            var asked = asked
            try await writer.write(EventStream.ping)
            var told = ContinuousClock.now
            // A line that stays open must not hold up the end of the server.
            while !Task.isShuttingDownGracefully {
                let seen = archive.changeGeneration
                let page: ChangePage
                do throws(ArchiveError) { page = try await archive.changePage(asked, for: access) } catch {
                    guard error.code == .notFound else { throw error }
                    // Cut off while it was read: what is missing is said, then it goes on.
                    let range = try await archive.changeRange()
                    try await writer.write(EventStream.event("pruned", json: try JSONEncoder().encode(Gone(range)), id: "\(range.pruned)"))
                    asked.since = range.pruned
                    continue
                }
                for change in page.changes {
                    try await writer.write(EventStream.event("change", json: try JSONEncoder().encode(ChangeAnswer(change)), id: "\(change.sequence)"))
                }
                asked.since = page.next
                if !page.changes.isEmpty { told = .now }
                guard page.isLast else { continue }
                await archive.waitForChange(since: seen, atMost: .seconds(1))
                guard ContinuousClock.now - told > .seconds(15) else { continue }
                try await writer.write(EventStream.ping)
                told = .now
            }
        }
    }

    private struct PageAnswer: Encodable {
        var changes: [ChangeAnswer]
        /// For `since` of the next page.
        var next: Int64
        var newest: Int64
        /// Whether `next` is behind `newest`.
        var more: Bool

        init(_ page: ChangePage) {
            (changes, next, newest, more) = (page.changes.map(ChangeAnswer.init), page.next, page.newest, !page.isLast)
        }
    }

    private struct ChangeAnswer: Encodable {
        var sequence: Int64
        var kind: String
        var study: String?
        var series: String?
        var instance: String?
        var time: String

        init(_ change: Change) {
            func named(_ uid: String) -> String? { uid.isEmpty ? nil : uid }
            (sequence, kind) = (change.sequence, change.kind.rawValue)
            (study, series, instance) = (named(change.study), named(change.series), named(change.instance))
            time = Date(timeIntervalSince1970: Double(change.time) / 1_000_000).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
    }

    /// What was asked for is not in the feed (any more): who follows has to look at everything, and goes on from `since`.
    private struct Gone: Encodable {
        var error: String
        var pruned = true
        var since: Int64
        var newest: Int64

        init(_ range: ChangeRange) {
            error = "the changes asked for are not here: the feed holds those after \(range.pruned), up to \(range.newest)"
            (since, newest) = (range.pruned, range.newest)
        }

        var response: Response {
            JSONAnswer.response(self, status: .gone)
        }
    }
}
