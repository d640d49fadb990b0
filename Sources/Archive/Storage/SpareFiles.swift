import Synchronization

/// Empty files in `incoming/` for the next objects. Their names are made durable several at a time, by one sync of the folder, so that
/// an object waits for its bytes alone.
final class SpareFiles: Sendable {
    private struct State {
        var files: [IncomingFile] = []
        /// How many are made at a time: more as objects come.
        var batch = 4
        var isFilling = false
        var isClosed = false
    }

    private let folder: String
    private let volume: Volume
    private let pool: BlockingPool
    private let state = Mutex(State())

    private static let largestBatch = 64

    init(in folder: String, volume: Volume, pool: BlockingPool) {
        self.folder = folder
        self.volume = volume
        self.pool = pool
    }

    /// Blocks.
    func take() throws(ArchiveError) -> IncomingFile {
        let (file, isLow) = state.withLock { state in
            let file = state.files.popLast()
            let isLow = state.files.count < state.batch / 2 && !state.isFilling && !state.isClosed
            if isLow { state.isFilling = true }
            return (file, isLow)
        }
        if isLow { pool.start { [weak self] in self?.fill() } }
        if let file { return file }
        let files = try make(1)
        guard let file = files.first else { throw ArchiveError(.storageFailed, "no file could be made in \(folder)") }
        return file
    }

    /// Takes the spare files away. Blocks.
    func close() {
        // Let go of outside the lock: each removes itself.
        _ = state.withLock { state in
            defer { (state.files, state.isClosed) = ([], true) }
            return state.files
        }
    }

    private func fill() {
        let count = state.withLock { $0.batch }
        // Who finds none makes one, and says what is wrong.
        let made = (try? make(count)) ?? []
        state.withLock { state in
            state.isFilling = false
            guard !state.isClosed else { return }
            state.files = made + state.files
            if !made.isEmpty { state.batch = min(Self.largestBatch, state.batch * 4) }
        }
    }

    private func make(_ count: Int) throws(ArchiveError) -> [IncomingFile] {
        var files: [IncomingFile] = []
        for _ in 0..<count { files.append(try IncomingFile(in: folder, volume: volume)) }
        try volume.syncDirectory(folder)
        return files
    }
}
