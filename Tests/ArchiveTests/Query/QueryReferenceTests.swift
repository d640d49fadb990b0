import DICOM
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

/// Answers of the index compared with a plain filter over the same generated instances.
@Suite(.everyEngine) struct QueryReferenceTests {
    /// One generated instance: attributes by level, as texts.
    struct Row: Sendable {
        var study: String, series: String, instance: String
        var values: [Tag: String]
    }

    private static let names = ["Doe^Jane", "DOE^John^^Dr", "Müller^Jörg", "Muller^Ada", "O'Neil^Pat", "Yamada^Tarou=山田^太郎=やまだ^たろう", ""]
    private static let descriptions = ["Thorax nativ", "THORAX", "Kopf 50%", "Knie_links", "", "Thorax*"]

    static let rows: [Row] = {
        var random = SeededGenerator(seed: 42)
        func pick(_ values: [String]) -> String { values.randomElement(using: &random) ?? "" }
        var rows: [Row] = []
        for study in 0..<40 {
            let ofStudy: [Tag: String] = [
                .patientName: pick(names), .patientID: pick(["P1", "P2", "P10", "p1", ""]), .patientBirthDate: pick(["19600101", "19991231", ""]),
                .patientSex: pick(["F", "M", "O", ""]), .studyDate: pick(["20240101", "20240115", "20231231", "20240201", ""]),
                .studyTime: pick(["101530", "0000", "235959.999", "12", ""]), .accessionNumber: pick(["A1", "A2", "A10", "B1", ""]),
                .studyDescription: pick(descriptions), .studyID: pick(["1", "2", ""]), .referringPhysicianName: pick(["House^Greg", "Wilson^James", ""]),
            ]
            for series in 0..<Int.random(in: 1...3, using: &random) {
                let ofSeries: [Tag: String] = [
                    .modality: pick(["CT", "MR", "US", "CR"]), .seriesNumber: pick(["1", "2", "3", ""]), .bodyPartExamined: pick(["HEAD", "KNEE", ""]),
                    .seriesDescription: pick(["ax", "sag", ""]), .performedProcedureStepStartDate: pick(["20240101", "20240102", ""]),
                ]
                for instance in 0..<Int.random(in: 1...4, using: &random) {
                    var values = ofStudy.merging(ofSeries) { $1 }
                    values[.instanceNumber] = pick(["1", "2", "3", ""])
                    rows.append(Row(study: "1.\(study)", series: "1.\(study).\(series)", instance: "1.\(study).\(series).\(instance)", values: values))
                }
            }
        }
        return rows
    }()

