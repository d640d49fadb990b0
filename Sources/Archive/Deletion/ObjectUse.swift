import Database

/// Who needs an object's bytes: an instance, one of its versions, an object of no study, or a deletion that can still be taken back.
enum ObjectUse {
    static func of(_ object: ObjectID) -> SQLStatement {
        """
        SELECT 1 FROM instance WHERE object = \(object.bytes)
        UNION ALL SELECT 1 FROM instance_version WHERE object = \(object.bytes)
        UNION ALL SELECT 1 FROM non_patient_instance WHERE object = \(object.bytes)
        UNION ALL SELECT 1 FROM deleted_instance WHERE object = \(object.bytes)
        """
    }
}
