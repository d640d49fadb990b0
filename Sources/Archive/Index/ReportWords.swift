import DICOM
import Database

/// The words of a structured report (PS3.3 §C.17.3): its texts, names and the meanings of its codes.
enum ReportWords {
    /// A report of more is found by its first ones.
    static let most = 1500
    private static let deepest = 32
    private static let contentSequence = Tag(0x0040, 0xA730)
    private static let conceptCodeSequence = Tag(0x0040, 0xA168)
    private static let texts = [Tag(0x0040, 0xA160), Tag(0x0040, 0xA123)]

    static func of(_ dataSet: DataSet) -> Set<String> {
        guard dataSet[contentSequence] != nil else { return [] }
        var words: Set<String> = []
        add(dataSet, depth: 0, to: &words)
        return words
    }

    private static func add(_ item: DataSet, depth: Int, to words: inout Set<String>) {
        guard depth < deepest else { return }
        for text in texts.map({ item.text($0) }) where !text.isEmpty {
            for word in SearchText.words(text) where words.count < most { words.insert(word) }
        }
        for code in item.items(.conceptNameCodeSequence) + item.items(conceptCodeSequence) {
            for word in SearchText.words(code.text(.codeMeaning)) where words.count < most { words.insert(word) }
        }
        for child in item.items(contentSequence) where words.count < most { add(child, depth: depth + 1, to: &words) }
    }
}

extension SearchIndex {
    /// The words of a report, whose row is there.
    func add(report record: InstanceRecord, study: Int64) throws(DatabaseError) {
        guard !record.reportWords.isEmpty,
            let instance = try connection.first("SELECT id FROM instance WHERE sop_uid = \(record.sopInstance.text)")?.integer("id")
        else { return }
        for word in record.reportWords.sorted() {
            try connection.run("INSERT INTO report_word (word, study, instance) VALUES (\(word), \(study), \(instance)) ON CONFLICT DO NOTHING")
        }
    }

    func forget(report instance: Int64) throws(DatabaseError) { try connection.run("DELETE FROM report_word WHERE instance = \(instance)") }
}
