import DICOM
import Database

/// What an archive is told at its opening.
public struct ArchiveConfiguration: Sendable {
    public enum Role: Sendable {
        /// Stores; the one process that does so in this data folder.
        case serving
        /// Reads beside a server that may be running.
        case beside
    }

    /// Free space below which nothing is taken in any more: so many bytes, or a share of a volume for which they are too many.
    public struct Reserve: Sendable {
        public var bytes: UInt64
        /// 0 to 1.
        public var share: Double

        public init(bytes: UInt64, share: Double) {
            self.bytes = bytes
            self.share = share
        }

        /// 1 GB, or 2 % of a volume smaller than 50 GB.
        public static let standard = Reserve(bytes: 1_000_000_000, share: 0.02)
        public static let none = Reserve(bytes: 0, share: 0)

        /// The smaller of the two where both are given.
        func needed(of total: UInt64) -> UInt64 {
            let part = UInt64((Double(total) * min(max(share, 0), 1)).rounded())
            return bytes == 0 ? part : share == 0 ? bytes : min(bytes, part)
        }
    }

    public var folder: DataFolder
    /// Where the index and the tables of other modules lie: `postgresql://user@host/name`, or "" for a file in the data folder.
    public var database = ""
    public var postgreSQL = PostgreSQL.Options()
    /// For tests: another in its place.
    package var wrapping: (@Sendable (any SQLDatabase) -> any SQLDatabase)?
    public var role: Role
    public var reserve: Reserve
    /// For so long an object whose bytes were hashed is given out without being hashed again, while its file stays as it is. Zero: never.
    public var recheck = Duration.seconds(3600)
    /// Threads for calls that wait for the disk.
    public var diskThreads: Int
    /// Threads of those who ask: so many requests look up or read at the same time.
    public var answeringThreads = 16
    /// What a received data set may be. Values longer than `elementInMemory` stay in the file.
    public var limits: ReadLimits

    public init(folder: String, role: Role = .serving, reserve: Reserve = .standard, diskThreads: Int = 12) {
        self.folder = DataFolder(folder)
        self.role = role
        self.reserve = reserve
        self.diskThreads = diskThreads
        limits = ReadLimits()
        limits.elementInMemory = 4 << 20
    }
}
