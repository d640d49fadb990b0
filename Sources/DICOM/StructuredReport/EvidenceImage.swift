/// An image that a document speaks of, or some of its frames.
public struct EvidenceImage: Sendable, Hashable {
    public var series: UID
    public var sopClass: UID
    public var sopInstance: UID
    /// From 1; empty of an image that is one frame, or where all are meant.
    public var frames: [Int]

    public init(series: UID, sopClass: UID, sopInstance: UID, frames: [Int] = []) {
        (self.series, self.sopClass, self.sopInstance, self.frames) = (series, sopClass, sopInstance, frames)
    }

    /// - Parameter frame: from 1; nil of an image that is one frame.
    public init(series: UID, sopClass: UID, sopInstance: UID, frame: Int?) {
        self.init(series: series, sopClass: sopClass, sopInstance: sopInstance, frames: frame.map { [$0] } ?? [])
    }

    /// An item of the Image SOP Instance Reference Macro (PS3.3 §10.3).
    public var reference: DataSet {
        var item = DataSet([DataElement(.referencedSOPClassUID, uid: sopClass), DataElement(.referencedSOPInstanceUID, uid: sopInstance)])
        if !frames.isEmpty { item.set(DataElement(.referencedFrameNumber, .IS, integers: frames)) }
        return item
    }

    /// Hierarchical SOP Instance Reference (PS3.3 §C.17.2.1): each image once, whatever the frame.
    ///
    /// - Parameter study: its UID as an image of it gives it.
    static func evidence(_ images: [EvidenceImage], study: [String]) -> DataSet {
        let bySeries = Dictionary(grouping: Set(images.map { EvidenceImage(series: $0.series, sopClass: $0.sopClass, sopInstance: $0.sopInstance) }), by: \.series)
        let series = bySeries.sorted { $0.key < $1.key }.map { series, images in
            DataSet([DataElement(.referencedSOPSequence, items: images.sorted { $0.sopInstance < $1.sopInstance }.map(\.reference)), DataElement(.seriesInstanceUID, uid: series)])
        }
        return DataSet([DataElement(.referencedSeriesSequence, items: series), DataElement(.studyInstanceUID, .UI, strings: study)])
    }
}

extension DataSet {
    /// The attributes of an image's patient and study, for an object that is added to them; those of type 2 without a value where there is none.
    public var patientAndStudy: [DataElement] {
        Self.patientAndStudyAttributes.compactMap { tag, vr, isNeeded in
            let values = strings(tag)
            return isNeeded || !values.isEmpty ? DataElement(tag, vr, strings: values) : nil
        }
    }

    /// Attribute | VR | whether it is written without a value too.
    private static let patientAndStudyAttributes: [(Tag, VR, Bool)] = [
        (.patientName, .PN, true), (.patientID, .LO, true), (.issuerOfPatientID, .LO, false), (.patientBirthDate, .DA, true), (.patientSex, .CS, true),
        (.patientAge, .AS, false), (.studyInstanceUID, .UI, true), (.studyDate, .DA, true), (.studyTime, .TM, true), (.accessionNumber, .SH, true),
        (.referringPhysicianName, .PN, true), (.studyID, .SH, true), (.studyDescription, .LO, false),
    ]
}
