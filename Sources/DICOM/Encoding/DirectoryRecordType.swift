/// Kinds of directory records and the keys each repeats from the file it refers to (PS3.3 §F.5).
struct DirectoryRecordType: Sendable {
    /// Directory Record Type (0004,1430).
    let name: String
    /// Two letters that begin names of such files.
    let prefix: String
    /// Keys of types 1 and 2, which are there also where the file does not have them: then empty, for nothing is made up.
    let keys: [Tag]
    /// Keys of type 1C and 3: there where the file has them.
    var optional: [Tag] = []

    static let patient = DirectoryRecordType(name: "PATIENT", prefix: "PT", keys: [.patientName, .patientID], optional: [.patientBirthDate, .patientSex])
    static let study = DirectoryRecordType(
        name: "STUDY", prefix: "ST", keys: [.studyDate, .studyTime, .studyDescription, .studyInstanceUID, .studyID, .accessionNumber])
    static let series = DirectoryRecordType(
        name: "SERIES", prefix: "SE", keys: [.modality, .seriesInstanceUID, .seriesNumber], optional: [.seriesDescription])

    private static let content: [Tag] = [.instanceNumber, .contentDate, .contentTime]
    private static let identified: [Tag] = content + [.contentLabel, .contentDescription, .contentCreatorName]

    /// What lies below a series.
    static let leaves: [DirectoryRecordType] = [
        .init(name: "IMAGE", prefix: "IM", keys: [.instanceNumber], optional: [.imageType, .numberOfFrames, .rows, .columns]),
        .init(name: "RT DOSE", prefix: "RD", keys: [.instanceNumber, .doseSummationType], optional: [.doseComment]),
        .init(name: "RT STRUCTURE SET", prefix: "RS", keys: [.instanceNumber, .structureSetLabel, .structureSetDate, .structureSetTime]),
        .init(name: "RT PLAN", prefix: "RP", keys: [.instanceNumber, .rtPlanLabel, .rtPlanDate, .rtPlanTime]),
        .init(name: "RT TREAT RECORD", prefix: "RX", keys: [.instanceNumber, .treatmentDate, .treatmentTime]),
        .init(
            name: "PRESENTATION", prefix: "PR",
            keys: [.presentationCreationDate, .presentationCreationTime, .instanceNumber, .contentLabel, .contentDescription, .contentCreatorName],
            optional: [.referencedSeriesSequence, .blendingSequence]),
        .init(name: "WAVEFORM", prefix: "WV", keys: content),
        .init(
            name: "SR DOCUMENT", prefix: "SR", keys: content + [.completionFlag, .verificationFlag, .conceptNameCodeSequence],
            optional: [.verificationDateTime]),
        .init(name: "KEY OBJECT DOC", prefix: "KY", keys: content + [.conceptNameCodeSequence]),
        .init(
            name: "SPECTROSCOPY", prefix: "SP", keys: content + [.imageType, .numberOfFrames, .rows, .columns, .dataPointRows, .dataPointColumns],
            optional: [.referencedImageEvidenceSequence]),
        .init(name: "RAW DATA", prefix: "RW", keys: content),
        .init(name: "REGISTRATION", prefix: "RG", keys: identified),
        .init(name: "FIDUCIAL", prefix: "FD", keys: identified),
        .init(
            name: "ENCAP DOC", prefix: "ED",
            keys: content + [.documentTitle, .conceptNameCodeSequence, .mimeTypeOfEncapsulatedDocument], optional: [.hl7InstanceIdentifier]),
        .init(name: "VALUE MAP", prefix: "VM", keys: identified),
        .init(name: "STEREOMETRIC", prefix: "SX", keys: []),
        .init(name: "PLAN", prefix: "PL", keys: []),
        .init(name: "MEASUREMENT", prefix: "MX", keys: content),
        .init(name: "SURFACE", prefix: "SF", keys: identified),
        .init(name: "SURFACE SCAN", prefix: "SS", keys: [.contentDate, .contentTime]),
        .init(name: "TRACT", prefix: "TR", keys: identified),
        .init(name: "ASSESSMENT", prefix: "AS", keys: [.instanceNumber, .instanceCreationDate, .instanceCreationTime]),
        .init(name: "ANNOTATION", prefix: "AN", keys: identified),
        .init(
            name: "RADIOTHERAPY", prefix: "RT", keys: [.instanceNumber, .contentDescription, .contentCreatorName],
            optional: [.userContentLabel, .userContentLongLabel]),
    ]

