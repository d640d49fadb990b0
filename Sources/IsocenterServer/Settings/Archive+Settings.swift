import Archive

extension ArchiveConfiguration {
    /// The data folder and the database that the settings name. Everything that opens either does so by this.
    public init(_ settings: Settings, role: Role = .serving) {
        self.init(folder: settings[Settings.data], role: role)
        let database = settings[Settings.database]
        self.database = database == "sqlite" ? "" : database
    }
}
