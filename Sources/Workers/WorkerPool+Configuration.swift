import Glibc

extension WorkerPool {
    public struct Configuration: Sendable {
        /// Processes; by default one for each processor.
        public var count: Int
        /// Bytes that a worker may use beside the frame itself.
        public var memory: Int
        /// Time that a frame may take.
        public var seconds: Int
        /// Frames that may wait for a worker; more are refused.
        public var queue: Int
        /// Bytes of memory shared with each worker that stay allocated between frames.
        public var kept: Int
        /// The program that the workers are, and the words that make it one.
        public var executable: String
        public var arguments: [String]

        public init(
            count: Int = WorkerPool.processors, memory: Int = 2 << 30, seconds: Int = 10, queue: Int = 4096, kept: Int = 32 << 20,
            executable: String = "/proc/self/exe", arguments: [String] = ["worker"]
        ) {
            self.count = max(1, count)
            self.memory = memory
            self.seconds = max(1, seconds)
            self.queue = queue
            self.kept = max(4096, kept)
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// Processors of this machine that this process may use.
    public static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Numbers of a running pool.
    public struct Status: Sendable, Equatable {
        /// Workers that are ready or at work.
        public var running: Int
        /// Those that have a frame.
        public var busy: Int
        /// Frames that wait for one.
        public var waiting: Int
        /// Workers that ended and were replaced.
        public var restarts: Int
        /// Why the last one could not be started; nil where it could.
        public var startFailure: String?
    }

    /// Something a person who runs the server wants to know.
    public enum Event: Sendable, CustomStringConvertible {
        /// A worker ended, with a frame in its hands or without; a new one is being started.
        case ended(process: Int32, String)
        case cannotStart(String, retryMilliseconds: Int)

        public var description: String {
            switch self {
            case .ended(let process, let words): "worker \(process) \(words); a new one is started"
            case .cannotStart(let words, let delay): "no worker can be started: \(words); next attempt in \(delay) ms"
            }
        }
    }
}
