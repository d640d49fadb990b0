import Database

/// What the one who asks may see. Every query and retrieve takes one, and it becomes part of its SQL: lists, counts and bytes
/// obey it alike.
public struct Access: Sendable {
    /// A condition on the columns of `study`; nil lets everything through.
    let condition: SQLStatement?

    public static let everything = Access(condition: nil)

    /// ` AND (condition)`, or nothing.
    var clause: SQLStatement { condition.map { " AND (\($0))" } ?? "" }
}
