import Foundation

/// Work that outlives the request that asked for it.
public struct Job: Sendable, Hashable, Identifiable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Until it is due, or until others of its group have ended.
        case waiting
        case running
        case done
        /// Given up: `message` says why.
        case failed
        case cancelled

        public var isFinished: Bool { self != .waiting && self != .running }
    }

    public var id: Int64
    /// Which handler runs it.
    public var kind: String
    /// What it is about, for people.
    public var subject: String
    /// What shares a limit with it, as the peer that it calls; empty: nothing.
    public var group: String
    /// JSON, as the kind understands it.
    public var parameters: Data
    public var state: State
    /// Somebody wants it to end, and it has not yet.
    public var isCancelling: Bool
    /// Begun so far, the one under way included; counted anew from `retry`.
    public var attempts: Int
    /// It waits until then.
    public var due: Date
    /// How far it is, in units of its kind; `total` 0: not known.
    public var done: Int
    public var total: Int
    /// Why it waits or failed, or what came of it.
    public var message: String?
    public var created: Date
    public var finished: Date?

    /// - Throws: `JobError.failed`, as no further attempt would read them better.
    public func parameters<Parameters: Decodable>(as type: Parameters.Type) throws(JobError) -> Parameters {
        do { return try JSONDecoder().decode(type, from: parameters) } catch {
            throw .failed("the parameters of job \(id) (\(kind)) cannot be read: \(error)")
        }
    }
}

/// Why an attempt did not succeed.
public enum JobError: Error, Sendable {
    /// Something that may pass: the next attempt is after this time, or after the back-off of the kind.
    case retry(String, after: Duration? = nil)
    /// The same, and all of its group would meet it: none of them is tried before this one is.
    case unreachable(String)
    /// No attempt will do better.
    case failed(String)

    public var words: String {
        switch self {
        case .retry(let words, _), .unreachable(let words), .failed(let words): words
        }
    }
}

extension JobError: CustomStringConvertible {
    public var description: String { words }
}
