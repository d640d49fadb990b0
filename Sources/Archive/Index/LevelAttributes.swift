import DICOM

/// Which attributes are kept in the row of which level, to be answered with (PS3.4 Tables C.6-1 to C.6-4, PS3.18 Tables 10.6.3-3 to -5).
enum LevelAttributes {
    static let patient: [Tag] = [
        .patientName, .patientID, .issuerOfPatientID, .patientBirthDate, .patientBirthTime, .patientSex, .otherPatientIDs,
        .otherPatientIDsSequence, .ethnicGroup, .patientComments,
    ]

    static let study: [Tag] = [
        .studyDate, .studyTime, .accessionNumber, .issuerOfAccessionNumberSequence, .referringPhysicianName, .timezoneOffset,
        .studyDescription, .procedureCodeSequence, .nameOfPhysiciansReadingStudy, .admittingDiagnosesDescription, .patientAge, .patientSize,
        .patientWeight, .studyInstanceUID, .studyID, .requestingPhysician, .admissionID,
    ]

    static let series: [Tag] = [
        .seriesDate, .seriesTime, .modality, .manufacturer, .institutionName, .stationName, .seriesDescription,
        .institutionalDepartmentName, .performingPhysicianName, .operatorsName, .manufacturerModelName, .bodyPartExamined, .protocolName,
        .patientPosition, .seriesInstanceUID, .seriesNumber, .laterality, .frameOfReferenceUID, .performedProcedureStepStartDate,
        .performedProcedureStepStartTime, .performedProcedureStepID, .performedProcedureStepDescription, .requestAttributesSequence,
    ]

    static let instance: [Tag] = [
        .imageType, .instanceCreationDate, .instanceCreationTime, .sopClassUID, .sopInstanceUID, .acquisitionDate, .contentDate,
        .acquisitionDateTime, .acquisitionTime, .contentTime, .acquisitionNumber, .instanceNumber, .imageComments, .samplesPerPixel,
        .photometricInterpretation, .numberOfFrames, .rows, .columns, .bitsAllocated, .bitsStored, .sliceLocation,
        .conceptNameCodeSequence, .completionFlag, .verificationFlag, .documentTitle, .mimeTypeOfEncapsulatedDocument, .contentLabel,
        .contentDescription, .contentCreatorName,
    ]

    /// What a row of this level and those above it keep.
    static func kept(at level: Query.Level) -> Set<Tag> { kept[level] ?? [] }

    private static let kept: [Query.Level: Set<Tag>] = [
        .patient: Set(patient), .study: Set(patient + study), .series: Set(patient + study + series),
        .instance: Set(patient + study + series + instance),
    ]

    /// A value longer than this is left out of the row: it is read from the object where it is asked for.
    static let longestValue = 4096
}

extension Tag {
    static let timezoneOffset = Tag(0x0008, 0x0201)
    static let longCodeValue = Tag(0x0008, 0x0119)
    static let urnCodeValue = Tag(0x0008, 0x0120)
    static let admittingDiagnosesDescription = Tag(0x0008, 0x1080)
}

extension DataSet {
    /// Only these attributes, their text in UTF-8.
    func inUTF8(_ tags: [Tag]) -> DataSet {
        let characterSet = characterSet
        return DataSet(tags.compactMap { tag in self[tag].flatMap { $0.understood.inUTF8(characterSet) } })
    }

    fileprivate var inUTF8: DataSet {
        DataSet(elements.compactMap { $0.tag == .specificCharacterSet ? nil : $0.inUTF8(characterSet) })
    }

    /// For a row. Attributes that cannot be written are left out: the object has them.
    func encodedForRow() -> [UInt8] {
        if let bytes = try? DataSetWriter.encode(self, as: .explicitLittle) { return bytes }
        return elements.reduce(into: []) { bytes, element in
            bytes += (try? DataSetWriter.encode(DataSet([element]), as: .explicitLittle)) ?? []
        }
    }

    /// What `encodedForRow` made.
    init(row bytes: [UInt8]) throws(ArchiveError) {
        var reader = DataSetReader(encoding: .explicitLittle, length: UInt64(bytes.count))
        do {
            try reader.feed(bytes)
            try reader.finish()
        } catch {
            throw ArchiveError(.storageFailed, "a row of the index is damaged (\(error)): rebuild the index")
        }
        self = reader.dataSet
        inheritedCharacterSet = .utf8
    }
}

extension DataElement {
    /// nil for what a row does not keep: empty, large or bulk values.
    fileprivate func inUTF8(_ characterSet: SpecificCharacterSet) -> DataElement? {
        switch value {
        case .bytes(let bytes):
            guard !bytes.isEmpty, bytes.count <= LevelAttributes.longestValue else { return nil }
            guard vr.usesSpecificCharacterSet else { return self }
            // Text that is plain in every repertoire stays as it is.
            if bytes.allSatisfy({ (0x20..<0x7F).contains($0) }), characterSet == .default || characterSet == .utf8 { return self }
            return DataElement(tag, vr, strings: strings(in: characterSet))
        case .items(let items):
            guard !items.items.isEmpty, items.items.count <= 64 else { return nil }
            return DataElement(tag, items: items.items.map { $0.dataSet.inUTF8 })
        case .fragments, .external: return nil
        }
    }
}
