import DICOMNetwork
import Synchronization

/// Associations on which a commitment was asked of us and that still stand: its report may go the same way (PS3.4 §J.3.3).
public final class OpenRequests: Sendable {
    struct Way: Sendable {
        var association: Association
        var context: PresentationContext
        var answered: ContinuousClock.Instant
    }

    private let ways = Mutex<[Int64: Way]>([:])

    public init() {}

    public func add(_ commitment: Int64, _ association: Association, _ context: PresentationContext) {
        ways.withLock { ways in
            ways = ways.filter { $0.value.association.end == nil }
            ways[commitment] = Way(association: association, context: context, answered: .now)
        }
    }

    /// Given once; nil where it has ended.
    func take(_ commitment: Int64) -> Way? {
        ways.withLock { $0.removeValue(forKey: commitment) }.flatMap { $0.association.end == nil ? $0 : nil }
    }
}
