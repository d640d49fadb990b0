import DICOM

/// A series of a population's study: its instances are made one at a time.
public struct PopulationSeries: Sendable {
    public let count: Int
    /// Bytes of pixel data of an instance; 0 where it has none.
    public let pixelBytes: Int
    private let kind: ExaminationKind.SeriesKind
    private let uid: String
    private let date: String
    private let second: Int
    private let shared: DataSet
    private let frames: Int

    init(study: PopulationStudy, number: Int, kind: ExaminationKind.SeriesKind, count: Int, _ elements: [DataElement]) {
        (self.kind, self.count) = (kind, count)
        var random = Random(seed: study.patient.seed, study.patient.number, study.index, number)
        uid = DemoUID.text("\(study.uid)/\(number)")
        second = study.second + number * 97
        date = Day(number: second / 86_400).text
        frames = random.number(in: kind.frames)
        pixelBytes = kind.rows * kind.columns * kind.bits / 8 * frames
        let device = Self.devices[Int(Random.mixed(study.patient.number / 5 &+ kind.modality.utf8.count) % UInt64(Self.devices.count))]
        var shared = elements + [
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.sopClassUID, .UI, kind.sopClass), DataElement(.seriesInstanceUID, .UI, uid),
            DataElement(.seriesDate, .DA, date), DataElement(.seriesTime, .TM, Day.time(second)), DataElement(.modality, .CS, kind.modality),
            DataElement(.seriesNumber, .IS, integers: [number]), DataElement(.manufacturer, .LO, device.manufacturer),
            DataElement(.manufacturerModelName, .LO, device.model), DataElement(.stationName, .SH, "\(kind.modality)\(device.number)"),
            DataElement(.institutionName, .LO, device.institution), DataElement(.institutionalDepartmentName, .LO, "Radiology"),
            DataElement(.operatorsName, .PN, PopulationNames.physician(1000 + random.number(in: 0...30))),
            DataElement(.performedProcedureStepStartDate, .DA, date), DataElement(.performedProcedureStepStartTime, .TM, Day.time(second)),
            DataElement(.performedProcedureStepID, .SH, "PPS\(study.patient.number % 100_000)"), DataElement(.performedProcedureStepDescription, .LO, study.description),
            DataElement(.protocolName, .LO, study.description), DataElement(.acquisitionNumber, .IS, integers: [1]), DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL"),
        ]
        let description = random.one(of: kind.descriptions)
        if !description.isEmpty { shared.append(DataElement(.seriesDescription, .LO, description)) }
        if !study.part.isEmpty { shared.append(DataElement(.bodyPartExamined, .CS, study.part)) }
        if ["KNEE", "HAND", "ANKLE", "SHOULDER", "BREAST"].contains(study.part) { shared.append(DataElement(.laterality, .CS, random.once(in: 2) ? "R" : "L")) }
        if ["CT", "MR", "PT"].contains(kind.modality) {
            shared.append(DataElement(.frameOfReferenceUID, .UI, DemoUID.text("\(study.uid)/frame")))
            shared.append(DataElement(.patientPosition, .CS, "HFS"))
        }
        if random.once(in: 2) {
            shared.append(DataElement(.requestAttributesSequence, items: [DataSet([
                DataElement(.requestedProcedureID, .SH, "RP\(study.patient.number)-\(study.index)"), DataElement(.scheduledProcedureStepID, .SH, "SPS\(study.patient.number)-\(study.index)"),
            ])]))
        }
        if pixelBytes > 0 {
            shared += [
                DataElement(.rows, .US, integers: [kind.rows]), DataElement(.columns, .US, integers: [kind.columns]), DataElement(.bitsAllocated, .US, integers: [kind.bits]),
                DataElement(.bitsStored, .US, integers: [kind.bits == 8 ? 8 : 12]), DataElement(.highBit, .US, integers: [kind.bits == 8 ? 7 : 11]),
                DataElement(.pixelRepresentation, .US, integers: [0]), DataElement(.samplesPerPixel, .US, integers: [1]),
                DataElement(.photometricInterpretation, .CS, "MONOCHROME2"),
            ]
            if frames > 1 { shared.append(DataElement(.numberOfFrames, .IS, integers: [frames])) }
        }
        self.shared = DataSet(shared)
    }

    /// Whole but for the pixel data, which it would have by its size.
    ///
    /// - Parameter number: from 1.
    public func dataSet(_ number: Int) -> DataSet {
        var dataSet = shared
        let time = Day.time(second + number / 4)
        dataSet.set(DataElement(.sopInstanceUID, .UI, "\(uid).\(number)"))
        dataSet.set(DataElement(.instanceNumber, .IS, integers: [number]))
        for tag in [Tag.instanceCreationDate, .acquisitionDate, .contentDate] { dataSet.set(DataElement(tag, .DA, date)) }
        for tag in [Tag.instanceCreationTime, .acquisitionTime, .contentTime] { dataSet.set(DataElement(tag, .TM, time)) }
        if kind.modality == "CT" || kind.modality == "MR" || kind.modality == "PT" {
            let location = Double(number) * 1.25 - 200
            dataSet.set(DataElement(.sliceLocation, .DS, decimals: [location]))
            dataSet.set(DataElement(.imagePositionPatient, .DS, decimals: [-180, -180, location]))
        }
        return dataSet
    }

    private struct Device: Sendable {
        var number: Int
        var manufacturer: String
        var model: String
        var institution: String
    }

    private static let devices: [Device] = (0..<48).map { number in
        var random = Random(seed: 0xDE71CE, number)
        let maker = random.one(of: [("SIEMENS", "SOMATOM"), ("GE MEDICAL SYSTEMS", "Revolution"), ("Philips", "Ingenia"), ("CANON", "Aquilion"), ("FUJIFILM", "FDR"), ("AGFA", "DX-D")])
        let place = random.skewed(["St. Mary's Hospital", "Universitätsklinikum", "CHU Saint-Étienne", "Clínica San José", "大学病院", "Городская больница", "City Imaging Centre", "Klinik Ost"])
        return Device(number: number, manufacturer: maker.0, model: "\(maker.1) \(random.number(in: 1...9))", institution: place)
    }
}
