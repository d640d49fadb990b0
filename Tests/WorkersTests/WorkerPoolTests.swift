import DICOM
import DICOMImage
import Glibc
import Testing
@testable import Workers

extension WorkerTests {
    @Suite(.serialized, .timeLimit(.minutes(2))) struct Pool {
        @Test func manyFramesAtOnceComeBackEachWithItsOwnBytes() async throws {
            let pool = try WorkerPool.forTests(count: 3)
            let description = try PixelDescription.grey(64, 64)
            try await withThrowingTaskGroup(of: (Int, NativeFrame).self) { group in
                for number in 0..<64 {
                    var numbers = Numbers(state: UInt64(number))
                    let bytes = numbers.bytes(description.frameBytes)
                    group.addTask { (number, try await pool.decode(bytes, Fault.none.transferSyntax, description)) }
                }
                for try await (number, frame) in group {
                    var numbers = Numbers(state: UInt64(number))
                    #expect(frame.bytes == numbers.bytes(description.frameBytes))
                    #expect(frame.description == description)
                }
            }
            await pool.shutdown()
        }

        @Test func encodesToo() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            var numbers = Numbers(state: 4)
            let description = try PixelDescription.grey(7, 9)
            let frame = try NativeFrame(description: description, bytes: numbers.bytes(description.frameBytes))
            let encoded = try await pool.encode(frame, Fault.none.transferSyntax, EncodingParameters())
            #expect(encoded.bytes == frame.bytes)
            #expect(encoded.photometricInterpretation == .monochrome2)
            await #expect(throws: ImageError(.unsupported, .transferSyntaxUID, "")) { try await pool.encode(frame, .explicitVRLittleEndian, EncodingParameters()) }
            await pool.shutdown()
        }

