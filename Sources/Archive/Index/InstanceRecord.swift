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
    var requests: [Request]

    struct Request: Sendable, Hashable {
        var procedure: String
        var step: String
    }

    /// - Parameters:
    ///   - reader: at its end.
    ///   - size: of the file.
    /// - Throws: `.cannotUnderstand` naming the UID that is missing or none.
    init(_ reader: DataSetReader, transferSyntax: TransferSyntax, dataSetOffset: UInt64, size: UInt64) throws(ArchiveError) {
        let dataSet = reader.dataSet
        sopClass = try dataSet.required(.sopClassUID, "SOP Class UID")
        sopInstance = try dataSet.required(.sopInstanceUID, "SOP Instance UID")
        study = try dataSet.required(.studyInstanceUID, "Study Instance UID")
        series = try dataSet.required(.seriesInstanceUID, "Series Instance UID")
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
                    tag: location.tag, vr: location.vr, isEncapsulated: location.isEncapsulated, value: location.value,
                    frames: FrameTable.frames(of: dataSet, at: location)
                ).encoded()
            } ?? PixelDataIndex.none
        }
        patientAttributes = dataSet.inUTF8(LevelAttributes.patient)
        studyAttributes = dataSet.inUTF8(LevelAttributes.study)
        seriesAttributes = dataSet.inUTF8(LevelAttributes.series)
        instanceAttributes = dataSet.inUTF8(LevelAttributes.instance)
        requests = Set(dataSet.items(.requestAttributesSequence).prefix(64).map { item in
            Request(procedure: item.string(.requestedProcedureID) ?? "", step: item.string(.scheduledProcedureStepID) ?? "")
        }).filter { !$0.procedure.isEmpty || !$0.step.isEmpty }.sorted { ($0.procedure, $0.step) < ($1.procedure, $1.step) }
    }
}

extension DataSet {
    fileprivate func required(_ tag: Tag, _ name: String) throws(ArchiveError) -> UID {
        guard let text = string(tag) else {
            throw ArchiveError(.cannotUnderstand, "\(name) \(tag) is missing: the object cannot be kept without it")
        }
        guard let uid = UID(text) else {
            throw ArchiveError(.cannotUnderstand, "\(name) \(tag) is no UID: \(text.debugDescription)")
        }
        return uid
    }
}
