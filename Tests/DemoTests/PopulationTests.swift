import DICOM
import Testing

@testable import Demo

@Suite("A generated population") struct PopulationTests {
    static let population = Population(instances: 20_000, seed: 1)

    @Test("is as large as asked for, in the order of time, the same in every run")
    func sizeAndOrder() throws {
        let again = Population(instances: 20_000, seed: 1), other = Population(instances: 20_000, seed: 2)
        #expect(Self.population.studies.reduce(0) { $0 + $1.instances } == 20_000)
        #expect(Self.population.studies.map(\.made) == Self.population.studies.map(\.made).sorted())
        #expect(again.studies.map(\.uid) == Self.population.studies.map(\.uid))
        #expect(other.studies.map(\.uid) != Self.population.studies.map(\.uid))
        let (one, two) = (try #require(Self.population.studies.last), try #require(again.studies.last))
        #expect(one.allSeries().map { $0.dataSet(1) } == two.allSeries().map { $0.dataSet(1) })
    }

    @Test("has valid UIDs, one for each instance, and dates within its ten years")
    func uids() throws {
        var uids: Set<String> = [], count = 0
        for study in Self.population.studies {
            for series in study.allSeries() {
                for number in Set([1, series.count]) {
                    let dataSet = series.dataSet(number)
                    for tag in [Tag.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID, .sopClassUID] { #expect(dataSet.uid(tag) != nil) }
                    uids.insert(try #require(dataSet.string(.sopInstanceUID)))
                    count += 1
                    let date = try #require(dataSet.string(.studyDate))
                    #expect(CalendarDate(date) != nil && ("20160101"..."20251231").contains(date))
                    #expect(CalendarDate(dataSet.string(.patientBirthDate) ?? "") != nil)
                }
            }
        }
        #expect(uids.count == count)
    }

    @Test("goes to the doctor as people do: mostly films and ultrasound, most images from CT and MR")
    func mix() throws {
        let studies = Population(instances: 400_000, seed: 3).studies
        func share(_ modalities: Set<String>) -> Double {
            Double(studies.count { $0.series.contains { modalities.contains($0.kind.modality) } }) / Double(studies.count)
        }
        #expect((0.54...0.70).contains(share(["DX", "CR"])))
        #expect((0.15...0.25).contains(share(["US"])))
        #expect((0.06...0.13).contains(share(["CT"])))
        #expect((0.04...0.10).contains(share(["MR"])))
        let images = studies.flatMap(\.series).filter { ["CT", "MR", "PT"].contains($0.kind.modality) }.reduce(0) { $0 + $1.instances }
        #expect(Double(images) / 400_000 > 0.75)
    }

    @Test("has names of many scripts, with their component groups")
    func names() {
        var random = Random(seed: 5)
        let names = (0..<3000).map { PopulationNames.patient(&random, isWoman: $0 % 2 == 0) }
        func share(_ range: ClosedRange<Unicode.Scalar>) -> Double { Double(names.count { $0.unicodeScalars.contains(where: range.contains) }) / 3000 }
        let scripts: [(String, ClosedRange<Unicode.Scalar>)] = [
            ("Cyrillic", "\u{400}"..."\u{4FF}"), ("Greek", "\u{370}"..."\u{3FF}"), ("Han", "\u{4E00}"..."\u{9FFF}"), ("Hiragana", "\u{3040}"..."\u{309F}"),
            ("Hangul", "\u{AC00}"..."\u{D7A3}"), ("Arabic", "\u{600}"..."\u{6FF}"), ("Hebrew", "\u{590}"..."\u{5FF}"), ("Latin with accents", "\u{C0}"..."\u{17F}"),
        ]
        for (name, range) in scripts { #expect(share(range) > 0.005, "\(name)") }
        #expect(names.contains { $0.split(separator: "=").count == 3 })
        for name in names { #expect(PersonName(name).alphabetic.familyName.isEmpty == false, "\(name)") }
    }

    @Test("days by their number", arguments: [(0, "20160101"), (59, "20160229"), (3652, "20251231"), (-16_801, "19700101"), (-33_000, "19250826")])
    func days(number: Int, text: String) { #expect(Day(number: number).text == text) }
}
