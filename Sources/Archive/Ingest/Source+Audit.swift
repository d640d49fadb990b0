import Audit
import DICOM
import Database

extension Source {
    /// Who it is in the audit trail.
    public var actor: AuditActor {
        let door: AuditActor.Door = switch kind {
        case .dimse: .dimse
        case .dicomweb, .upload, .local: .web
        case .importing: .command
        case .folder: .system
        }
        return AuditActor(user: user ?? "", aeTitle: aeTitle ?? "", address: host ?? "", door: door, act: act.isEmpty ? label : act)
    }

    /// What it is there that an object came this way.
    var kindOfStoring: AuditKind {
        switch kind {
        case .dimse, .dicomweb: .received
        case .upload, .importing, .folder: .imported
        case .local: .created
        }
    }
}

extension AuditChain.Part {
    /// That an object is in the archive now; nil where it is not.
    init?(_ record: InstanceRecord, from source: Source, _ result: StoreOutcome.Result) {
        if case .conflict = result { return nil }
        let (study, patient) = record.nonPatient == nil ? (record.study.text, record.auditPatient) : ("", AuditPatient(id: ""))
        self.init(source.kindOfStoring, by: source.actor, study: study, patient: patient, sopClass: record.sopClass.text)
    }
}

extension InstanceRecord {
    var auditPatient: AuditPatient { AuditPatient(patientAttributes) }
}

extension AuditPatient {
    init(_ attributes: DataSet) {
        self.init(id: attributes.string(.patientID) ?? "", issuer: attributes.string(.issuerOfPatientID) ?? "", name: attributes.text(.patientName))
    }
}

extension Archive {
    /// Whose a study is, for the audit trail.
    static func patient(of study: String, _ connection: any SQLConnection) throws(DatabaseError) -> AuditPatient? {
        guard let row = try connection.first("SELECT attributes FROM study WHERE study_uid = \(study)") else { return nil }
        do throws(ArchiveError) { return AuditPatient(try DataSet(row: row.blob("attributes") ?? [])) } catch { throw DatabaseError(.corrupt, error.message) }
    }
}
