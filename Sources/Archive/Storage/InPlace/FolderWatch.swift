import Foundation
import Synchronization

/// Which directories of a folder have changed, as the system tells it (inotify). Of a share it tells only what this machine itself did;
/// what is missed is found by looking.
final class FolderWatch: Sendable {
    private struct State {
        var paths: [Int32: [UInt8]] = [:]
        var changed: Set<[UInt8]> = []
        /// Something was not told.
        var isIncomplete = false
        /// The system watches no more of them.
        var isFull = false
    }

    let root: String
    private let descriptor: Int32
    private let state = Mutex(State())

    /// Changes beyond so many directories are a reason to look at everything.
    private static let mostChanged = 10_000
    private static let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
    /// `struct inotify_event`: watch, mask, cookie and length of the name, 4 bytes each, then the name.
    private static let headLength = 16

    /// nil where the system watches nothing for us.
    init?(root: String) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        self.root = root
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Whether all directories that were added are watched.
    var isWhole: Bool { state.withLock { !$0.isFull } }

    func add(_ path: [UInt8]) {
        let whole = FolderTree.cString(path.isEmpty ? Array(root.utf8) : Array(root.utf8) + [UInt8(ascii: "/")] + path)
        let number = inotify_add_watch(descriptor, whole, Self.events | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW))
        let failure = errno
        state.withLock { state in
            if number >= 0 { state.paths[number] = path } else if failure == ENOSPC || failure == ENOMEM { state.isFull = true }
        }
    }

    /// Takes over what the system has to tell, before it has too much.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            state.withLock { state in
                var offset = 0
                while offset + Self.headLength <= count {
                    func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(buffer[offset + at + $1]) << (8 * UInt32($1)) } }
                    let number = Int32(bitPattern: word(0)), mask = word(4)
                    Self.note(number, mask, &state)
                    offset += Self.headLength + Int(word(12))
                }
            }
        }
    }

    private static func note(_ number: Int32, _ mask: UInt32, _ state: inout State) {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 || mask & UInt32(IN_UNMOUNT) != 0 { state.isIncomplete = true }
        if mask & UInt32(IN_IGNORED) != 0 { state.paths[number] = nil; return }
        guard let path = state.paths[number] else { return }
        if state.changed.count < mostChanged { state.changed.insert(path) } else { state.isIncomplete = true }
    }

    /// What has changed since it was asked last; all of it where something was not told.
    func take() -> (changed: Set<[UInt8]>, isAll: Bool) {
        drain()
        return state.withLock { state in
            defer { (state.changed, state.isIncomplete) = ([], false) }
            return (state.changed, state.isIncomplete)
        }
    }
}
