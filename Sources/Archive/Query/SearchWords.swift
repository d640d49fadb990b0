import DICOM
import Database

/// Words that somebody types: each must begin a word of a study's name, ID, accession number, description, modality or reports,
/// or be a date.
struct SearchWords {
    let words: [String]
    static let mostWords = 16

    init(_ text: String) { words = Array(SearchText.searchWords(text).prefix(Self.mostWords)) }

    /// - Parameter leading: the word whose studies are looked up; the others are asked of each study that is met, as far as words can
    ///   tell before its row is read.
    func conditions(leading: Int?) -> [SQLStatement] {
        let isApart = leading.map { Self.day(words[$0]) == nil } ?? false
        var ofWords: SQLStatement = ""
        var conditions: [SQLStatement] = []
        for (index, word) in words.enumerated() where index != leading {
            if let day = Self.day(word) {
                conditions.append("(\(Self.has(word, "study.id")) OR study.date_sort >= \(day) AND study.date_sort < \(SearchText.end(of: day)))")
            } else if isApart {
                ofWords += " AND \(Self.has(word, "sought.study"))"
            } else {
                conditions.append(Self.has(word, "study.id"))
            }
        }
        guard let leading else { return conditions }
        let range = Self.range(words[leading])
        let met: SQLStatement = """
            study.id IN (SELECT study FROM study_word AS sought WHERE \(range)\(ofWords)
                         UNION SELECT study FROM report_word AS sought WHERE \(range)\(ofWords))
            """
        guard let day = Self.day(words[leading]) else { return [met] + conditions }
        return ["(\(met) OR study.id IN (SELECT id FROM study WHERE date_sort >= \(day) AND date_sort < \(SearchText.end(of: day))))"] + conditions
    }

    private static func has(_ word: String, _ study: SQLStatement) -> SQLStatement {
        let range = range(word)
        return """
            (EXISTS (SELECT 1 FROM study_word WHERE study_word.study = \(study) AND \(range))
             OR EXISTS (SELECT 1 FROM report_word WHERE report_word.study = \(study) AND \(range)))
            """
    }

    /// The word that the fewest studies have, and how many; nil where all have more than `bound`.
    func rarest(_ bound: Int, _ connection: any SQLConnection) throws(DatabaseError) -> (index: Int, rows: Int)? {
        var rarest: (index: Int, rows: Int)?
        for (index, word) in words.enumerated() {
            let range = Self.range(word)
            var parts: SQLStatement = "SELECT 1 AS one FROM study_word WHERE \(range) UNION ALL SELECT 1 AS one FROM report_word WHERE \(range)"
            if let day = Self.day(word) { parts += " UNION ALL SELECT 1 AS one FROM study WHERE date_sort >= \(day) AND date_sort < \(SearchText.end(of: day))" }
            let rows = try connection.first("SELECT count(*) AS matches FROM (\(parts) LIMIT \(bound)) AS found")?.int("matches") ?? 0
            if rows < bound, rows < rarest?.rows ?? bound { rarest = (index, rows) }
        }
        return rarest
    }

    private static func range(_ word: String) -> SQLStatement { "word >= \(word) AND word < \(SearchText.end(of: word))" }

    /// The digits of a year, month or day.
    private static func day(_ word: String) -> String? {
        let digits = word.filter { $0 != "-" && $0 != "." }
        return [4, 6, 8].contains(digits.utf8.count) && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? digits : nil
    }
}
