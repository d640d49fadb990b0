import Archive
import Hummingbird

/// For those who watch over the process: alive, and able to answer.
struct HealthRoutes: Sendable {
    let archive: Archive

    func add(to router: Router<RequestScope>) {
        router.get("health/live") { _, _ in Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "live\n"))) }
        router.get("health/ready") { _, _ in
            do throws(ArchiveError) {
                _ = try await archive.totals()
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ready\n")))
            } catch {
                throw HTTPFailure(.serviceUnavailable, "the index does not answer: \(error.message)")
            }
        }
    }
}
