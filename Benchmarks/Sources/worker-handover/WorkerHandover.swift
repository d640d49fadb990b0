import DICOM
import DICOMImage
import Glibc
import Workers

/// Usage: worker-handover SECONDS. What a frame costs through a worker process and without one, one frame at a time, in turn: the lower tenth of the
/// times, and processor time of both processes together, which others on the machine disturb less. This program is its own worker.
@main
struct WorkerHandover {
    static func main() async throws {
        if CommandLine.arguments.dropFirst().first == "worker" { WorkerProcess.run() }
        guard CommandLine.arguments.count == 2, let seconds = Double(CommandLine.arguments[1]) else {
            print("usage: worker-handover SECONDS")
            exit(2)
        }
        let pool = try WorkerPool(WorkerPool.Configuration(count: 1))
        try await measureEmptyFrames(pool, seconds)
        for transferSyntax in FrameCodec.transferSyntaxes where FrameCodec.of(transferSyntax)?.encode != nil {
            for size in [512, 1024] { try await measure(transferSyntax, phantom(size), pool, seconds) }
        }
        await pool.shutdown()
    }

    /// One pixel, in a syntax that copies next to nothing: the hand-over alone.
    static func measureEmptyFrames(_ pool: WorkerPool, _ seconds: Double) async throws {
        let rle = FrameCodec.transferSyntaxes.first { $0.uid.text == "1.2.840.10008.1.2.5" }
        guard let rle else { return }
        let frame = try phantom(1), encoded = try DirectFrameCoding().encode(frame, rle, EncodingParameters())
        var times: [Double] = []
        let end = now() + seconds
        repeat {
            let start = now()
            _ = try await pool.decode(encoded.bytes, rle, frame.description)
            times.append(now() - start)
        } while now() < end
        times.sort()
        print("handover_us \(microseconds(times[times.count / 10])) median_us \(microseconds(times[times.count / 2])) frames \(times.count)")
    }

    static func measure(_ transferSyntax: TransferSyntax, _ frame: NativeFrame, _ pool: WorkerPool, _ seconds: Double) async throws {
        let direct = DirectFrameCoding()
        // Not every encoder takes every frame.
        guard let encoded = try? direct.encode(frame, transferSyntax, EncodingParameters()) else { return }
        var alone: [Double] = [], through: [Double] = [], used = (alone: 0.0, through: 0.0)
        guard let worker = pool.processes.first else { return }
        // The first frame makes room.
        _ = try await pool.decode(encoded.bytes, transferSyntax, frame.description)
        let end = now() + seconds
        repeat {
            // In turn, so that what else the machine does disturbs both.
            var start = now(), processor = processorTime()
            _ = try direct.decode(encoded.bytes, transferSyntax, frame.description)
            alone.append(now() - start)
            used.alone += processorTime() - processor
            processor = processorTime() + processorTime(of: worker)
            start = now()
            _ = try await pool.decode(encoded.bytes, transferSyntax, frame.description)
            through.append(now() - start)
            used.through += processorTime() + processorTime(of: worker) - processor
        } while now() < end
        let best = low(alone), bestThrough = low(through)
        print("""
            size \(frame.description.rows) direct_us \(microseconds(best)) pool_us \(microseconds(bestThrough)) ratio \(thousandths(best / bestThrough)) \
            direct_cpu_us \(microseconds(used.alone / Double(alone.count))) pool_cpu_us \(microseconds(used.through / Double(alone.count))) \
            cpu_ratio \(thousandths(used.alone / used.through)) \(transferSyntax.uid) \(transferSyntax.name)
            """)
    }

    static func thousandths(_ ratio: Double) -> Double { Double(Int(ratio * 1000)) / 1000 }

    /// Of a process, user and system.
    static func processorTime(of process: Int32 = 0) -> Double {
        var clock = CLOCK_PROCESS_CPUTIME_ID, time = timespec()
        if process != 0 { clock_getcpuclockid(process, &clock) }
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func microseconds(_ seconds: Double) -> Int { Int(seconds * 1e6) }

    /// A tenth of the times is lower: what it takes when nobody disturbs it.
    static func low(_ times: [Double]) -> Double { times.sorted()[times.count / 10] }

    /// A disc with a gradient and noise of 12 bits, as a CT slice has.
    static func phantom(_ size: Int) throws -> NativeFrame {
        var dataSet = DataSet()
        for (tag, number) in [(Tag.rows, size), (.columns, size), (.samplesPerPixel, 1), (.bitsAllocated, 16), (.bitsStored, 12), (.highBit, 11), (.pixelRepresentation, 0)] {
            dataSet[tag] = DataElement(tag, .US, integers: [number])
        }
        dataSet[.photometricInterpretation] = DataElement(.photometricInterpretation, .CS, "MONOCHROME2")
        var state: UInt64 = 1
        let bytes = (0..<size * size).flatMap { index -> [UInt8] in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let x = index % size - size / 2, y = index / size - size / 2
            let value = x * x + y * y < size * size / 6 ? 1000 + x + y / 2 + Int(state >> 59) : Int(state >> 62)
            return [UInt8(value & 0xFF), UInt8(value >> 8)]
        }
        return try NativeFrame(description: PixelDescription(dataSet), bytes: bytes)
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
