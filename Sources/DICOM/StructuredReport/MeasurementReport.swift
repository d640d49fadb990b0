/// Measurements and marks as a structured report after PS3.16 TID 1500, to be written as Comprehensive SR (PS3.3 §A.35.3).
public struct MeasurementReport: Sendable {
    /// What was measured at one place: a region of an image (TID 1410), or values inferred from coordinates (TID 1501).
    public struct Group: Sendable {
        /// What a person calls it.
        public var name: String
        public var trackingUID: UID
        /// The reader's own words.
        public var comment: String?
        /// Where its millimetres are true, in words; nil where it has none.
        public var scale: String?
        /// How it was measured (370129005, SCT); nil where nothing is to be said of it.
        public var method: CodedConcept?
        /// nil: what is measured has coordinates of its own.
        public var region: Coordinates?
        public var measurements: [Measurement]

        public init(name: String, trackingUID: UID, comment: String? = nil, scale: String? = nil, method: CodedConcept? = nil, region: Coordinates? = nil, measurements: [Measurement] = []) {
            (self.name, self.trackingUID, self.comment, self.scale) = (name, trackingUID, comment, scale)
            (self.method, self.region, self.measurements) = (method, region, measurements)
        }
    }

    public struct Measurement: Sendable {
        public var concept: CodedConcept
        public var derivation: CodedConcept?
        public var value: Double
        public var unit: CodedConcept
        public var coordinates: [Coordinates]

        public init(_ concept: CodedConcept, derivation: CodedConcept? = nil, _ value: Double, _ unit: CodedConcept, from coordinates: [Coordinates] = []) {
            (self.concept, self.derivation, self.value, self.unit, self.coordinates) = (concept, derivation, value, unit, coordinates)
        }
    }

    /// Columns and rows in an image; 0, 0 is the outer corner of its first pixel, the centre of that is 0.5, 0.5 (PS3.3 §C.18.6.1.2).
    public struct Coordinates: Sendable, Equatable {
        /// Graphic Type (0070,0023). An ellipse has the ends of its long axis before those of the short one.
        public enum Graphic: String, Sendable { case point = "POINT", polyline = "POLYLINE", circle = "CIRCLE", ellipse = "ELLIPSE" }

        public var graphic: Graphic
        /// Column, row, column, row …; kept in single precision.
        public var points: [Double]
        public var image: Image

        public init(_ graphic: Graphic, _ points: [Double], in image: Image) { (self.graphic, self.points, self.image) = (graphic, points, image) }
    }

    public typealias Image = EvidenceImage

    /// Who measured, as PN.
    public var observer: String
    public var groups: [Group]

    public init(observer: String, groups: [Group]) { (self.observer, self.groups) = (observer, groups) }

    /// Comprehensive SR Storage.
    public static let sopClass = UID("1.2.840.10008.5.1.4.1.1.88.33") ?? .random()

    // MARK: As a data set

    /// - Parameters:
    ///   - image: of the study; patient and study are taken from it.
    ///   - sopInstance, series: of the report, new ones.
    ///   - date: `YYYYMMDD`, time: `HHMMSS`.
    public func dataSet(inStudyOf image: DataSet, sopInstance: UID, series: UID, seriesNumber: Int, date: String, time: String) -> DataSet {
        var report = DataSet()
        report.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"))
        for element in image.patientAndStudy { report.set(element) }
        for element in [
            DataElement(.sopClassUID, uid: Self.sopClass), DataElement(.sopInstanceUID, uid: sopInstance), DataElement(.instanceCreationDate, .DA, date), DataElement(.instanceCreationTime, .TM, time),
            DataElement(.modality, .CS, "SR"), DataElement(.seriesInstanceUID, uid: series), DataElement(.seriesNumber, .IS, integers: [seriesNumber]),
            DataElement(.seriesDescription, .LO, "Measurements"), DataElement(.seriesDate, .DA, date), DataElement(.seriesTime, .TM, time),
            DataElement(.referencedPerformedProcedureStepSequence, items: []), DataElement(.manufacturer, .LO, "Isocenter"),
            DataElement(.instanceNumber, .IS, integers: [1]), DataElement(.contentDate, .DA, date), DataElement(.contentTime, .TM, time),
            DataElement(.completionFlag, .CS, "PARTIAL"), DataElement(.verificationFlag, .CS, "UNVERIFIED"), DataElement(.preliminaryFlag, .CS, "PRELIMINARY"),
            DataElement(.performedProcedureCodeSequence, items: []), DataElement(.currentRequestedProcedureEvidenceSequence, items: [EvidenceImage.evidence(images, study: image.strings(.studyInstanceUID))]),
        ] { report.set(element) }
        for element in root.elements { report.set(element) }
        return report
    }

