/// Study, series or instance of another server (PS3.18 Table 10.4.1-1).
public struct RemoteResource: Sendable, Hashable, CustomStringConvertible {
    public var study: String
    public var series: String?
    public var instance: String?

    /// - Parameter instance: only within a series.
    public init(study: String, series: String? = nil, instance: String? = nil) {
        self.study = study
        self.series = series
        self.instance = series == nil ? nil : instance
    }

    var segments: [String] {
        ["studies", study] + (series.map { ["series", $0] } ?? []) + (instance.map { ["instances", $0] } ?? [])
    }

    public var description: String { segments.joined(separator: "/") }
}