        @Test func anErrorOfACodecIsHandedOn() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            let process = try await { try await pool.wait { $0.running == 1 }; return pool.processes }()
            let error = await #expect(throws: ImageError.self) { try await pool.decode([1, 2], Fault.error.transferSyntax, try .grey(2, 2)) }
            #expect(error == ImageError(.truncated, .rows, ""))
            #expect(error?.message == "two lines ")
            await #expect(throws: ImageError(.unsupported, .transferSyntaxUID, "")) { try await pool.decode([1], .explicitVRBigEndian, try .grey(2, 2)) }
            #expect(pool.processes == process)
            await pool.shutdown()
        }

        @Test func aLargeFrameLeavesNoMemoryBehind() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            let large = try PixelDescription.grey(8192, 4096)
            let bytes = [UInt8](repeating: 7, count: large.frameBytes)
            let frame = try await pool.decode(bytes, Fault.none.transferSyntax, large)
            #expect(frame.bytes == bytes)
            #expect(try sharedBytes(pool) <= 32 << 20)
            // The worker maps less again with the next frame.
            _ = try await pool.decode([1, 0], Fault.none.transferSyntax, try .grey(1, 1))
            #expect(try mappedBytes(pool) <= 32 << 20)
            await pool.shutdown()
        }

        private func sharedBytes(_ pool: WorkerPool) throws -> Int {
            try pool.dispatcher.state.withLock { state in
                var status = stat()
                try #require(fstat(try #require(state.places[0].worker).memory.number, &status) == 0)
                return Int(status.st_blocks) * 512
            }
        }

        private func mappedBytes(_ pool: WorkerPool) throws -> Int {
            let map = try Files.text("/proc/\(try #require(pool.processes.first))/maps")
            return map.split(separator: "\n").filter { $0.contains("memfd:frame") }.reduce(0) { sum, line in
                let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { Int($0, radix: 16) }
                return ends.count == 2 ? sum + ends[1] - ends[0] : sum
            }
        }

        @Test func cancellingFreesTheWorker() async throws {
            let pool = try WorkerPool.forTests(count: 1, seconds: 60)
            let description = try PixelDescription.grey(2, 2)
            let atWork = Task { try await pool.decode([], Fault.sleep.transferSyntax, description) }
            try await pool.wait { $0.busy == 1 }
            let waiting = Task { try await pool.decode([], Fault.sleep.transferSyntax, description) }
            try await pool.wait { $0.waiting == 1 }
            waiting.cancel()
            #expect(await error(waiting) == ImageError(.cancelled, .pixelData, ""))
            atWork.cancel()
            #expect(await error(atWork) == ImageError(.cancelled, .pixelData, ""))
            let frame = try await pool.decode([UInt8](repeating: 3, count: 8), Fault.none.transferSyntax, description)
            #expect(frame.bytes == [UInt8](repeating: 3, count: 8))
            let late = Task { () async throws -> NativeFrame in
                while !Task.isCancelled { await Task.yield() }
                return try await pool.decode([], Fault.sleep.transferSyntax, description)
            }
            late.cancel()
            #expect(await error(late) == ImageError(.cancelled, .pixelData, ""))
            await pool.shutdown()
        }

        private func error(_ task: Task<NativeFrame, any Error>) async -> ImageError? {
            if case .failure(let error as ImageError) = await task.result { return error }
            return nil
        }

        @Test func aFullLineIsRefused() async throws {
            let pool = try WorkerPool.forTests(count: 1, seconds: 60, queue: 1)
            let description = try PixelDescription.grey(2, 2)
            try await pool.wait { $0.running == 1 }
            let tasks = [Task { try await pool.decode([], Fault.sleep.transferSyntax, description) }, Task { try await pool.decode([], Fault.sleep.transferSyntax, description) }]
            try await pool.wait { $0.busy == 1 && $0.waiting == 1 }
            await #expect(throws: ImageError(.unavailable, .pixelData, "")) { try await pool.decode([], Fault.none.transferSyntax, description) }
            await pool.shutdown()
            for task in tasks { #expect(await error(task) != nil) }
            await #expect(throws: ImageError(.unavailable, .pixelData, "")) { try await pool.decode([], Fault.none.transferSyntax, description) }
        }

        @Test func shutdownLeavesNoProcess() async throws {
            let pool = try WorkerPool.forTests(count: 4)
            try await pool.wait { $0.running == 4 }
            let processes = pool.processes
            let description = try PixelDescription.grey(2, 2)
            let task = Task { try await pool.decode([], Fault.loop.transferSyntax, description) }
            try await pool.wait { $0.busy == 1 }
            await pool.shutdown()
            for process in processes { #expect(kill(process, 0) == -1 && errno == ESRCH) }
            #expect(await error(task) != nil)
            #expect(pool.processes.isEmpty)
            await pool.shutdown()
        }

        @Test func theLastReferenceEndsIt() async throws {
            var pool: WorkerPool? = try WorkerPool.forTests(count: 1)
            try await pool?.wait { $0.running == 1 }
            let process = try #require(pool?.processes.first)
            pool = nil
            while kill(process, 0) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        }

        @Test func anIdleWorkerThatIsKilledIsReplaced() async throws {
            let pool = try WorkerPool.forTests(count: 1)
            try await pool.wait { $0.running == 1 }
            kill(try #require(pool.processes.first), SIGKILL)
            try await pool.wait { $0.restarts == 1 && $0.running == 1 }
            _ = try await pool.decode([1, 0], Fault.none.transferSyntax, try .grey(1, 1))
            await pool.shutdown()
        }

        @Test(arguments: ["/nonexistent/isocenter", "/bin/false", "/bin/cat"])
        func aProgramThatIsNoWorkerIsToldAndNobodyWaitsForIt(program: String) async throws {
            let told = Counter()
            let pool = try WorkerPool(.init(count: 2, executable: program)) { event in if case .cannotStart = event { told.increment() } }
            let error = await #expect(throws: ImageError.self) { try await pool.decode([1, 0], Fault.none.transferSyntax, try .grey(1, 1)) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("no worker can be started") == true, "\(error?.message ?? "")")
            #expect(told.value >= 3)
            #expect(pool.status.startFailure != nil)
            await pool.shutdown()
        }

        @Test func idleWorkersUseNoProcessor() async throws {
            let pool = try WorkerPool.forTests(count: 2)
            _ = try await pool.decode([1, 0], Fault.none.transferSyntax, try .grey(1, 1))
            try await pool.wait { $0.running == 2 }
            let before = try pool.processes.map(Files.processorTicks)
            try await Task.sleep(for: .milliseconds(500))
            #expect(try pool.processes.map(Files.processorTicks) == before)
            await pool.shutdown()
        }
    }
}
