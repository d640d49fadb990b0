import DICOMNetwork
import Foundation
import HTTPTypes
import Hummingbird
import Workflow

/// Peers, unknown callers and our own titles, for administrators (docs/develop/http-api.md).
struct PeerRoutes: RouteSet {
    let peers: PeerTable
    let strangers: StrangerTable
    let admissions: Admissions
    let settings: Settings
    let tls: PeerTLS
    /// Ours.
    let ports: (plain: Int, tls: Int?)

    func add(to group: RouterGroup<RequestScope>) {
        addPeers(to: group)
        addCallers(to: group)
        addTitles(to: group)
    }

    private static func name(_ context: RequestScope, _ parameter: String) throws -> String {
        guard let text = context.parameters.get(parameter), let name = text.removingPercentEncoding else { throw HTTPFailure(.badRequest, "the path is malformed") }
        return name
    }

    /// What is wrong becomes a status and the words.
    private static func failing<T>(_ body: () async throws(PeerError) -> T) async throws -> T {
        do throws(PeerError) { return try await body() } catch {
            switch error.code {
            case .invalid: throw HTTPFailure(.badRequest, error.description)
            case .duplicate: throw HTTPFailure(.conflict, error.description)
            case .notFound: throw HTTPFailure(.notFound, error.description)
            case .database: throw error
            }
        }
    }

    // MARK: Peers

    private func addPeers(to group: RouterGroup<RequestScope>) {
        group.get("peers") { _, context in
            try context.mustAdminister()
            let calls = admissions.summary()
            let settled = settings[Settings.peers].compactMap { SettledPeer(text: $0)?.peer }
            return JSONAnswer.response(PeersAnswer(
                peers: try await peers.all().map { PeerAnswer(peer: $0, calls: calls[$0.name]) },
                settled: settled.map { PeerAnswer(peer: $0, calls: calls[$0.name]) }, loopback: settings[Settings.loopbackPeers],
                services: Peer.Service.allCases))
        }
        group.post("peers") { request, context in
            try context.mustAdminister()
            let peer = try await self.peer(try await Definition.object(of: request))
            try Self.checkFiles(peer, nil)
            try await Self.failing { () throws(PeerError) in try await peers.add(peer) }
            try await strangers.remove(knownBy: peer)
            return try await answer(peer.name, .created)
        }
        group.get("peers/:name") { _, context in
            try context.mustAdminister()
            return try await answer(try Self.name(context, "name"), .ok)
        }
        group.put("peers/:name") { request, context in
            try context.mustAdminister()
            let name = try Self.name(context, "name")
            var object = try await Definition.object(of: request)
            guard object["name"] == nil || object["name"] as? String == name else { throw HTTPFailure(.badRequest, "the name in the path is '\(name)': a peer keeps its name") }
            object["name"] = name
            let peer = try Definition.value(object, like: Peer(name: "", aeTitle: ""), told: Set(PeerAnswer.CodingKeys.allCases.map(\.rawValue)))
            try Self.checkFiles(peer, try await peers.peer(named: name))
            try await Self.failing { () throws(PeerError) in try await peers.set(peer) }
            try await strangers.remove(knownBy: peer)
            return try await answer(name, .ok)
        }
        group.delete("peers/:name") { _, context in
            try context.mustAdminister()
            let name = try Self.name(context, "name")
            guard try await peers.remove(named: name) else { throw HTTPFailure(.notFound, "there is no peer '\(name)'") }
            return Response(status: .noContent)
        }
        group.post("peers/:name/echo") { _, context in
            try context.mustAdminister()
            let name = try Self.name(context, "name")
            guard let peer = try await peers.peer(named: name) else { throw HTTPFailure(.notFound, "there is no peer '\(name)'") }
            guard let title = AETitle(settings[Settings.aeTitle]) else { throw HTTPFailure(.internalServerError, "our AE title is none") }
            return JSONAnswer.response(await PeerEcho.call(peer, as: title, tls: tls))
        }
    }

    /// Files of the server's machine are named there, by the command: else whoever administers peers could have any file sent anywhere.
    private static func checkFiles(_ peer: Peer, _ known: Peer?) throws {
        guard let web = peer.web, web.secretFile != nil || web.authorities != nil, web != known?.web else { return }
        throw HTTPFailure(.badRequest, "the files of a DICOMweb peer, and its address with them, are set on the server by 'isocenter peers'")
    }

