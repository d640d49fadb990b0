extension Uploads.Limits {
    init(_ settings: Settings) {
        self.init()
        mostOfOwner = settings[Settings.uploadsPerUser]
        lifetime = .seconds(settings[Settings.uploadsKept] * 3600)
    }
}
