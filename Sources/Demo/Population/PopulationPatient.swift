import DICOM

/// One person of a population: the same for the same number and seed.
struct PopulationPatient: Sendable {
    var number: Int
    var seed: UInt64

    /// Most come once or twice, a few again and again.
    private static let visits: [(share: Int, studies: ClosedRange<Int>)] = [
        (420, 1...1), (180, 2...2), (110, 3...3), (70, 4...4), (50, 5...5), (100, 6...10), (55, 11...25), (15, 26...60),
    ]

    func studies() -> [PopulationStudy] {
        var random = Random(seed: seed, number, 1)
        let count = random.number(in: random.weighted(Self.visits) { $0.share }.studies)
        let first = random.number(in: 0...Population.days - 1)
        return (0..<count).map { index in
            // An illness is followed for weeks, or years pass.
            let day = index > 0 && random.once(in: 2) ? (first + random.number(in: 1...60)) % Population.days : index == 0 ? first : random.number(in: 0...Population.days - 1)
            let second = random.number(in: 0...1) == 0 ? random.number(in: 28_800...43_200) : random.number(in: 0...86_399)
            return PopulationStudy(patient: self, index: index, second: day * 86_400 + second, kind: random.weighted(ExaminationKind.all) { $0.weight }, &random)
        }
    }

    func elements() -> [DataElement] {
        var random = Random(seed: seed, number, 2)
        let isWoman = random.once(in: 2)
        let id = "\(random.one(of: ["", "", "P", "MRN", "K-"]))\(10_000_000 + Int(Random.mixed(number) % 80_000_000))\(number % 10)"
        var elements = [
            DataElement(.patientName, .PN, PopulationNames.patient(&random, isWoman: isWoman)), DataElement(.patientID, .LO, id),
            DataElement(.patientSex, .CS, isWoman ? "F" : "M"),
            DataElement(.patientBirthDate, .DA, Day(number: random.number(in: -33_000 ... 0)).text),
        ]
        if !random.once(in: 3) { elements.append(DataElement(.issuerOfPatientID, .LO, random.one(of: ["HOSPITAL", "CLINIC-EAST", "1.2.40.0.13.1.1"]))) }
        if random.once(in: 8) { elements.append(DataElement(.otherPatientIDs, .LO, "OLD\(number)", "SSN\(random.number(in: 100_000...999_999))")) }
        if random.once(in: 20) { elements.append(DataElement(.patientComments, .LT, "Needs an interpreter")) }
        return elements
    }
}

extension Random {
    /// Well spread, and the same for the same number.
    static func mixed(_ number: Int) -> UInt64 {
        var random = Random(seed: UInt64(bitPattern: Int64(number)))
        return random.next()
    }
}

/// A day by its number, from the first of a population.
struct Day {
    var number: Int

    /// `YYYYMMDD` (days to the civil calendar by eras of 400 years).
    var text: String {
        let shifted = number + 16_801 + 719_468  // Days from 0000-03-01; 16,801 is 2016-01-01 from 1970-01-01.
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        return "\(Day.padded(year, 4))\(Day.padded(month < 10 ? month + 3 : month - 9, 2))\(Day.padded(day, 2))"
    }

    static func padded(_ number: Int, _ digits: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
    }

    /// `HHMMSS` of a second of the day.
    static func time(_ second: Int) -> String {
        let second = second % 86_400
        return "\(padded(second / 3600, 2))\(padded(second / 60 % 60, 2))\(padded(second % 60, 2))"
    }
}
