import DICOM
import Database

extension Archive {
    /// The instances of a SOP class in a study that one sender stored, by instance number.
    ///
    /// - Parameter source: its name counts, not the address it called from.
    public func instances(study: UID, sopClass: UID, storedBy source: Source, for access: Access) async throws(ArchiveError) -> [InstanceLocation] {
        let label = source.label
        return try await all(Self.instances(study: study, sopClass: sopClass, access)).compactMap { Source.isSame($0.string("source"), label) ? InstanceLocation($0) : nil }
    }

    static func instances(study: UID, sopClass: UID, _ access: Access) -> SQLStatement {
        """
        \(InstanceLocation.selection(with: "instance.source, "))
        WHERE    study.study_uid = \(study.text) AND instance.sop_class = \(sopClass.text)\(access.clause)
        ORDER BY instance.number IS NULL, instance.number, instance.id
        """
    }
}
