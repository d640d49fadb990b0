import DICOM
import Database
import Synchronization

/// An attribute that is searched beside those that the index has columns for: any of the standard's, also in items of sequences, and
/// of private creators.
public struct ExtraAttribute: Sendable, Hashable, Identifiable {
    public var id: Int64
    public var path: AttributePath
    /// Study, series or instance: what has the attribute.
    public var level: Query.Level
    public var vr: VR
    /// Objects that were there before it have been read. Until then it is not matched: a study would be said not to be there.
    public var isFilled: Bool

    static let columns: SQLStatement = "id, path, level, vr, filled"

    /// nil for a row that this program cannot read.
    init?(_ row: SQLRow) {
        guard let id = row.integer("id"), let path = try? AttributePath(row.string("path")), let level = Query.Level(rawValue: row.int("level")),
            let vr = VR(row.string("vr"))
        else { return nil }
        (self.id, self.path, self.level, self.vr) = (id, path, level, vr)
        isFilled = row.integer("filled") == nil
    }

    /// Values of an object, as they are kept.
    func values(of dataSet: DataSet) -> [ExtraValue] {
        var values: [ExtraValue] = []
        for (element, characterSet) in dataSet.elements(at: path).prefix(Self.mostElements) {
            // What an implicit encoding left open is read as it was said to be.
            let element = element.vr == .UN ? DataElement(tag: element.tag, vr: vr, value: element.value) : element
            for text in element.strings(in: characterSet) where !text.isEmpty && text.utf8.count <= Self.longestValue {
                for key in Self.keys(text, vr) { values.append(ExtraValue(attribute: id, level: level, key: key, value: text)) }
                if values.count >= Self.mostValues { return values }
            }
        }
        return values
    }

    private static let mostElements = 64
    private static let mostValues = 256
    private static let longestValue = 1024

    /// What a value is found by.
    static func keys(_ text: String, _ vr: VR) -> [String] {
        switch vr {
        case .PN: SearchText.nameGroups(text)
        case .DA: DateTimeKey.date(text).map { [$0] } ?? []
        case .TM: DateTimeKey.time(text).map { [$0] } ?? []
        case .DS, .IS, .FL, .FD, .US, .SS, .UL, .SL, .UV, .SV: number(text).map { [$0] } ?? []
        default: [text]
        }
    }

    /// The same text for the same number: `5`, `05` and `5.00` are `5`.
    static func number(_ text: String) -> String? {
        guard let number = Double(text.filter { $0 != " " }), number.isFinite else { return nil }
        if let whole = Int64(exactly: number) { return "\(whole)" }
        return "\(number)"
    }

    static let numbers: Set<VR> = [.DS, .IS, .FL, .FD, .US, .SS, .UL, .SL, .UV, .SV]
}

struct ExtraValue: Sendable, Hashable {
    var attribute: Int64
    var level: Query.Level
    var key: String
    var value: String
}

/// The extra attributes that this process knows of.
final class ExtraAttributes: Sendable {
    /// What was known when an object was read.
    struct Use: Sendable {
        var attributes: [ExtraAttribute]
        fileprivate var generation: Int
    }

    private struct State {
        var attributes: [ExtraAttribute] = []
        var generation = 0
        /// Objects that were read and are not in the index yet, by what was known then.
        var used: [Int: Int] = [:]
    }

    private let state = Mutex(State())

    /// Empty as a rule: nothing is done then.
    var all: [ExtraAttribute] { state.withLock { $0.attributes } }

    /// To read an object with. Ends when it is in the index, or will not be.
    func begin() -> Use {
        state.withLock { state in
            state.used[state.generation, default: 0] += 1
            return Use(attributes: state.attributes, generation: state.generation)
        }
    }

    func end(_ use: Use) {
        state.withLock { state in
            let left = (state.used[use.generation] ?? 1) - 1
            state.used[use.generation] = left == 0 ? nil : left
        }
    }

    /// When this returns, what was read before is in the index, and what will be is read with the attributes that there are now.
    func load(_ database: any SQLDatabase) async throws(DatabaseError) {
        let rows = try await database.all("SELECT \(ExtraAttribute.columns) FROM extra_attribute ORDER BY id")
        let now = state.withLock { state in
            state.attributes = rows.compactMap { ExtraAttribute($0) }
            state.generation += 1
            return state.generation
        }
        while state.withLock({ $0.used.keys.contains { $0 < now } }) {
            do { try await Task.sleep(for: .milliseconds(10)) } catch { throw DatabaseError(.cancelled, "the task was cancelled") }
        }
    }
}

extension IndexWriter {
    /// Notes the values of an instance that is in the index; when renewing, in place of those that it had.
    func addExtra(_ values: [ExtraValue], of sopInstance: UID, renewing: Bool = false) throws(DatabaseError) {
        guard renewing || !values.isEmpty else { return }
        guard let row = try connection.first("SELECT id, series, study FROM instance WHERE sop_uid = \(sopInstance.text)") else { return }
        if renewing { try connection.run("DELETE FROM extra_value WHERE instance = \(row["id"])") }
        for value in values {
            let owner = switch value.level {
            case .instance: row["id"]
            case .series: row["series"]
            default: row["study"]
            }
            try connection.run("""
                INSERT INTO extra_value (attribute, folded, owner, instance, value)
                VALUES (\(value.attribute), \(value.key), \(owner), \(row["id"]), \(value.value)) ON CONFLICT DO NOTHING
                """)
        }
    }
}
