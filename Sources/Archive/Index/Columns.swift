import DICOM
import Database

// The searched columns of each level, from its attributes. `names` and `values` stand in one order.

struct PatientColumns {
    var patientID: String
    var issuer: String
    /// Empty where issuer and ID identify a person. Else what tells apart two that share an ID, or the study of one without an ID.
    var discriminator: String
    var name: String
    private let attributes: DataSet

    static let names: SQLStatement = "name_folded, birth_key, birth_time_key, sex, attributes"

    init(_ attributes: DataSet, study: UID) {
        self.attributes = attributes
        patientID = attributes.key(.patientID) ?? ""
        issuer = attributes.key(.issuerOfPatientID) ?? ""
        name = attributes.text(.patientName)
        discriminator = if patientID.isEmpty {
            study.text
        } else if issuer.isEmpty {
            "\(SearchText.sortKey(name))|\(attributes.dateKey(.patientBirthDate) ?? "")"
        } else {
            ""
        }
    }

    var values: SQLStatement {
        """
        \(SearchText.sortKey(name)), \(attributes.dateKey(.patientBirthDate)), \(attributes.timeKey(.patientBirthTime)),
        \(attributes.key(.patientSex)), \(attributes.encodedForRow())
        """
    }
}

struct StudyColumns {
    let attributes: DataSet

    static let names: SQLStatement = """
        patient_id, issuer, name_folded, birth_key, birth_time_key, sex, date_key, time_key, date_sort,
        accession, accession_folded, study_id, description, description_folded, attributes
        """

    init(_ attributes: DataSet) { self.attributes = attributes }

    var patientName: String { attributes.text(.patientName) }

    var values: SQLStatement {
        let date = attributes.dateKey(.studyDate)
        let time = attributes.timeKey(.studyTime)
        let accession = attributes.key(.accessionNumber) ?? ""
        let description = attributes.key(.studyDescription)
        return """
            \(attributes.key(.patientID) ?? ""), \(attributes.key(.issuerOfPatientID) ?? ""), \(SearchText.sortKey(patientName)),
            \(attributes.dateKey(.patientBirthDate)), \(attributes.timeKey(.patientBirthTime)), \(attributes.key(.patientSex)),
            \(date), \(time), \((date ?? "") + (date == nil ? "" : time ?? "")), \(accession), \(IndexedText.of(Fold.fold(attributes.string(.accessionNumber) ?? ""))),
            \(attributes.key(.studyID)), \(description), \(IndexedText.of(Fold.fold(attributes.string(.studyDescription) ?? ""))), \(attributes.encodedForRow())
            """
    }

    /// By which people find the study; those of its modalities come with its series.
    var words: Set<String> {
        let texts = [patientName] + [Tag.patientID, .accessionNumber, .studyDescription].map { attributes.text($0) }
        return texts.reduce(into: []) { $0.formUnion(SearchText.words($1)) }
    }
}

struct SeriesColumns {
    private let attributes: DataSet

    static let names: SQLStatement = """
        number, modality, description, body_part, laterality, step_date_key, step_time_key, step_id,
        date_key, time_key, institution, station, frame_of_reference, attributes
        """

    init(_ attributes: DataSet) { self.attributes = attributes }

    var values: SQLStatement {
        """
        \(attributes.integer(.seriesNumber)), \(attributes.key(.modality) ?? ""), \(attributes.key(.seriesDescription)),
        \(attributes.key(.bodyPartExamined)), \(attributes.key(.laterality)),
        \(attributes.dateKey(.performedProcedureStepStartDate)), \(attributes.timeKey(.performedProcedureStepStartTime)),
        \(attributes.key(.performedProcedureStepID)), \(attributes.dateKey(.seriesDate)), \(attributes.timeKey(.seriesTime)),
        \(attributes.key(.institutionName)), \(attributes.key(.stationName)), \(attributes.key(.frameOfReferenceUID)),
        \(attributes.encodedForRow())
        """
    }
}

struct InstanceColumns {
    private let entry: IndexWriter.Entry

    static let names: SQLStatement = """
        sop_class, number, content_date_key, content_time_key, row_count, column_count, bits_allocated, frame_count,
        transfer_syntax, object, size, data_set, header, pixel_data, received, source, attributes
        """

    init(_ entry: IndexWriter.Entry) { self.entry = entry }

    var values: SQLStatement {
        let record = entry.record
        let attributes = record.instanceAttributes
        return """
            \(record.sopClass.text), \(attributes.integer(.instanceNumber)), \(attributes.dateKey(.contentDate)), \(attributes.timeKey(.contentTime)),
            \(attributes.integer(.rows)), \(attributes.integer(.columns)), \(attributes.integer(.bitsAllocated)), \(attributes.integer(.numberOfFrames)),
            \(record.transferSyntax.uid.text), \(entry.object.bytes), \(Int64(entry.size)), \(Int64(record.dataSetOffset)), \(Int64(record.headerEnd)),
            \(record.pixelData), \(entry.received), \(entry.source), \(attributes.encodedForRow())
            """
    }
}

extension DataSet {
    /// All of a text element's values as one text; "" where absent.
    func text(_ tag: Tag) -> String { strings(tag).joined(separator: "\\") }
    /// The first value, for a column with an index.
    func key(_ tag: Tag) -> String? { string(tag).map { IndexedText.of($0) } }

    /// Of an item of a code sequence, in whichever of its attributes it stands (PS3.3 §8.1).
    var codeValue: String? { key(.codeValue) ?? key(.longCodeValue) ?? key(.urnCodeValue) }
    func dateKey(_ tag: Tag) -> String? { string(tag).flatMap { DateTimeKey.date($0) } }
    func timeKey(_ tag: Tag) -> String? { string(tag).flatMap { DateTimeKey.time($0) } }
}
