import Archive

/// What a job about an extra attribute has to know.
public struct ExtraAttributeParameters: Codable, Sendable {
    public var attribute: Int64

    public init(_ attribute: Int64) { self.attribute = attribute }
}

/// Reads the headers of the instances that were there before somebody wished for an attribute: goes on where it was left.
public struct ExtraAttributeFilling: JobHandler {
    public static let kind = "index.fill"
    public var kind: String { Self.kind }
    let archive: Archive

    public init(_ archive: Archive) { self.archive = archive }

    public func run(_ job: Job, _ progress: JobProgress) async throws {
        let id = try job.parameters(as: ExtraAttributeParameters.self).attribute
        let filling = try await archive.fillExtraAttribute(id) { await progress.report(done: $0.done, total: $0.total) }
        guard let filling else { return progress.say("the attribute is not wished for any more") }
        await progress.report(done: filling.done, total: filling.total)
        if filling.unreadable > 0 { progress.say("\(filling.unreadable) objects could not be read: they are not found by it") }
    }
}

/// Takes away the values of an attribute that nobody wishes for any more.
public struct ExtraAttributeDropping: JobHandler {
    public static let kind = "index.drop"
    public var kind: String { Self.kind }
    let archive: Archive

    public init(_ archive: Archive) { self.archive = archive }

    public func run(_ job: Job, _ progress: JobProgress) async throws {
        try await archive.dropExtraValues(of: try job.parameters(as: ExtraAttributeParameters.self).attribute)
    }
}
