/// Images that somebody selected, and for what: a Key Object Selection Document (PS3.3 §A.35.4, PS3.16 TID 2010).
public struct KeyObjectDocument: Sendable {
    /// Of CID 7010: what they were selected for.
    public var title: CodedConcept
    /// The selecting person's own words.
    public var description: String?
    /// Who selected, as PN.
    public var observer: String
    public var images: [EvidenceImage]

    public init(title: CodedConcept, description: String?, observer: String, images: [EvidenceImage]) {
        (self.title, self.description, self.observer, self.images) = (title, description, observer, images)
    }

    /// Key Object Selection Document Storage.
    public static let sopClass = UID("1.2.840.10008.5.1.4.1.1.88.59") ?? .random()

    /// Titles of PS3.16 CID 7010 that stand alone: those that need a modifier (rejected, best in set) or list a whole study (manifests) are not
    /// what a reader marks.
    public static let titles: [CodedConcept] = [
        CodedConcept("113000", "DCM", "Of Interest"), CodedConcept("113002", "DCM", "For Referring Provider"), CodedConcept("113003", "DCM", "For Surgery"),
        CodedConcept("113004", "DCM", "For Teaching"), CodedConcept("113005", "DCM", "For Conference"), CodedConcept("113006", "DCM", "For Therapy"),
        CodedConcept("113007", "DCM", "For Patient"), CodedConcept("113008", "DCM", "For Peer Review"), CodedConcept("113009", "DCM", "For Research"),
        CodedConcept("113018", "DCM", "For Printing"), CodedConcept("113020", "DCM", "For Report Attachment"), CodedConcept("113021", "DCM", "For Litigation"),
    ]

    /// - Parameters:
    ///   - image: of the study; patient and study are taken from it.
    ///   - sopInstance: of the document, a new one.
    ///   - date: `YYYYMMDD`, time: `HHMMSS`.
    public func dataSet(inStudyOf image: DataSet, sopInstance: UID, series: UID, seriesNumber: Int, instanceNumber: Int, date: String, time: String) -> DataSet {
        var document = DataSet(image.patientAndStudy)
        for element in [
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.sopClassUID, uid: Self.sopClass), DataElement(.sopInstanceUID, uid: sopInstance), DataElement(.instanceCreationDate, .DA, date), DataElement(.instanceCreationTime, .TM, time),
            DataElement(.modality, .CS, "KO"), DataElement(.seriesInstanceUID, uid: series), DataElement(.seriesNumber, .IS, integers: [seriesNumber]),
            DataElement(.seriesDescription, .LO, "Key images"), DataElement(.seriesDate, .DA, date), DataElement(.seriesTime, .TM, time),
            DataElement(.referencedPerformedProcedureStepSequence, items: []), DataElement(.manufacturer, .LO, "Isocenter"),
            DataElement(.instanceNumber, .IS, integers: [instanceNumber]), DataElement(.contentDate, .DA, date), DataElement(.contentTime, .TM, time),
            DataElement(.currentRequestedProcedureEvidenceSequence, items: [EvidenceImage.evidence(images, study: image.strings(.studyInstanceUID))]),
        ] { document.set(element) }
        for element in root.elements { document.set(element) }
        return document
    }

    /// TID 2010.
    private var root: DataSet {
        var content = [
            ContentMaking.code("HAS CONCEPT MOD", .languageOfContent, .english),
            ContentMaking.code("HAS OBS CONTEXT", .observerType, .person), ContentMaking.personName("HAS OBS CONTEXT", .personObserverName, observer),
        ]
        if let description { content.append(ContentMaking.text("CONTAINS", .keyObjectDescription, description)) }
        content += images.map { ContentMaking.image("CONTAINS", $0) }
        var root = ContentMaking.container(nil, title, content)
        root.set(ContentMaking.template("2010"))
        return root
    }
}
