import DICOM

/// One examination of one patient.
public struct PopulationStudy: Sendable {
    let patient: PopulationPatient
    /// Of the patient, from 0.
    let index: Int
    /// From the first second of the population.
    let second: Int
    let kind: ExaminationKind
    let part: String
    let description: String
    private(set) var series: [(kind: ExaminationKind.SeriesKind, instances: Int)]

    public private(set) var instances: Int
    /// Seconds since 1970.
    public var made: Int { second + 16_801 * 86_400 }

    init(patient: PopulationPatient, index: Int, second: Int, kind: ExaminationKind, _ random: inout Random) {
        (self.patient, self.index, self.second, self.kind) = (patient, index, second, kind)
        let part = random.skewed(kind.parts)
        (self.part, description) = (part.part, random.one(of: part.descriptions))
        series = []
        for kind in kind.series {
            for _ in 0..<random.number(in: kind.count) { series.append((kind, random.number(in: kind.instances))) }
        }
        instances = series.reduce(0) { $0 + $1.instances }
    }

    /// To so many instances at most.
    mutating func cut(to most: Int) {
        while instances > most, let last = series.last {
            let kept = max(last.instances - (instances - most), 0)
            instances -= last.instances - kept
            series.removeLast()
            if kept > 0 { series.append((last.kind, kept)) }
        }
    }

    /// Its series one after the other, each with its instances.
    public func allSeries() -> [PopulationSeries] {
        let elements = patient.elements() + elements()
        return series.indices.map { PopulationSeries(study: self, number: $0 + 1, kind: series[$0].kind, count: series[$0].instances, elements) }
    }

    var uid: String { DemoUID.text("population/\(patient.seed)/\(patient.number)/\(index)") }
    var date: String { Day(number: second / 86_400).text }

    private func elements() -> [DataElement] {
        var random = Random(seed: patient.seed, patient.number, 3, index)
        let ordinal = Int(Random.mixed(patient.number &* 64 &+ index) % 100_000_000)
        let accession = "\(random.one(of: ["A", "RAD", ""]))\(date.prefix(4))\(Day.padded(ordinal, 8))"
        let code = ["71020", "36554-4", "24558-9", "30746-2", "P5-09051"][description.utf8.count % 5]
        var elements = [
            DataElement(.studyInstanceUID, .UI, uid), DataElement(.studyDate, .DA, date), DataElement(.studyTime, .TM, Day.time(second)),
            DataElement(.accessionNumber, .SH, accession), DataElement(.studyID, .SH, "\(ordinal % 100_000)"),
            DataElement(.studyDescription, .LO, description),
            // A physician sends a few patients a year: the larger the archive, the more of them.
            DataElement(.referringPhysicianName, .PN, PopulationNames.physician(patient.number / 8 + random.number(in: 0...3))),
            DataElement(.procedureCodeSequence, items: [DataSet([
                DataElement(.codeValue, .SH, code), DataElement(.codingSchemeDesignator, .SH, "LN"), DataElement(.codeMeaning, .LO, description),
            ])]),
        ]
        if random.once(in: 3) { elements.append(DataElement(.patientWeight, .DS, decimals: [Double(random.number(in: 45...120))])) }
        if random.once(in: 4) { elements.append(DataElement(.nameOfPhysiciansReadingStudy, .PN, PopulationNames.physician(random.number(in: 0...40)))) }
        return elements
    }
}
