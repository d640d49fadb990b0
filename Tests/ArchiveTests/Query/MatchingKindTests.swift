import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive

/// Kinds of matching beside single values, wildcards and ranges (PS3.4 §C.2.2.2), and how keys without a column are met.
@Suite(.everyEngine) struct MatchingKindTests {
    private static func archive() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        let code = DataSet([DataElement(.codeValue, .SH, "C1"), DataElement(.codingSchemeDesignator, .SH, "99T"), DataElement(.codeMeaning, .LO, "Knee")])
        let other = DataSet([DataElement(.patientID, .LO, "OTHER"), DataElement(.issuerOfPatientID, .LO, "East")])
        try await archive.index([
            TestInstance(study: "1.1", series: "1.1.1", instance: "1.1.1.1", patientID: "P1", name: "Yamada^Tarou=山田^太郎", extra: [
                DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.studyDate, .DA, "20240101"), DataElement(.studyTime, .TM, "233000"),
                DataElement(.manufacturer, .LO, "Acme"), DataElement(.imageType, .CS, strings: ["ORIGINAL", "PRIMARY"]),
                DataElement(.procedureCodeSequence, items: [code]), DataElement(.otherPatientIDsSequence, items: [other]),
            ]),
            TestInstance(study: "1.2", series: "1.2.1", instance: "1.2.1.1", patientID: "P2", name: "Smythe^John", extra: [
                DataElement(.studyDate, .DA, "20240102"), DataElement(.studyTime, .TM, "0100"), DataElement(.timezoneOffset, .SH, "+0300"), DataElement(.manufacturer, .LO, "Bcme"),
                DataElement(.otherPatientIDs, .LO, strings: ["O1", "O2"]), DataElement(.operatorsName, .PN, "Op^Era"),
            ]),
        ])
        return archive
    }

    static let cases: [(Query.Level, [Query.Key], [String])] = [
        (.study, [.init(.studyDescription, values: ["\"\""])], ["1.1", "1.2"]), (.study, [.init(.patientName, values: ["\"\""])], []),
        (.study, [.init(.patientID, values: ["P1", "P2", "P3"])], ["1.1", "1.2"]), (.study, [.init(.studyDate, values: ["20240101", "20230101-20230201"])], ["1.1"]),
        (.study, [.init(.patientName, values: ["=山田*"])], ["1.1"]), (.study, [.init(.patientName, values: ["山田*="])], []), (.study, [.init(.patientName, values: ["yamada*=山田*"])], ["1.1"]),
        (.study, [.init(.procedureCodeSequence, .codeValue, values: ["C1"]), .init(.procedureCodeSequence, .codeMeaning, values: ["Knee"])], ["1.1"]),
        (.study, [.init(.procedureCodeSequence, .codeValue, values: ["C1"]), .init(.procedureCodeSequence, .codeMeaning, values: ["Hip"])], []),
        (.study, [.init(.otherPatientIDs, values: ["O2"])], ["1.2"]), (.study, [.init(.otherPatientIDsSequence, .patientID, values: ["OTHER"]), .init(.otherPatientIDsSequence, .issuerOfPatientID, values: ["East"])], ["1.1"]),
        (.series, [.init(.studyInstanceUID, values: ["1.1"]), .init(.manufacturer, values: ["A*"])], ["1.1"]), (.series, [.init(.studyInstanceUID, values: ["1.1"]), .init(.manufacturer, values: ["B*"])], []),
        (.series, [.init(.operatorsName, values: ["OP*"])], ["1.2"]), (.instance, [.init(.studyInstanceUID, values: ["1.1"]), .init(.imageType, values: ["PRIMARY"])], ["1.1"]),
        (.study, [.init(.patientID, values: ["*"]), .init(.studyDate, values: ["*"])], ["1.1", "1.2"]),
    ]

    @Test("Kinds", arguments: cases.indices)
    func kinds(index: Int) async throws {
        let (level, keys, expected) = Self.cases[index]
        let query = Query(level, keys: keys)
        #expect(query.unsupportedKeys.isEmpty)
        let answers = try await Self.archive().query(query, for: .everything).answers
        #expect(answers.compactMap { $0.string(.studyInstanceUID) }.sorted() == expected, "\(keys)")
    }

    @Test("Fuzzy names", arguments: [("tarou", ["1.1"]), ("TAROU YAMADA", ["1.1"]), ("Smith", ["1.2"]), ("jon smith", ["1.2"]), ("太郎", ["1.1"]), ("smith tarou", [])])
    func fuzzy(name: String, expected: [String]) async throws {
        var query = Query(.study, keys: [.init(.patientName, values: [name])])
        query.isFuzzy = true
        #expect(try await Self.archive().query(query, for: .everything).answers.compactMap { $0.string(.studyInstanceUID) } == expected)
    }

    /// Pairs as people meet them: the name in the archive, what is typed.
    @Test("Names in other scripts and spellings are found", arguments: [
        ("Путин^Владимир", "putin vladimir"), ("Putin^Vladimir", "Путин"), ("Чайковский^Пётр", "chaikovskii"), ("Tchaikovsky^Pyotr", "чайковский"),
        ("Παπαδόπουλος^Γιώργος", "papadopoulos"), ("Yamada^Tarou=山田^太郎=やまだ^たろう", "taro yamada"), ("=山田^太郎=ヤマダ^タロウ", "yamada"), ("=陳^偉", "chen wei"),
        ("=김^길동", "kim"), ("Gim^Gildong", "김"), ("محمد^أحمد", "Muhammad Ahmed"), ("Mohamed^Ahmad", "محمد"), ("Sjöström^Håkan", "sjostrom hakan"),
        ("Karlsson^Carl", "carlson karl"), ("Filip^Wladimir", "philipp vladimir"), ("Schmidt^Anna", "anna smith"),
    ])
    func scripts(name: String, typed: String) {
        let indexed = NameWords.indexed(name)
        for word in NameWords.words(typed) {
            let (beginnings, entries) = NameWords.sought(word)
            #expect(beginnings.contains { start in indexed.contains { $0.hasPrefix(start) } } || entries.contains { indexed.contains($0) }, "\(word): \(entries) in \(indexed.sorted())")
        }
    }

    @Test("What does not sound alike is not found", arguments: [("Schmidt^Anna", "jones"), ("Путин", "pavlov"), ("محمد", "david"), ("=山田^太郎", "suzuki")])
    func others(name: String, typed: String) {
        let indexed = NameWords.indexed(name)
        let (beginnings, entries) = NameWords.sought(NameWords.words(typed)[0])
        #expect(!beginnings.contains { start in indexed.contains { $0.hasPrefix(start) } } && !entries.contains { indexed.contains($0) }, "\(indexed.sorted()) \(entries)")
    }

    @Test("Soundex as the National Archives of the United States give it", arguments: [
        ("washington", "w252"), ("lee", "l000"), ("gutierrez", "g362"), ("pfister", "p236"), ("jackson", "j250"), ("tymczak", "t522"), ("ashcraft", "a261"),
    ])
    func soundex(word: String, code: String) { #expect(NameWords.sound(word) == code) }

    @Test func timesAreMatchedAndAnsweredInTheZoneThatIsAskedFor() async throws {
        // 01:00 three hours east is 22:00 of the day before in UTC.
        var query = Query(.study, keys: [.init(.patientID, values: ["P2"]), .init(.studyDate, values: ["20240101"]), .init(.studyTime, values: ["2200"])])
        query.timezone = 0
        let answer = try #require(await Self.archive().query(query, for: .everything).answers.first)
        #expect((answer.string(.studyDate), answer.string(.studyTime), answer.string(.timezoneOffset)) == ("20240101", "2200", "+0000"))
        query.timezone = 180
        #expect(try await Self.archive().query(query, for: .everything).answers.isEmpty)
    }

    @Test func aKeyWithoutColumnNeedsAnotherThatKeepsTheRowsFew() {
        #expect(Query(.series, keys: [.init(.manufacturer, values: ["Acme"])]).unsupportedKeys.map(\.path) == [[.manufacturer]])
        #expect(Query(.series, keys: [.init(.manufacturer, values: ["Acme"]), .init(.studyDate, values: ["20240101"])]).unsupportedKeys.isEmpty)
        #expect(Query(.study, keys: [.init(.seriesDescription, values: ["x"]), .init(.patientID, values: ["P1"])]).unsupportedKeys.map(\.path) == [[.seriesDescription]])
    }

    @Test func pagesOfFilteredRowsAreTheWhole() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<700).map { number in
            TestInstance(study: "1.1", series: "1.1.1", instance: "1.1.1.\(number)", extra: [DataElement(.instanceNumber, .IS, "\(number)"), DataElement(.acquisitionNumber, .IS, "\(number % 7)")])
        })
        var query = Query(.instance, keys: [.init(.studyInstanceUID, values: ["1.1"]), .init(.acquisitionNumber, values: ["3"])], limit: 9)
        var found: [String] = []
        repeat {
            let page = try await archive.query(query, for: .everything)
            found += page.answers.compactMap { $0.string(.sopInstanceUID) }
            query.cursor = page.next
        } while query.cursor != nil
        #expect(found == (0..<100).map { "1.1.1.\($0 * 7 + 3)" })
        #expect(try await archive.query(Query(.instance, keys: query.keys, limit: 5, offset: 98), for: .everything).answers.count == 2)
    }

    @Test func anIndexOfTheFirstVersionIsFilled() async throws {
        let database = try Engine.current.makeDatabase()
        try await database.migrate(Schema(module: "archive", migrations: [Migration(1, schema0001)]))
        let series = DataSet([DataElement(.institutionName, .LO, "House"), DataElement(.operatorsName, .PN, "Op^Era")])
        let study = DataSet([DataElement(.otherPatientIDs, .LO, "O1"), DataElement(.patientName, .PN, "Doe^Jane")])
        try await database.write { (connection) throws(DatabaseError) in
            try connection.run("INSERT INTO patient (id, issuer, patient_id, discriminator, name_folded, attributes) VALUES (1, '', 'P', '', '', \(study.encodedForRow()))")
            try connection.run("""
                INSERT INTO study (id, patient, study_uid, patient_id, issuer, name_folded, date_sort, accession, accession_folded, description_folded, modalities, sop_classes, received, attributes)
                VALUES (1, 1, '1.1', 'P', '', '', '', '', '', '', '', '', 1, \(study.encodedForRow()))
                """)
            try connection.run("INSERT INTO series (id, study, series_uid, modality, received, attributes) VALUES (1, 1, '1.1.1', 'CT', 1, \(series.encodedForRow()))")
        }
        try await database.migrate(.archive)
        let institution = try await database.first("SELECT study FROM study_value JOIN search_value ON search_value.id = study_value.value WHERE kind = 11 AND search_value.value = 'House'")
        #expect(institution?.int("study") == 1)
        #expect(try await database.first("SELECT institution FROM series")?.text("institution") == "House")
        #expect(try await database.all("SELECT role FROM other_patient_id WHERE patient_id = 'O1' ORDER BY role").map { $0.int("role") } == [1, 3])
        #expect(try await database.all("SELECT owner FROM person_name WHERE role = 6 AND folded = 'op^era'").count == 1)
        #expect(try await database.all("SELECT owner FROM person_word WHERE role = 1 AND word = 'jane'").count == 1)
    }
}
