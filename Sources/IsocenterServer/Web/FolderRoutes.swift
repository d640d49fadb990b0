import Archive
import Foundation
import Hummingbird

/// Folders that were taken over where they lie: how far they have been read, and what in them is not as it should be.
struct FolderRoutes: RouteSet {
    let archive: Archive

    func add(to group: RouterGroup<RequestScope>) {
        group.get("folders") { _, context in
            try context.mustAdminister()
            var answers: [FolderAnswer] = []
            for folder in try await archive.folders() { answers.append(FolderAnswer(folder, try await archive.counts(of: folder))) }
            return JSONAnswer.response(answers)
        }
        group.post("folders/:folder/scan") { _, context in
            try context.mustAdminister()
            try await archive.lookAtFolder(named: try context.parameters.require("folder"))
            return Response(status: .accepted)
        }
    }
}

/// A folder as page and command show it.
public struct FolderAnswer: Encodable, Sendable {
    public var name: String
    public var path: String
    public var state: String
    public var reason: String
    public var looked: Int
    public var began: String?
    public var ended: String?
    public var files: FolderCounts

    public init(_ folder: Folder, _ counts: FolderCounts) {
        (name, path, state, reason) = (folder.name, folder.path, folder.state.rawValue, folder.reason)
        (looked, files) = (folder.looked, counts)
        (began, ended) = (Self.date(folder.began), Self.date(folder.ended))
    }

    private static func date(_ microseconds: Int64?) -> String? { microseconds.map { Date(timeIntervalSince1970: Double($0) / 1_000_000).formatted(.iso8601) } }
}
