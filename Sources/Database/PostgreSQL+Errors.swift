extension DatabaseError.Code {
    /// Classes and codes of PostgreSQL's Appendix A. Whoever commits says `.io` on its own where the answer did not come.
    init(sqlState state: String) {
        self = switch state {
        case "40001", "40P01": .busy          // serialization_failure, deadlock_detected
        case "55P03", "55006": .busy          // lock_not_available, object_in_use
        case "53100": .full                   // disk_full
        case "25006", "42501": .readOnly      // read_only_sql_transaction, insufficient_privilege
        case "42710", "42P07": .constraint    // duplicate_object, duplicate_table: another made it at the same moment
        case "57014": .cancelled              // query_canceled
        case "58030", "40003": .io            // io_error, statement_completion_unknown
        case "XX001", "XX002": .corrupt       // data_corrupted, index_corrupted
        case "3D000", "3F000": .cannotOpen    // invalid_catalog_name, invalid_schema_name
        default:
            switch state.prefix(2) {
            case "08", "28", "57": .cannotOpen  // connection, authorization, operator intervention
            case "23": .constraint
            case "53", "58": .busy              // resources, system errors: nothing was done
            default: .statement
            }
        }
    }
}

/// What a failed transaction means for the one who runs it.
enum PostgreSQLTrouble {
    /// Lost against another transaction, nothing done: the same may succeed.
    case conflict
    /// The connection is gone, nothing done.
    case lost
    /// The connection is gone while a commit was under way.
    case unknown

    init?(sqlState state: String, message: String) {
        switch state {
        case "40001", "40P01": self = .conflict
        // Another process has changed the schema since the statement was prepared.
        case "0A000" where message.contains("cached plan"): self = .lost
        case "57P01", "57P02", "57P03", "57P05", "25P03": self = .lost
        case _ where state.hasPrefix("08"): self = .lost
        default: return nil
        }
    }
}
