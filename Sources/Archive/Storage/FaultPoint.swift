/// The steps of storing at which a test lets the disk fail or the process stop.
enum FaultPoint: String, CaseIterable, Sendable {
    case createTemporary, write, syncFile, makeDirectory, link, syncDirectory
    /// Before the index transaction, inside it after all its statements, and after it is durable.
    case beginIndex, insideTransaction, indexed
    /// Before the names of acknowledged objects are made durable in the store.
    case settle
    case removeTemporary, removeObject
}

/// Called before each step. To fail it throws once; to stop it throws from then on, so that nothing is tidied up either.
typealias FaultHook = @Sendable (FaultPoint) throws(ArchiveError) -> Void
