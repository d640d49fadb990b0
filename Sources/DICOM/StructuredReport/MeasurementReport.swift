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
        /// nil: what is measured has coordinates of its own.
        public var region: Coordinates?
        public var measurements: [Measurement]

        public init(name: String, trackingUID: UID, comment: String? = nil, scale: String? = nil, region: Coordinates? = nil, measurements: [Measurement] = []) {
            (self.name, self.trackingUID, self.comment, self.scale) = (name, trackingUID, comment, scale)
            (self.region, self.measurements) = (region, measurements)
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

    public struct Image: Sendable, Hashable {
        public var series: UID
        public var sopClass: UID
        public var sopInstance: UID
        /// From 1; nil of an image that is one frame.
        public var frame: Int?

        public init(series: UID, sopClass: UID, sopInstance: UID, frame: Int? = nil) {
            (self.series, self.sopClass, self.sopInstance, self.frame) = (series, sopClass, sopInstance, frame)
        }
    }

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
        for (tag, vr, isNeeded) in Self.copied {
            let values = image.strings(tag)
            if isNeeded || !values.isEmpty { report.set(DataElement(tag, vr, strings: values)) }
        }
        for element in [
            DataElement(.sopClassUID, uid: Self.sopClass), DataElement(.sopInstanceUID, uid: sopInstance), DataElement(.instanceCreationDate, .DA, date), DataElement(.instanceCreationTime, .TM, time),
            DataElement(.modality, .CS, "SR"), DataElement(.seriesInstanceUID, uid: series), DataElement(.seriesNumber, .IS, integers: [seriesNumber]),
            DataElement(.seriesDescription, .LO, "Measurements"), DataElement(.seriesDate, .DA, date), DataElement(.seriesTime, .TM, time),
            DataElement(.referencedPerformedProcedureStepSequence, items: []), DataElement(.manufacturer, .LO, "Isocenter"),
            DataElement(.instanceNumber, .IS, integers: [1]), DataElement(.contentDate, .DA, date), DataElement(.contentTime, .TM, time),
            DataElement(.completionFlag, .CS, "PARTIAL"), DataElement(.verificationFlag, .CS, "UNVERIFIED"), DataElement(.preliminaryFlag, .CS, "PRELIMINARY"),
            DataElement(.performedProcedureCodeSequence, items: []), DataElement(.currentRequestedProcedureEvidenceSequence, items: [evidence(image)]),
        ] { report.set(element) }
        for element in root.elements { report.set(element) }
        return report
    }

    /// Of the patient and the study; whether it is written without a value too (type 2).
    private static let copied: [(Tag, VR, Bool)] = [
        (.patientName, .PN, true), (.patientID, .LO, true), (.issuerOfPatientID, .LO, false), (.patientBirthDate, .DA, true), (.patientSex, .CS, true),
        (.patientAge, .AS, false), (.studyInstanceUID, .UI, true), (.studyDate, .DA, true), (.studyTime, .TM, true), (.accessionNumber, .SH, true),
        (.referringPhysicianName, .PN, true), (.studyID, .SH, true), (.studyDescription, .LO, false),
    ]

    private var images: [Image] {
        groups.flatMap { group in ([group.region].compactMap { $0 } + group.measurements.flatMap(\.coordinates)).map(\.image) }
    }

    /// Hierarchical SOP Instance Reference (PS3.3 §C.17.2.1): each image once, whatever the frame.
    private func evidence(_ image: DataSet) -> DataSet {
        let bySeries = Dictionary(grouping: Set(images.map { Image(series: $0.series, sopClass: $0.sopClass, sopInstance: $0.sopInstance) }), by: \.series)
        let series = bySeries.sorted { $0.key < $1.key }.map { series, images in
            DataSet([
                DataElement(.referencedSOPSequence, items: images.sorted { $0.sopInstance < $1.sopInstance }.map { Self.reference($0) }), DataElement(.seriesInstanceUID, uid: series),
            ])
        }
        return DataSet([DataElement(.referencedSeriesSequence, items: series), DataElement(.studyInstanceUID, .UI, strings: image.strings(.studyInstanceUID))])
    }

    private static func reference(_ image: Image) -> DataSet {
        var item = DataSet([DataElement(.referencedSOPClassUID, uid: image.sopClass), DataElement(.referencedSOPInstanceUID, uid: image.sopInstance)])
        if let frame = image.frame { item.set(DataElement(.referencedFrameNumber, .IS, integers: [frame])) }
        return item
    }

    // MARK: The content tree

    /// TID 1500.
    private var root: DataSet {
        var root = Self.container(nil, .imagingMeasurementReport, [
            Self.code("HAS CONCEPT MOD", .languageOfContent, .english),
            Self.code("HAS OBS CONTEXT", .observerType, .person),
            Self.item("HAS OBS CONTEXT", "PNAME", .personObserverName, [DataElement(.personName, .PN, observer)]),
            Self.code("HAS CONCEPT MOD", .procedureReported, .imagingProcedure),
            Self.container("CONTAINS", .imagingMeasurements, groups.map(Self.group)),
        ])
        root.set(Self.template("1500"))
        return root
    }

    private static func group(_ group: Group) -> DataSet {
        var content = [
            item("HAS OBS CONTEXT", "TEXT", .trackingIdentifier, [DataElement(.textValue, .UT, group.name)]),
            item("HAS OBS CONTEXT", "UIDREF", .trackingUniqueIdentifier, [DataElement(.uid, uid: group.trackingUID)]),
        ]
        if let region = group.region { content.append(coordinates("CONTAINS", .imageRegion, region)) }
        content += group.measurements.map(measurement)
        if let comment = group.comment { content.append(item("CONTAINS", "TEXT", .comment, [DataElement(.textValue, .UT, comment)])) }
        if let scale = group.scale { content.append(item("CONTAINS", "TEXT", .scaleOfLengths, [DataElement(.textValue, .UT, scale)])) }
        var container = container("CONTAINS", .measurementGroup, content)
        container.set(template(group.region == nil ? "1501" : "1410"))
        return container
    }

    /// TID 300.
    private static func measurement(_ measurement: Measurement) -> DataSet {
        let measured = DataSet([
            DataElement(.measurementUnitsCodeSequence, items: [measurement.unit.item]), DataElement(.floatingPointValue, .FD, decimals: [measurement.value]),
            DataElement(.numericValue, .DS, decimals: [measurement.value]),
        ])
        let content = (measurement.derivation.map { [code("HAS CONCEPT MOD", .derivation, $0)] } ?? [])
            + measurement.coordinates.map { coordinates("INFERRED FROM", .source, $0) }
        return item("CONTAINS", "NUM", measurement.concept, [DataElement(.measuredValueSequence, items: [measured])], content)
    }

    private static func coordinates(_ relationship: String, _ name: CodedConcept, _ coordinates: Coordinates) -> DataSet {
        let image = item("SELECTED FROM", "IMAGE", nil, [DataElement(.referencedSOPSequence, items: [reference(coordinates.image)])])
        return item(relationship, "SCOORD", name, [
            DataElement(.graphicData, .FL, decimals: coordinates.points), DataElement(.graphicType, .CS, coordinates.graphic.rawValue),
        ], [image])
    }

    private static func container(_ relationship: String?, _ name: CodedConcept, _ content: [DataSet]) -> DataSet {
        item(relationship, "CONTAINER", name, [DataElement(.continuityOfContent, .CS, "SEPARATE")], content)
    }

    private static func code(_ relationship: String, _ name: CodedConcept, _ value: CodedConcept) -> DataSet {
        item(relationship, "CODE", name, [DataElement(.conceptCodeSequence, items: [value.item])])
    }

    private static func item(_ relationship: String?, _ type: String, _ name: CodedConcept?, _ values: [DataElement], _ content: [DataSet] = []) -> DataSet {
        var item = DataSet(values)
        if let relationship { item.set(DataElement(.relationshipType, .CS, relationship)) }
        item.set(DataElement(.valueType, .CS, type))
        if let name { item.set(DataElement(.conceptNameCodeSequence, items: [name.item])) }
        if !content.isEmpty { item.set(DataElement(.contentSequence, items: content)) }
        return item
    }

    private static func template(_ identifier: String) -> DataElement {
        DataElement(.contentTemplateSequence, items: [DataSet([DataElement(.mappingResource, .CS, "DCMR"), DataElement(.templateIdentifier, .CS, identifier)])])
    }
}
