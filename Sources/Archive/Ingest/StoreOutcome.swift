import DICOM

/// What became of an object. In each case but a conflict that kept the first it is durable and, but in quarantine, found by the next query.
public struct StoreOutcome: Sendable {
    public enum Result: Sendable, Hashable {
        case stored
        /// The same bytes were here: nothing was written.
        case alreadyStored
        /// Another content has this SOP Instance UID and stays: the one sent is not kept.
        case conflict(kept: ObjectID)
        /// Another content has this SOP Instance UID; it is kept as an older version, the one sent is shown.
        case storedAsNewVersion(of: ObjectID)
        /// Another content has this SOP Instance UID and stays; the one sent is kept aside.
        case quarantined(kept: ObjectID)
    }

    public var result: Result
    public var sopClass: UID
    public var sopInstance: UID
    public var study: UID
    public var series: UID
    /// nil: it belongs to study and series.
    public var nonPatient: NonPatientCategory?
    public var object: ObjectID
    /// Of the file, in bytes.
    public var size: UInt64
    /// What bent the rules and was read all the same.
    public var warnings: [ReadWarning]
}