    private static let image = leaves[0]
    private static let byName = Dictionary(uniqueKeysWithValues: leaves.map { ($0.name, $0) })

    /// SOP classes below 1.2.840.10008.5.1.4.1.1, and whose records refer to them; all that are not here are images.
    private static let classes: [(prefix: String, record: String)] = [
        ("481.2", "RT DOSE"), ("481.3", "RT STRUCTURE SET"), ("481.5", "RT PLAN"), ("481.8", "RT PLAN"),
        ("481.4", "RT TREAT RECORD"), ("481.6", "RT TREAT RECORD"), ("481.7", "RT TREAT RECORD"), ("481.9", "RT TREAT RECORD"),
        ("481.10", "RADIOTHERAPY"), ("481.11", "RADIOTHERAPY"), ("481.12", "RADIOTHERAPY"), ("481.13", "RADIOTHERAPY"), ("481.14", "RADIOTHERAPY"),
        ("481.15", "RADIOTHERAPY"), ("481.16", "RADIOTHERAPY"), ("481.17", "RADIOTHERAPY"), ("481.18", "RADIOTHERAPY"),
        ("481.19", "RADIOTHERAPY"), ("481.20", "RADIOTHERAPY"), ("481.21", "RADIOTHERAPY"), ("481.25", "RADIOTHERAPY"),
        ("11", "PRESENTATION"), ("131", "PRESENTATION"), ("9", "WAVEFORM"),
        ("88.59", "KEY OBJECT DOC"), ("88", "SR DOCUMENT"), ("78.6", "SR DOCUMENT"), ("79.1", "SR DOCUMENT"),
        ("4.2", "SPECTROSCOPY"), ("66", "RAW DATA"), ("66.1", "REGISTRATION"), ("66.2", "FIDUCIAL"), ("66.3", "REGISTRATION"),
        ("66.4", "IMAGE"), ("66.7", "IMAGE"), ("66.8", "IMAGE"), ("66.5", "SURFACE"), ("66.6", "TRACT"), ("67", "VALUE MAP"), ("68.1", "SURFACE SCAN"), ("68.2", "SURFACE SCAN"),
        ("104", "ENCAP DOC"), ("77.1.5.3", "STEREOMETRIC"),
        ("78.1", "MEASUREMENT"), ("78.2", "MEASUREMENT"), ("78.3", "MEASUREMENT"), ("78.4", "MEASUREMENT"), ("78.5", "MEASUREMENT"),
        ("78.7", "MEASUREMENT"), ("80.1", "MEASUREMENT"), ("90.1", "ASSESSMENT"), ("91.1", "ANNOTATION"),
    ]

    /// The record of an instance: that of the longest prefix.
    static func leaf(of sopClass: UID) -> DirectoryRecordType {
        let root = "1.2.840.10008.5.1.4.1.1.", plan = "1.2.840.10008.5.1.4.34."
        if sopClass.text.hasPrefix(plan) { return byName["PLAN"] ?? image }
        guard sopClass.text.hasPrefix(root) else { return image }
        let rest = sopClass.text.dropFirst(root.count)
        let row = classes.filter { rest == $0.prefix || rest.hasPrefix($0.prefix + ".") }.max { $0.prefix.count < $1.prefix.count }
        return row.flatMap { byName[$0.record] } ?? image
    }
}
