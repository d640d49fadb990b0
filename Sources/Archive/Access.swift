import Database

/// What the one who asks may see. Every query and retrieve takes one, and it becomes part of its SQL: lists, counts and bytes
/// obey it alike.
public struct Access: Sendable, Hashable {
    /// A condition on the columns of `study`; nil lets everything through.
    let condition: SQLStatement?

    public static let everything = Access(condition: nil)

    public var isEverything: Bool { condition == nil }

    /// What both let through.
    public func and(_ other: Access) -> Access {
        guard let condition else { return other }
        guard let others = other.condition else { return self }
        return Access(condition: "(\(condition)) AND (\(others))")
    }

    /// ` AND (condition)`, or nothing.
    var clause: SQLStatement { condition.map { " AND (\($0))" } ?? "" }
}
