import Archive
import Hummingbird
import Workers

/// For those who watch over the process: alive, and able to answer.
struct HealthRoutes: Sendable {
    let archive: Archive
    let workers: WorkerPool

    /// Ready without workers too: storing needs none, and frames that cannot be decoded are told one by one.
    private func words(_ status: WorkerPool.Status) -> String {
        "workers: \(status.running) running, \(status.busy) busy, \(status.waiting) frames waiting, \(status.restarts) restarts"
            + (status.startFailure == nil ? "" : ", the last start failed")
    }

    private static func answer(_ text: String) -> Response {
        Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    func add(to router: Router<RequestScope>) {
        router.get("health/live") { _, _ in Self.answer("live\n") }
        router.get("health/ready") { _, _ in
            do throws(ArchiveError) {
                _ = try await archive.totals()
                return Self.answer("ready\n\(words(workers.status))\n")
            } catch {
                throw HTTPFailure(.serviceUnavailable, "the index does not answer: \(error.message)")
            }
        }
    }
}
