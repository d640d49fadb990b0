import Workers

extension WorkerPool.Configuration {
    /// As the settings `workers.…` ask.
    public init(_ settings: Settings) {
        let count = settings[Settings.workersCount]
        self.init(count: count == 0 ? WorkerPool.processors : count, memory: settings[Settings.workersMemory] << 20, seconds: settings[Settings.workersSeconds])
    }
}
