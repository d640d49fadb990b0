import DICOM

/// Kinds of objects that belong to no patient and no study (PS3.18 §12.1, PS3.4 Annex GG), by the name of their resource.
public enum NonPatientCategory: String, Sendable, CaseIterable {
    case colorPalettes = "color-palettes"
    case definedProcedureProtocols = "defined-procedure-protocols"
    case hangingProtocols = "hanging-protocols"
    case implantTemplates = "implant-templates"
    case inventories = "inventories"
    case protocolApprovals = "protocol-approvals"

    /// PS3.4 Table GG.3-1.
    private static let table: [(sopClass: String, category: NonPatientCategory)] = [
        ("1.2.840.10008.5.1.4.38.1", .hangingProtocols),
        ("1.2.840.10008.5.1.4.39.1", .colorPalettes),
        ("1.2.840.10008.5.1.4.43.1", .implantTemplates),
        ("1.2.840.10008.5.1.4.44.1", .implantTemplates),
        ("1.2.840.10008.5.1.4.45.1", .implantTemplates),
        ("1.2.840.10008.5.1.4.1.1.200.1", .definedProcedureProtocols),
        ("1.2.840.10008.5.1.4.1.1.200.7", .definedProcedureProtocols),
        ("1.2.840.10008.5.1.4.1.1.200.3", .protocolApprovals),
        ("1.2.840.10008.5.1.4.1.1.201.1", .inventories),
    ]

    private static let bySOPClass = Dictionary(uniqueKeysWithValues: table.map { ($0.sopClass, $0.category) })

    /// nil for what belongs to a study.
    public init?(sopClass: UID) {
        guard let category = Self.bySOPClass[sopClass.text] else { return nil }
        self = category
    }
}
