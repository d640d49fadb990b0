import DICOM
import DICOMImage
import Testing
@testable import Workers

extension WorkerTests {
    /// Code streams of every syntax that are wrong in every way: each ends as a picture or as an error that names what is wrong.
    @Suite(.serialized, .timeLimit(.minutes(20))) struct Hostile {
        private static let syntaxes = FrameCodec.transferSyntaxes.filter { $0.uid.text != "1.2.840.10008.1.2.1.98" }

        @Test(arguments: syntaxes)
        func everyBadStreamEndsAsAPictureOrAnError(transferSyntax: TransferSyntax) async throws {
            let streams = try HostileStreams(transferSyntax)
            #expect(!streams.seeds.isEmpty, "\(transferSyntax.name) has no good stream to begin with")
            let all = streams.all
            #expect(all.count >= 80)
            let pool = try WorkerPool.forTests(count: 2, memory: 1 << 30)
            let before = try Files.resident()
            var pictures = 0, errors = 0, deaths: [String] = []
            let clock = ContinuousClock()
            try await withThrowingTaskGroup(of: (HostileStream, Result<NativeFrame, ImageError>, Duration).self) { group in
                var next = 0
                func add() {
                    guard next < all.count else { return }
                    let stream = all[next]
                    next += 1
                    group.addTask {
                        let start = clock.now
                        do throws(ImageError) {
                            return (stream, .success(try await pool.decode(stream.bytes, transferSyntax, stream.description)), clock.now - start)
                        } catch {
                            return (stream, .failure(error), clock.now - start)
                        }
                    }
                }
                for _ in 0..<2 { add() }
                while let (stream, result, time) = try await group.next() {
                    // The frame's ten seconds and what a busy machine adds.
                    #expect(time < .seconds(15), "\(stream.what): \(time)")
                    switch result {
                    case .success(let frame):
                        pictures += 1
                        #expect(frame.bytes.count == stream.description.frameBytes)
                    case .failure(let error):
                        errors += 1
                        #expect(error.tag != nil && !error.message.isEmpty, "\(stream.what): \(error)")
                        #expect(error.code != .unavailable && error.code != .cancelled, "\(stream.what): \(error)")
                        if error.code == .failed { deaths.append("\(stream.what): \(error)") }
                    }
                    add()
                }
            }
            // The next good frame is served.
            for seed in streams.seeds {
                // Borrowed streams need not be right for the syntax that borrows them.
                if FrameCodec.of(transferSyntax)?.encode != nil { _ = try await pool.decode(seed.bytes, transferSyntax, seed.description) }
            }
            #expect(try Files.resident() < before + 1 << 30)
            await pool.shutdown()
            print("\(transferSyntax.name): \(all.count) streams, \(pictures) pictures, \(errors) errors, \(deaths.count) worker deaths")
            for death in deaths { print("  \(death)") }
        }
    }
}