    /// With `from`, an unknown caller, what is known of it is filled in where nothing else is said.
    private func peer(_ request: [String: Any]) async throws -> Peer {
        var object = request
        if let from = object.removeValue(forKey: "from") {
            guard let text = from as? String, let stranger = try await strangers.find(text) else { throw HTTPFailure(.notFound, "there is no unknown caller '\(from)'") }
            guard let name = object["name"] as? String else { throw HTTPFailure(.badRequest, "'name' is missing") }
            object = try Definition.object(stranger.peer(named: name)).merging(object) { $1 }
        }
        return try Definition.value(object, like: Peer(name: "", aeTitle: ""), told: Set(PeerAnswer.CodingKeys.allCases.map(\.rawValue)))
    }

    private func answer(_ name: String, _ status: HTTPResponse.Status) async throws -> Response {
        guard let peer = try await peers.peer(named: name) else { throw HTTPFailure(.notFound, "there is no peer '\(name)'") }
        return JSONAnswer.response(PeerAnswer(peer: peer, calls: admissions.summary()[name]), status: status)
    }

    // MARK: Unknown callers

    private func addCallers(to group: RouterGroup<RequestScope>) {
        group.get("callers") { _, context in
            try context.mustAdminister()
            return JSONAnswer.response(["callers": try await strangers.all().map(StrangerAnswer.init)])
        }
        group.delete("callers/:caller") { _, context in
            try context.mustAdminister()
            let id = try Self.name(context, "caller")
            guard try await strangers.remove(id) else { throw HTTPFailure(.notFound, "there is no unknown caller '\(id)'") }
            return Response(status: .noContent)
        }
    }

    // MARK: Our titles

    private func addTitles(to group: RouterGroup<RequestScope>) {
        group.get("titles") { _, context in
            try context.mustAdminister()
            return JSONAnswer.response(TitlesAnswer(
                titles: try await titles(), port: ports.plain, tlsPort: ports.tls, checksCalledAETitle: settings[Settings.checksCalledAETitle], services: Peer.Service.allCases))
        }
        group.post("titles") { request, context in
            try context.mustAdminister()
            let entity = try Definition.value(try await Definition.object(of: request), like: ApplicationEntity(title: ""), told: Set(TitleAnswer.CodingKeys.allCases.map(\.rawValue)))
            try await Self.failing { () throws(PeerError) in try await peers.add(entity) }
            return try await answer(title: entity.title, .created)
        }
        group.get("titles/:title") { _, context in
            try context.mustAdminister()
            return try await answer(title: try Self.name(context, "title"), .ok)
        }
        group.put("titles/:title") { request, context in
            try context.mustAdminister()
            let title = try Self.name(context, "title")
            var object = try await Definition.object(of: request)
            guard object["title"] == nil || object["title"] as? String == title else { throw HTTPFailure(.badRequest, "the title in the path is '\(title)'") }
            object["title"] = title
            let entity = try Definition.value(object, like: ApplicationEntity(title: ""), told: Set(TitleAnswer.CodingKeys.allCases.map(\.rawValue)))
            try await Self.failing { () throws(PeerError) in try await peers.set(entity) }
            return try await answer(title: title, .ok)
        }
        group.delete("titles/:title") { _, context in
            try context.mustAdminister()
            let title = try Self.name(context, "title")
            guard try await peers.remove(title: title) else { throw HTTPFailure(.notFound, "there is no title '\(title)' that could be removed") }
            return Response(status: .noContent)
        }
    }

    /// The default title is one of them, whether it has been described or not.
    private func titles() async throws -> [TitleAnswer] {
        let standard = settings[Settings.aeTitle]
        var all = try await peers.titles().map { TitleAnswer(entity: $0, isDefault: $0.title == standard) }
        if !all.contains(where: \.isDefault) { all.insert(TitleAnswer(entity: ApplicationEntity(title: standard), isDefault: true), at: 0) }
        return all
    }

    private func answer(title: String, _ status: HTTPResponse.Status) async throws -> Response {
        guard let answer = try await titles().first(where: { $0.entity.title == title.trimmed }) else { throw HTTPFailure(.notFound, "there is no title '\(title)'") }
        return JSONAnswer.response(answer, status: status)
    }
}
