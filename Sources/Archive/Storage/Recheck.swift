import Crypto
import Synchronization

/// Which file it is and since when it is as it is: another one, or one that was written, has another stamp.
struct FileStamp: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64
    var size: UInt64
    /// Nanoseconds since 1970.
    var modified: Int64
    var changed: Int64
}

/// Objects whose bytes this process has hashed lately and found right. On its way out such an object is not hashed again while its file
/// has the same stamp.
///
/// Bounded: two generations of half the time each; what was noted in the older one goes when the younger one is old or full. An entry
/// keeps half of the object's name and a digest of the stamp, keyed anew in each process.
final class Recheck: Sendable {
    private struct State {
        var younger: [UInt128: Int] = [:]
        var older: [UInt128: Int] = [:]
        var began: ContinuousClock.Instant
    }

    private let interval: Duration
    private let state: Mutex<State>

    static let mostInGeneration = 1 << 19

    /// - Parameter interval: zero hashes each time.
    init(every interval: Duration) {
        self.interval = interval
        state = Mutex(State(began: .now))
    }

    /// Its bytes have been hashed while the file had this stamp.
    func note(_ object: ObjectID, _ stamp: FileStamp?, now: ContinuousClock.Instant = .now) {
        guard let stamp, interval > .zero else { return }
        state.withLock { state in
            turn(&state, now)
            if state.younger.count >= Self.mostInGeneration { (state.younger, state.older, state.began) = ([:], state.younger, now) }
            state.younger[Self.key(object)] = stamp.hashValue
        }
    }

    func isFresh(_ object: ObjectID, _ stamp: FileStamp?, now: ContinuousClock.Instant = .now) -> Bool {
        guard let stamp, interval > .zero else { return false }
        return state.withLock { state in
            turn(&state, now)
            let key = Self.key(object)
            return (state.younger[key] ?? state.older[key]) == stamp.hashValue
        }
    }

    private func turn(_ state: inout State, _ now: ContinuousClock.Instant) {
        let age = now - state.began
        guard age >= interval / 2 else { return }
        state = State(older: age >= interval ? [:] : state.younger, began: now)
    }

    private static func key(_ object: ObjectID) -> UInt128 { object.bytes.prefix(16).reduce(0) { $0 << 8 | UInt128($1) } }
}

/// The check of one object's bytes while they are read from front to back.
struct ObjectCheck: Sendable {
    private let object: ObjectID
    private let recheck: Recheck?
    private var hash = SHA256()
    private var first: FileStamp?
    private var hasBegun = false
    private(set) var isHashing = true
    /// The file was touched while it was trusted: only a look at all of it tells.
    private(set) var isInDoubt = false

    /// - Parameter recheck: nil hashes in any case.
    init(_ object: ObjectID, _ recheck: Recheck?) {
        self.object = object
        self.recheck = recheck
    }

    /// Before bytes that are read while the file has this stamp.
    mutating func begin(_ stamp: FileStamp?) {
        if !hasBegun {
            (hasBegun, first) = (true, stamp)
            isHashing = !(recheck?.isFresh(object, stamp) ?? false)
        } else if stamp != first {
            isInDoubt = !isHashing
            first = nil
        }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        if isHashing { hash.update(bufferPointer: bytes) }
    }

    /// - Throws: `.damaged` where the bytes are not those that were stored. Where in doubt nothing is known.
    mutating func end() throws(ArchiveError) {
        guard isHashing else { return }
        guard ObjectID(hash.finalize()) == object else { throw Self.damaged(object) }
        recheck?.note(object, first)
    }

    static func damaged(_ object: ObjectID) -> ArchiveError {
        ArchiveError(.damaged, "object \(object) is damaged: its bytes are not those that were stored")
    }
}
