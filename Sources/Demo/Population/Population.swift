import DICOM

/// What an archive of some size would hold after ten years: patients with their studies, series and instances, without pixels.
///
/// Names, numbers and dates are generated; the same seed and size give the same population in every run. Examinations and their
/// sizes follow published figures of a country's imaging (`ExaminationKind`).
public struct Population: Sendable {
    public let instances: Int
    public let patients: Int
    /// In the order in which they were made.
    public let studies: [PopulationStudy]

    /// 2016-01-01 to 2025-12-31.
    static let days = 3653
    static let firstYear = 2016

    /// - Parameter instances: in all; the last study has no more than is left.
    public init(instances: Int, seed: UInt64 = 1) {
        var studies: [PopulationStudy] = []
        var left = max(instances, 0)
        var patient = 0
        while left > 0 {
            for study in PopulationPatient(number: patient, seed: seed).studies() where left > 0 {
                var study = study
                study.cut(to: left)
                left -= study.instances
                studies.append(study)
            }
            patient += 1
        }
        self.instances = max(instances, 0)
        patients = patient
        self.studies = studies.sorted { ($0.second, $0.patient.number) < ($1.second, $1.patient.number) }
    }
}

extension Random {
    /// Of a generator that is one of many: another sequence for each number.
    init(seed: UInt64, _ numbers: Int...) {
        var mixed = seed
        for number in numbers {
            var random = Random(seed: mixed ^ UInt64(bitPattern: Int64(number)) &* 0xD6E8_FEB8_6659_FD93)
            mixed = random.next()
        }
        self.init(seed: mixed)
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool { next() % UInt64(times) == 0 }

    mutating func one<Element>(of list: [Element]) -> Element { list[Int(next() % UInt64(list.count))] }

    /// The first ones much more often than the last, as names are in a country (Zipf's law, nearly).
    mutating func skewed<Element>(_ list: [Element]) -> Element {
        let place = uniform()
        return list[min(Int(Float(list.count) * place * place), list.count - 1)]
    }

    mutating func weighted<Element>(_ list: [Element], _ weight: (Element) -> Int) -> Element {
        var place = Int(next() % UInt64(list.reduce(0) { $0 + weight($1) }))
        for element in list {
            place -= weight(element)
            if place < 0 { return element }
        }
        return list[list.count - 1]
    }
}
