import Archive
import Audit
import Hummingbird
import Workflow

/// Sending what the archive holds to a peer: queued as a job, which is seen and cancelled among the jobs.
struct SendRoutes: RouteSet {
    let archive: Archive
    let peers: PeerTable
    let jobs: JobTable

    func add(to group: RouterGroup<RequestScope>) {
        group.post("send") { request, context in
            try SessionRoutes.requireSameOrigin(request)
            let principal = try context.caller()
            guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not send") }
            let body = try await SessionRoutes.body(Body.self, of: request)
            guard let peer = try await peers.peer(named: body.peer) else { throw HTTPFailure(.notFound, "there is no peer '\(body.peer)'") }
            let job = SendJob(peer: peer.name, study: body.study, series: body.series, instances: body.instances)
            do {
                let number = try await job.queue(in: jobs, archive, for: access)
                try await archive.audit.record(AuditEvent(
                    .exported, by: context.actor, words: "job \(number)", other: peer.aeTitle, otherAddress: peer.host ?? "", study: body.study ?? ""))
                return JSONAnswer.response(Queued(job: number), status: .accepted)
            } catch let error as SendError {
                throw HTTPFailure(.badRequest, error.description)
            }
        }
    }

    private struct Body: Decodable {
        var peer: String
        var study: String?
        var series: [String]?
        var instances: [String]?
    }

    private struct Queued: Encodable { var job: Int64 }
}
