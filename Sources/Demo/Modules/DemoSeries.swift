import DICOM

/// What all images of a series say alike: patient, study, series, equipment (PS3.3 §C.7.1 to §C.7.5).
struct DemoSeries: Sendable {
    var patient: DemoPatient
    /// Name of the study for its UIDs: `CT/1`.
    var study: String
    var studyDescription: String
    var accessionNumber: String
    var date: String
    var time: String
    var modality: String
    var number: Int
    var description: String
    var bodyPart: String
    var sopClass: String

    /// - Parameter instance: from 1.
    func elements(instance: Int) -> [DataElement] {
        patient.elements + [
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.sopClassUID, .UI, sopClass),
            DataElement(.sopInstanceUID, .UI, DemoUID.text("\(study)/\(number)/\(instance)")),
            DataElement(.instanceCreationDate, .DA, date), DataElement(.instanceCreationTime, .TM, time),
            DataElement(.studyInstanceUID, .UI, DemoUID.text(study)),
            DataElement(.seriesInstanceUID, .UI, DemoUID.text("\(study)/\(number)")),
            DataElement(.studyDate, .DA, date), DataElement(.seriesDate, .DA, date), DataElement(.acquisitionDate, .DA, date), DataElement(.contentDate, .DA, date),
            DataElement(.studyTime, .TM, time), DataElement(.seriesTime, .TM, time), DataElement(.acquisitionTime, .TM, time), DataElement(.contentTime, .TM, time),
            DataElement(.accessionNumber, .SH, accessionNumber), DataElement(.studyID, .SH, accessionNumber),
            DataElement(.studyDescription, .LO, studyDescription), DataElement(.referringPhysicianName, .PN, "Example^Referring"),
            DataElement(.modality, .CS, modality), DataElement(.seriesNumber, .IS, integers: [number]), DataElement(.seriesDescription, .LO, description),
            DataElement(.bodyPartExamined, .CS, bodyPart), DataElement(.instanceNumber, .IS, integers: [instance]), DataElement(.acquisitionNumber, .IS, integers: [1]),
            DataElement(.manufacturer, .LO, "Isocenter"), DataElement(.manufacturerModelName, .LO, "Generated phantom"),
            DataElement(.institutionName, .LO, "Isocenter Demo"), DataElement(.stationName, .SH, "DEMO"),
            DataElement(.softwareVersions, .LO, "1"), DataElement(.burnedInAnnotation, .CS, "NO"), DataElement(.lossyImageCompression, .CS, "00"),
        ]
    }
}
