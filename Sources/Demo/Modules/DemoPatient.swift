import DICOM

/// Whose pictures these would be, were they anyone's (PS3.3 §C.7.1.1).
struct DemoPatient: Sendable {
    var name: String
    var id: String
    var birthDate: String
    var sex: String

    static let french = DemoPatient(name: "Fantôme^Éloïse^Zoë", id: "DEMO-0001", birthDate: "19580714", sex: "F")
    /// Alphabetic, ideographic and phonetic group (PS3.5 §6.2.1.2).
    static let japanese = DemoPatient(name: "Maboroshi^Tarou=幻^太郎=まぼろし^たろう", id: "DEMO-0002", birthDate: "19790203", sex: "M")
    static let ukrainian = DemoPatient(name: "Привид^Марія", id: "DEMO-0003", birthDate: "19911124", sex: "F")

    var elements: [DataElement] {
        [
            DataElement(.patientName, .PN, name), DataElement(.patientID, .LO, id), DataElement(.issuerOfPatientID, .LO, "ISOCENTER-DEMO"),
            DataElement(.patientBirthDate, .DA, birthDate), DataElement(.patientSex, .CS, sex),
            DataElement(.patientComments, .LT, "Generated phantom, not a person"), DataElement(.qualityControlSubject, .CS, "YES"),
        ]
    }
}
