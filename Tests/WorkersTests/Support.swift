import DICOM
import DICOMImage
import Glibc
import Synchronization
import Testing
@testable import Workers

/// Tests of worker processes, one after the other: they count processes and descriptors.
@Suite(.serialized) enum WorkerTests {}

enum Program {
    /// The program beside the test bundle.
    static let path: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        let folders = [own, CommandLine.arguments.first { $0.contains(".xctest") } ?? own].map { $0.split(separator: "/").dropLast() }
        return folders.map { "/" + $0.joined(separator: "/") + "/isocenter" }.first { access($0, X_OK) == 0 } ?? "isocenter"
    }()
}

extension WorkerPool {
    static func forTests(count: Int = 2, memory: Int = 512 << 20, seconds: Int = 10, queue: Int = 4096, report: @escaping @Sendable (Event) -> Void = { _ in }) throws -> WorkerPool {
        try WorkerPool(Configuration(count: count, memory: memory, seconds: seconds, queue: queue, executable: Program.path), report: report)
    }

    /// Comes back when the pool is in a state; the time limit of the test ends it otherwise.
    func wait(until isSo: (Status) -> Bool) async throws {
        while !isSo(status) { try await Task.sleep(for: .milliseconds(1)) }
    }
}

extension PixelDescription {
    static func grey(_ rows: Int, _ columns: Int, bits: Int = 16) throws -> PixelDescription {
        try PixelDescription(
            checking: rows, columns: columns, bitsAllocated: bits, bitsStored: bits, highBit: bits - 1, number: .integer(isSigned: false), isPlanar: false,
            photometricInterpretation: .monochrome2, numberOfFrames: 1)
    }
}

/// Numbers that are the same in every run (splitmix64).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increment() { count.withLock { $0 += 1 } }
}

enum Files {
    static func text(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte >= 0 { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// User and system time of a process.
    static func processorTicks(_ process: Int32) throws -> [Int] {
        let fields = try text("/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        return [11, 12].compactMap { fields.count > $0 ? Int(fields[$0]) : nil }
    }

    /// Open descriptors of this process that are shared memory or child processes.
    static func ofWorkers() throws -> Int {
        let folder = try #require(opendir("/proc/self/fd"))
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            var target = [UInt8](repeating: 0, count: 256)
            let length = readlink("/proc/self/fd/" + name, &target, target.count)
            let text = String(decoding: target.prefix(max(0, length)), as: UTF8.self)
            if text.hasPrefix("/memfd:frame") || text.contains("pidfd") { count += 1 }
        }
        return count
    }

    /// Resident bytes of this process.
    static func resident() throws -> Int {
        let fields = try text("/proc/self/statm").split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
    }
}