    private static func archive() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        let vrs: [Tag: VR] = [
            .patientName: .PN, .referringPhysicianName: .PN, .patientBirthDate: .DA, .studyDate: .DA, .performedProcedureStepStartDate: .DA,
            .studyTime: .TM, .seriesNumber: .IS, .instanceNumber: .IS,
        ]
        try await archive.index(rows.map { row in
            var instance = TestInstance(study: row.study, series: row.series, instance: row.instance)
            instance.extra = row.values.map { DataElement($0.key, vrs[$0.key] ?? .LO, $0.value) } + [DataElement(.specificCharacterSet, .CS, "ISO_IR 192")]
            return instance
        })
        return archive
    }

    // MARK: The plain filter

    private static func fold(_ text: String) -> String {
        var text = text.lowercased().replacingOccurrences(of: "ü", with: "u").replacingOccurrences(of: "ö", with: "o")
        while text.hasSuffix("^") { text.removeLast() }
        return text
    }

    private static func wildcard(_ pattern: [Character], _ text: [Character]) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" { return (0...text.count).contains { wildcard(Array(pattern.dropFirst()), Array(text.dropFirst($0))) } }
        guard let next = text.first, first == "?" || first == next else { return false }
        return wildcard(Array(pattern.dropFirst()), Array(text.dropFirst()))
    }

    private static func matches(_ value: String, _ key: String, _ tag: Tag) -> Bool {
        if key.isEmpty || key == "*" { return true }
        switch tag {
        case .patientName, .referringPhysicianName:
            return value.split(separator: "=").contains { wildcard(Array(fold(key)), Array(fold(String($0)))) }
        case .studyDate, .patientBirthDate, .performedProcedureStepStartDate:
            guard !value.isEmpty else { return false }
            let parts = key.split(separator: "-", omittingEmptySubsequences: false)
            if parts.count == 1 { return value == key }
            return (parts[0].isEmpty || value >= parts[0]) && (parts[1].isEmpty || value <= parts[1])
        case .studyTime:
            guard !value.isEmpty else { return false }
            func seconds(_ text: Substring, _ end: Bool) -> Double {
                let fill = end ? "235959" : "000000"
                let whole = text.prefix(6) + fill.dropFirst(min(6, text.count))
                let digits = Array(whole).compactMap { Int(String($0)) }
                let base = Double((digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60 + digits[4] * 10 + digits[5])
                return base + (text.count > 6 ? Double("0" + text.dropFirst(6)) ?? 0 : end ? 0.999999 : 0)
            }
            let parts = key.split(separator: "-", omittingEmptySubsequences: false)
            let at = seconds(value[...], false)
            if parts.count == 1 { return at >= seconds(parts[0], false) && at <= seconds(parts[0], true) }
            return (parts[0].isEmpty || at >= seconds(parts[0], false)) && (parts[1].isEmpty || at <= seconds(parts[1], true))
        case .seriesNumber, .instanceNumber:
            return Int(value) != nil && Int(value) == Int(key)
        default:
            return wildcard(Array(key), Array(value))
        }
    }

    private static let keyValues: [(Tag, [String])] = [
        (.patientName, ["doe*", "DOE^JANE", "muller*", "*^j*", "山田*", "o'neil^pat", "Doe^J?ne", "*", "yamada^tarou"]),
        (.patientID, ["P1", "P*", "P?", "*1", "nobody"]),
        (.patientBirthDate, ["19600101", "-19700101", "19600101-19991231"]),
        (.patientSex, ["F", "O"]),
        (.studyDate, ["20240101", "20240101-20240131", "20240115-", "-20231231"]),
        (.studyTime, ["101530", "10", "100000-130000", "-0000", "2359-"]),
        (.accessionNumber, ["A1", "A*", "?1*", ""]),
        (.studyDescription, ["Thorax*", "THORAX", "Kopf 50%", "Knie?links", "*o*", "thorax*"]),
        (.studyID, ["1"]),
        (.referringPhysicianName, ["house*", "Wilson^James"]),
        (.modality, ["CT", "C*"]),
        (.seriesNumber, ["1", "02"]),
        (.bodyPartExamined, ["HEAD", "*EE"]),
        (.seriesDescription, ["ax", "s*"]),
        (.performedProcedureStepStartDate, ["20240101", "20240101-20240102"]),
        (.instanceNumber, ["2"]),
    ]

    private static func level(_ tag: Tag) -> Query.Level {
        switch tag {
        case .modality, .seriesNumber, .bodyPartExamined, .seriesDescription, .performedProcedureStepStartDate: .series
        case .instanceNumber: .instance
        default: .study
        }
    }

    @Test func answersAreThoseOfAPlainFilter() async throws {
        let archive = try await Self.archive()
        var random = SeededGenerator(seed: 3)
        var found = 0
        for _ in 0..<600 {
            let level = [Query.Level.study, .series, .instance].randomElement(using: &random) ?? .study
            let usable = Self.keyValues.filter { Self.level($0.0) <= level }
            let chosen = usable.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
            let keys = chosen.map { ($0.0, $0.1.randomElement(using: &random) ?? "") }
            let expected = Set(Self.rows.filter { row in keys.allSatisfy { Self.matches(row.values[$0.0] ?? "", $0.1, $0.0) } }.map { row in
                level == .study ? row.study : level == .series ? row.series : row.instance
            })
            let query = Query(level, keys: keys.map { Query.Key($0.0, values: [$0.1]) })
            #expect(query.unsupportedKeys.isEmpty)
            let tag: Tag = level == .study ? .studyInstanceUID : level == .series ? .seriesInstanceUID : .sopInstanceUID
            let answers = try await archive.query(query, for: .everything).answers.compactMap { $0.string(tag) }
            #expect(Set(answers) == expected, "\(level) \(keys)")
            #expect(try await archive.count(query, for: .everything) == expected.count)
            // Along the order of the answers, as in an archive with many that match.
            let walked = try QueryStatement(query, .everything, lead: .order).sql
            #expect(Set(try await archive.all(walked).map { $0.string(level == .study ? "study_uid" : level == .series ? "series_uid" : "sop_uid") }) == expected, "\(level) \(keys)")
            #expect(Set(answers).count == answers.count)
            found += answers.count
        }
        #expect(found > 1000)
    }

    @Test("Modalities of a study are those of its series", arguments: ["CT", "MR", "C*", "XA"])
    func modalities(value: String) async throws {
        let archive = try await Self.archive()
        let expected = Set(Self.rows.filter { Self.matches($0.values[.modality] ?? "", value, .modality) }.map(\.study))
        let answers = try await archive.query(Query(.study, keys: [.init(.modalitiesInStudy, values: [value])]), for: .everything).answers
        #expect(Set(answers.compactMap { $0.string(.studyInstanceUID) }) == expected)
        for answer in answers {
            let uid = answer.string(.studyInstanceUID)
            #expect(Set(answer.strings(.modalitiesInStudy)) == Set(Self.rows.filter { $0.study == uid }.compactMap { $0.values[.modality] }))
            #expect(answer.integer(.numberOfStudyRelatedInstances) == Self.rows.filter { $0.study == uid }.count)
            #expect(answer.integer(.numberOfStudyRelatedSeries) == Set(Self.rows.filter { $0.study == uid }.map(\.series)).count)
        }
    }

    @Test func listsOfUIDsAndTheHierarchyAreFollowed() async throws {
        let archive = try await Self.archive()
        let studies = try await archive.query(Query(.study, keys: [.init(.studyInstanceUID, values: ["1.1", "1.2", "9.9"])]), for: .everything).answers
        #expect(Set(studies.compactMap { $0.string(.studyInstanceUID) }) == ["1.1", "1.2"])
        let instances = try await archive.query(Query(.instance, keys: [.init(.studyInstanceUID, values: ["1.3"])]), for: .everything).answers
        #expect(instances.count == Self.rows.filter { $0.study == "1.3" }.count)
        #expect(instances.allSatisfy { $0.string(.studyInstanceUID) == "1.3" })
    }

    // MARK: Pages

    static let pagings: [Query] = [
        Query(.patient), Query(.study), Query(.series), Query(.instance),
        Query(.study, sort: [.init(.patientName)]), Query(.study, sort: [.init(.studyDescription, isAscending: false)]),
        Query(.study, sort: [.init(.patientBirthDate)]), Query(.series, keys: [.init(.studyInstanceUID, values: (0..<40).map { "1.\($0)" })], sort: [.init(.seriesNumber)]),
        Query(.study, sort: [.init(.patientName), .init(.studyDate, isAscending: false), .init(.patientBirthDate)]),
        Query(.instance, sort: [.init(.patientID, isAscending: false), .init(.studyDate)]), Query(.series, sort: [.init(.modalitiesInStudy)]),
        Query(.study, keys: [.init(.modalitiesInStudy, values: ["CT", "MR"])], sort: [.init(.accessionNumber)]), Query(.patient, sort: [.init(.patientBirthDate)]),
        Query(.instance, keys: [.init(.studyInstanceUID, values: (0..<40).map { "1.\($0)" })]),
        Query(.series, keys: [.init(.studyInstanceUID, values: ["1.1", "1.2", "1.3"])]),
    ]

    @Test("Pages put together are the whole, in order, each answer once", arguments: pagings.indices)
    func pages(index: Int) async throws {
        let archive = try await Self.archive()
        var query = Self.pagings[index]
        let whole = try await archive.query(query, for: .everything)
        #expect(whole.next == nil)
        query.limit = 7
        var paged: [DataSet] = []
        repeat {
            let page = try await archive.query(query, for: .everything)
            paged += page.answers
            query.cursor = page.next
        } while query.cursor != nil
        #expect(paged == whole.answers)
        query.offset = 5
        query.cursor = nil
        #expect(try await archive.query(query, for: .everything).answers == Array(whole.answers.dropFirst(5).prefix(7)))
        var streamed: [DataSet] = []
        for try await answer in archive.answers(Self.pagings[index], for: .everything) { streamed.append(answer) }
        #expect(streamed == whole.answers)
    }

    @Test("What has no meaning is said", arguments: [
        Query(.study, keys: [.init(.studyDate, values: ["yesterday"])]), Query(.study, keys: [.init(.studyDate, values: ["20240101-20240102-20240103"])]),
        Query(.series, keys: [.init(.seriesNumber, values: ["one"])]), Query(.study, limit: 0), Query(.study, offset: -1),
        Query(.series, sort: [.init(.seriesNumber)]), Query(.study, cursor: "nonsense"), Query(.study, sort: [.init(.rows)]),
    ])
    func invalid(query: Query) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        await #expect(throws: ArchiveError(.invalidQuery, "")) { try await archive.query(query, for: .everything) }
    }

    @Test func keysTheIndexDoesNotHaveAreNamed() {
        let query = Query(.study, keys: [.init(.modality, values: ["CT"]), .init(.kvp, values: ["120"]), .init(.kvp, values: []), .init(.patientID, values: ["1"])])
        #expect(query.unsupportedKeys.map(\.path) == [[.modality], [.kvp]])
    }
}
