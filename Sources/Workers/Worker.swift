import CPosix
import Glibc
import Synchronization

/// A worker process, as the server sees it: its number, the socket to it, the memory shared with it.
///
/// The server never maps that memory: it writes and reads it as a file, so that nothing a worker does to it can fault the server.
final class Worker: Sendable {
    /// Never used twice in a pool.
    let id: UInt64
    let process: Int32
    /// Readable when the process has ended.
    let end: Descriptor
    /// Whole packets in both directions.
    let socket: Descriptor
    let memory: Descriptor
    /// Bytes of `memory`. Whoever has the worker on lease changes it.
    private let length = Mutex(0)

    /// Starts a process. It must happen on a thread that stays as long as the worker should: the kernel ends both together.
    init(id: UInt64, executable: String, arguments: [String]) throws(SystemError) {
        self.id = id
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else { throw SystemError("socketpair") }
        socket = try Descriptor(pair[0], "socketpair")
        let theirs = try Descriptor(pair[1], "socketpair").outOfTheWay()
        memory = try Descriptor(cposix_memory_file("frame"), "memfd_create").outOfTheWay()
        process = try Self.spawn(executable, arguments, [theirs.number, memory.number])
        do throws(SystemError) {
            end = try Descriptor(cposix_process_descriptor(process), "pidfd_open")
        } catch {
            Glibc.kill(process, SIGKILL)
            waitpid(process, nil, 0)
            throw error
        }
    }

    private static func spawn(_ executable: String, _ arguments: [String], _ descriptors: [Int32]) throws(SystemError) -> Int32 {
        let words = Self.cStrings([executable] + arguments)
        // Nothing of ours is told to it but where shared libraries lie; a crash needs no picture of its stack.
        // What decoders allocate for a frame is there for the next one: given back each time, its pages cost more than small frames do.
        var settings = ["SWIFT_BACKTRACE=enable=no", "MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=33554432", "MALLOC_TRIM_THRESHOLD_=67108864"]
        if let libraries = getenv("LD_LIBRARY_PATH") { settings.append("LD_LIBRARY_PATH=" + String(cString: libraries)) }
        let variables = Self.cStrings(settings)
        defer { for word in words + variables { free(word) } }
        var process: Int32 = -1
        let failure = cposix_spawn(executable, words, variables, descriptors, Int32(descriptors.count), &process)
        guard failure == 0 else { throw SystemError("\(executable) \(arguments.joined(separator: " "))", failure) }
        return process
    }

    /// Ended by nil; to be freed.
    private static func cStrings(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] { words.map { strdup($0) } + [nil] }

    /// Makes room for a frame, or takes back what a large one needed.
    ///
    /// - Parameter kept: bytes that stay from frame to frame, so that small ones need no fresh pages.
    /// - Returns: bytes of the memory now; nil where there is none to be had.
    func share(_ needed: Int, kept: Int) -> Int? {
        let wanted = max(needed, kept)
        return length.withLock { length in
            if length == wanted { return length }
            guard ftruncate(memory.number, wanted) == 0 else { return nil }
            length = wanted
            return length
        }
    }

    /// - Returns: false where the worker does not listen any more; its end follows.
    func send(_ packet: [UInt8]) -> Bool {
        let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
        while true {
            let count = packet.withUnsafeBytes { Glibc.send(socket.number, $0.baseAddress, $0.count, flags) }
            if count < 0, errno == EINTR { continue }
            return count == packet.count
        }
    }

    /// Only while the roster holds it, under its lock: afterwards the number may be another process.
    func kill() { Glibc.kill(process, SIGKILL) }

    /// The end of a process that has ended.
    func reap() -> WorkerEnd {
        var signal: Int32 = 0, status: Int32 = 0, peak = 0
        _ = cposix_reap(process, &signal, &status, &peak)
        return WorkerEnd(signal: signal, status: status, peak: peak << 10)
    }

    /// A packet that is there; nil where the other end is closed. One that is too long comes without its bytes.
    func receive() -> [UInt8]? {
        let longest = WorkerMessage.longest, flags = Int32(MSG_DONTWAIT | MSG_TRUNC)
        var isOpen = false
        let packet = [UInt8](unsafeUninitializedCapacity: longest) { buffer, count in
            var received: Int
            repeat {
                received = recv(socket.number, buffer.baseAddress, longest, flags)
            } while received < 0 && errno == EINTR
            isOpen = received > 0
            count = (1...longest).contains(received) ? received : 0
        }
        return isOpen ? packet : nil
    }
}

/// How a worker ended.
struct WorkerEnd: Equatable, Sendable {
    /// 0 where it was no signal.
    var signal: Int32
    var status: Int32
    /// Largest resident size, bytes.
    var peak: Int

    /// Words after "the decoder".
    var words: String {
        switch (signal, status) {
        case (0, 0): "ended without an answer"
        case (0, _): "ended with status \(status)"
        default: "died (\(Self.names[signal] ?? "signal \(signal)"))"
        }
    }

    private static let names: [Int32: String] = [
        SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
        SIGSYS: "SIGSYS", SIGXCPU: "SIGXCPU", SIGTERM: "SIGTERM", SIGPIPE: "SIGPIPE",
    ]
}
