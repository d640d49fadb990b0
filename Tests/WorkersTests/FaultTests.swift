import DICOM
import DICOMImage
import Glibc
import Testing
@testable import Workers

extension WorkerTests {
    /// What a frame may do to its decoder, and what the person hears who asked for it.
    @Suite(.serialized, .timeLimit(.minutes(10))) struct Faults {
        @Test("A fault costs its frame an error that names it, and nobody else anything", arguments: [
            (Fault.segmentationFault, "the decoder died (SIGSEGV)"), (.trap, "the decoder died (SIG"), (.abort, "the decoder died (SIGABRT)"),
            (.exit, "the decoder ended with status 3"), (.loop, "the decoder took longer than 1 s"), (.sleep, "the decoder took longer than 1 s"),
            (.garbage, "the decoder answered nonsense"), (.otherTicket, "the decoder answered nonsense: an answer to no question"),
            (.otherOutcome, "the decoder answered nonsense: an answer that does not fit"), (.otherPhotometric, "the decoder answered nonsense: an answer that does not fit"),
            (.longPacket, "the decoder answered nonsense"), (.closedSocket, "the decoder answered nonsense: it closed the connection"), (.readyAgain, "the decoder answered nonsense: ready twice"),
        ])
        func fault(fault: Fault, words: String) async throws {
            let pool = try WorkerPool.forTests(count: 2, seconds: 1)
            let description = try PixelDescription.grey(16, 24)
            let good = [UInt8](repeating: 9, count: description.frameBytes)
            async let others: Int = {
                var right = 0
                for _ in 0..<50 where try await pool.decode(good, Fault.none.transferSyntax, description).bytes == good { right += 1 }
                return right
            }()
            let error = await #expect(throws: ImageError.self) { try await pool.decode(good, fault.transferSyntax, description) }
            #expect(error == ImageError(.failed, .pixelData, ""))
            #expect(error?.message.hasPrefix("\(fault.transferSyntax.name) frame of 24 columns and 16 rows: \(words)") == true, "\(error?.message ?? "")")
            #expect(try await others == 50)
            #expect(try await pool.decode(good, Fault.none.transferSyntax, description).bytes == good)
            try await pool.wait { $0.restarts == 1 && $0.running == 2 }
            await pool.shutdown()
        }

        @Test func aFrameThatNeedsTooMuchMemoryGetsAnError() async throws {
            let pool = try WorkerPool.forTests(count: 1, memory: 384 << 20)
            let before = try Files.resident()
            await #expect(throws: ImageError(.failed, .pixelData, "")) { try await pool.decode([], Fault.memory.transferSyntax, try .grey(1, 1)) }
            #expect(try Files.resident() < before + 64 << 20)
            _ = try await pool.decode([1, 0], Fault.none.transferSyntax, try .grey(1, 1))
            await pool.shutdown()
        }

        @Test func anEncoderThatLiesAboutItsLength() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            let frame = try NativeFrame(description: .grey(1, 1), bytes: [1, 2])
            let error = await #expect(throws: ImageError.self) { try await pool.encode(frame, Fault.longCode.transferSyntax, EncodingParameters()) }
            #expect(error?.message.contains("the encoder answered nonsense") == true)
            await pool.shutdown()
        }

        @Test func aDecoderReachesNothing() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            let error = await #expect(throws: ImageError.self) { try await pool.decode([], Fault.escape.transferSyntax, try .grey(1, 1)) }
            #expect(error?.message == "")
            await pool.shutdown()
        }

        @Test func aThousandFaultsLeakNothing() async throws {
            let descriptorsBefore = try Files.ofWorkers()
            let pool = try WorkerPool.forTests(count: 4)
            let description = try PixelDescription.grey(8, 8)
            let good = [UInt8](repeating: 5, count: description.frameBytes)
            let kinds = [Fault.segmentationFault, .abort, .garbage, .closedSocket, .otherTicket]
            try await pool.wait { $0.running == 4 }
            let descriptors = try Files.ofWorkers(), before = try Files.resident()
            let clock = ContinuousClock(), start = clock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask { () async throws -> Void in
                        for number in 0..<250 {
                            await #expect(throws: ImageError(.failed, .pixelData, "")) { try await pool.decode(good, kinds[(lane + number) % kinds.count].transferSyntax, description) }
                            if number % 10 == 0 { #expect(try await pool.decode(good, Fault.none.transferSyntax, description).bytes == good) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            print("1000 faults: \(clock.now - start)")
            try await pool.wait { $0.running == 4 }
            #expect(pool.status.restarts == 1000)
            #expect(try Files.ofWorkers() == descriptors)
            #expect(try Files.resident() < before + 64 << 20)
            await pool.shutdown()
            #expect(try Files.ofWorkers() == descriptorsBefore)
        }
    }
}