    private var images: [Image] {
        groups.flatMap { group in ([group.region].compactMap { $0 } + group.measurements.flatMap(\.coordinates)).map(\.image) }
    }

    // MARK: The content tree

    /// TID 1500.
    private var root: DataSet {
        var root = ContentMaking.container(nil, .imagingMeasurementReport, [
            ContentMaking.code("HAS CONCEPT MOD", .languageOfContent, .english),
            ContentMaking.code("HAS OBS CONTEXT", .observerType, .person),
            ContentMaking.item("HAS OBS CONTEXT", "PNAME", .personObserverName, [DataElement(.personName, .PN, observer)]),
            ContentMaking.code("HAS CONCEPT MOD", .procedureReported, .imagingProcedure),
            ContentMaking.container("CONTAINS", .imagingMeasurements, groups.map(Self.group)),
        ])
        root.set(ContentMaking.template("1500"))
        return root
    }

    private static func group(_ group: Group) -> DataSet {
        var content = [
            ContentMaking.item("HAS OBS CONTEXT", "TEXT", .trackingIdentifier, [DataElement(.textValue, .UT, group.name)]),
            ContentMaking.item("HAS OBS CONTEXT", "UIDREF", .trackingUniqueIdentifier, [DataElement(.uid, uid: group.trackingUID)]),
        ]
        if let method = group.method { content.append(ContentMaking.code("HAS CONCEPT MOD", .measurementMethod, method)) }
        if let region = group.region { content.append(coordinates("CONTAINS", .imageRegion, region)) }
        content += group.measurements.map(measurement)
        if let comment = group.comment { content.append(ContentMaking.item("CONTAINS", "TEXT", .comment, [DataElement(.textValue, .UT, comment)])) }
        if let scale = group.scale { content.append(ContentMaking.item("CONTAINS", "TEXT", .scaleOfLengths, [DataElement(.textValue, .UT, scale)])) }
        var container = ContentMaking.container("CONTAINS", .measurementGroup, content)
        container.set(ContentMaking.template(group.region == nil ? "1501" : "1410"))
        return container
    }

    /// TID 300.
    private static func measurement(_ measurement: Measurement) -> DataSet {
        let measured = DataSet([
            DataElement(.measurementUnitsCodeSequence, items: [measurement.unit.item]), DataElement(.floatingPointValue, .FD, decimals: [measurement.value]),
            DataElement(.numericValue, .DS, decimals: [measurement.value]),
        ])
        let content = (measurement.derivation.map { [ContentMaking.code("HAS CONCEPT MOD", .derivation, $0)] } ?? [])
            + measurement.coordinates.map { coordinates("INFERRED FROM", .source, $0) }
        return ContentMaking.item("CONTAINS", "NUM", measurement.concept, [DataElement(.measuredValueSequence, items: [measured])], content)
    }

    private static func coordinates(_ relationship: String, _ name: CodedConcept, _ coordinates: Coordinates) -> DataSet {
        let image = ContentMaking.image("SELECTED FROM", coordinates.image)
        return ContentMaking.item(relationship, "SCOORD", name, [
            DataElement(.graphicData, .FL, decimals: coordinates.points), DataElement(.graphicType, .CS, coordinates.graphic.rawValue),
        ], [image])
    }
}
