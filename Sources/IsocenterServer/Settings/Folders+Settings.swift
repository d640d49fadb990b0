import Archive

extension FolderPolicy {
    init(_ settings: Settings) {
        self.init(
            every: .seconds(60 * settings[Settings.foldersEvery]), grace: .seconds(3600 * settings[Settings.foldersGrace]), readers: settings[Settings.foldersReaders],
            onConflict: ConflictPolicy(rawValue: settings[Settings.onConflict]) ?? .keepFirst)
        isNotified = settings[Settings.foldersNotified]
    }
}
