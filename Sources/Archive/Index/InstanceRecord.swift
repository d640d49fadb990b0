import DICOM

/// All that the index keeps of one object, as its data set gives it. The same object always gives the same record.
struct InstanceRecord: Sendable {
    var sopClass: UID
    var sopInstance: UID
    var study: UID
    var series: UID
    var transferSyntax: TransferSyntax
    /// Bytes of preamble and meta information: the data set begins there.
    var dataSetOffset: UInt64
    /// First byte of the pixel data's element in the file; the end of the file where there is none, or where it is deflated.
    var headerEnd: UInt64
    var pixelData: [UInt8]

    var patientAttributes: DataSet
    var studyAttributes: DataSet
    var seriesAttributes: DataSet
    var instanceAttributes: DataSet
    /// nil: it belongs to a study.
    var nonPatient: NonPatientCategory?
    /// Of a structured report.
    var reportWords: Set<String>
    /// Patient and study, and series, as their rows keep them.
    var encodedStudy: [UInt8]
    var encodedSeries: [UInt8]
    /// What was put in place of what the object lacks.
    var warnings: [ReadWarning] = []
    /// nil: nobody looked whether anything is to be corrected.
    var corrected: Corrected?
    /// Of the attributes that are searched beside those that have columns.
    var extra: [ExtraValue] = []

    /// - Parameters:
    ///   - reader: at its end.
    ///   - identity: of the file meta information or the command, for a data set that does not say it.
    ///   - size: of the file.
    ///   - corrected: what is to be different from what the object says.
    /// - Throws: `.cannotUnderstand` naming the UID that is missing or none.
    init(
        _ reader: DataSetReader, identity: (sopClass: UID, sopInstance: UID)?, transferSyntax: TransferSyntax, dataSetOffset: UInt64, size: UInt64,
        corrected: Corrected? = nil, extra: [ExtraAttribute] = []
    ) throws(ArchiveError) {
        let dataSet = corrected?.correction?.applied(to: reader.dataSet) ?? reader.dataSet
        self.corrected = corrected
        if !extra.isEmpty { self.extra = extra.flatMap { $0.values(of: dataSet) } }
        sopClass = try dataSet.required(.sopClassUID, "SOP Class UID", else: identity?.sopClass)
        sopInstance = try dataSet.required(.sopInstanceUID, "SOP Instance UID", else: identity?.sopInstance)
        nonPatient = NonPatientCategory(sopClass: sopClass)
        // Some systems forget the study: such objects are filed under UIDs of their own, which the object itself does not get.
        study = try dataSet.required(.studyInstanceUID, "Study Instance UID", else: .filing(sopInstance, as: "study"))
        series = try dataSet.required(.seriesInstanceUID, "Series Instance UID", else: .filing(sopInstance, as: "series"))
        for (tag, uid) in [(Tag.studyInstanceUID, study), (.seriesInstanceUID, series)] where nonPatient == nil && dataSet.string(tag) == nil {
            warnings.append(ReadWarning(path: [tag], offset: 0, message: "is missing: filed under \(uid)"))
        }
        self.transferSyntax = transferSyntax
        self.dataSetOffset = dataSetOffset
        if transferSyntax.isDeflated {
            // Places in the inflated data set are no places in the file.
            headerEnd = size
            pixelData = PixelDataIndex.none
        } else {
            headerEnd = dataSetOffset + reader.headerLength
            pixelData = reader.pixelData.map { location in
                PixelDataIndex(
                    tag: location.tag, vr: location.vr, isEncapsulated: location.isEncapsulated,
                    frames: FrameTable(dataSet, location, transferSyntax: transferSyntax)
                ).encoded()
            } ?? PixelDataIndex.none
        }
        patientAttributes = dataSet.inUTF8(LevelAttributes.patient)
        studyAttributes = dataSet.inUTF8(LevelAttributes.study).with(.studyInstanceUID, study)
        seriesAttributes = dataSet.inUTF8(LevelAttributes.series).with(.seriesInstanceUID, series)
        reportWords = ReportWords.of(dataSet)
        instanceAttributes = dataSet.inUTF8(nonPatient == nil ? LevelAttributes.instance : dataSet.elements.map(\.tag)).with(.sopClassUID, sopClass).with(.sopInstanceUID, sopInstance)
        encodedStudy = patientAttributes.merging(studyAttributes).encodedForRow()
        encodedSeries = seriesAttributes.encodedForRow()
    }
}

extension DataSet {
    /// With the UID under which it is filed, where it has none of its own.
    fileprivate func with(_ tag: Tag, _ uid: UID) -> DataSet {
        guard string(tag) == nil else { return self }
        var dataSet = self
        dataSet.set(DataElement(tag, uid: uid))
        return dataSet
    }

    fileprivate func required(_ tag: Tag, _ name: String, else other: UID?) throws(ArchiveError) -> UID {
        guard let text = string(tag) else {
            if let other { return other }
            throw ArchiveError(.cannotUnderstand, "\(name) \(tag) is missing: the object cannot be kept without it")
        }
        guard let uid = UID(text) else {
            throw ArchiveError(.cannotUnderstand, "\(name) \(tag) is no UID: \(text.debugDescription)")
        }
        return uid
    }
}
