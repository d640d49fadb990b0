import ArgumentParser
import DICOM
import Foundation

struct CoerceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coerce",
        abstract: "Show what a set of coercion rules would do to files; nothing is changed.",
        discussion: """
            The rules are a JSON list, as 'isocenter peers' takes them for a peer: see docs/operate/coercion.md. Exit code 1 where a file \
            cannot be read or the rules could not do all they say; 2 where the rules themselves are wrong.
            """)

    @Option(help: ArgumentHelp("Calling AE title the rules are to see.", valueName: "aet")) var calling = ""
    @Option(help: ArgumentHelp("Called AE title the rules are to see.", valueName: "aet")) var called = "ISOCENTER"
    @Flag(help: "As JSON, a line a file.") var json = false
    @Argument(help: ArgumentHelp("JSON file with the rules.", valueName: "rules"), completion: .file(extensions: ["json"])) var rules: String
    @Argument(help: ArgumentHelp("DICOM files.", valueName: "file"), completion: .file()) var files: [String]

    func run() async throws {
        let rules: CoercionRules
        do { rules = try CoercionRules(file: self.rules) } catch {
            tell("\(error)")
            throw ExitCode(2)
        }
        var isGood = true
        for path in files {
            do {
                let report = CoercionReport(file: path, try Self.dataSet(path), rules, CoercionContext(callingAETitle: calling, calledAETitle: called))
                if json { print(try report.json) } else { report.write { print($0) } }
                if !report.problems.isEmpty { isGood = false }
            } catch {
                tell("\(path): \(error)")
                isGood = false
            }
        }
        if !isGood { throw ExitCode(1) }
    }

    private static func dataSet(_ path: String) throws -> DataSet {
        let file = try OpenFile(path)
        var reader = FileReader(length: file.size)
        var offset: UInt64 = 0
        while offset < file.size {
            let bytes = try file.bytes(ByteRange(offset: offset, length: min(256 << 10, file.size - offset)))
            guard !bytes.isEmpty else { break }
            try reader.feed(bytes)
            offset += UInt64(bytes.count) + reader.skip()
        }
        try reader.finish()
        return reader.dataSet
    }
}

extension CoercionRules {
    /// - Throws: with words, and where the text is no JSON.
    init(file path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path): cannot be read") }
        do {
            self = try JSONDecoder().decode(CoercionRules.self, from: data)
        } catch let error as CoercionError {
            throw Failure("\(path): \(error)")
        } catch let error as DecodingError {
            throw Failure("\(path): \(Self.words(error))")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "rule \($0 + 1)" } ?? $0.stringValue }.joined(separator: ", ")
            return path.isEmpty ? "a list of rules is wanted" : "\(path): \(context.debugDescription)"
        }
        return switch error {
        case .dataCorrupted(let context): context.codingPath.isEmpty ? "is no JSON" : place(context)
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context): place(context)
        @unknown default: "\(error)"
        }
    }
}

/// What rules make of one file, before and after.
struct CoercionReport {
    var file: String
    var refusal: CoercionRefusal?
    var changes: [AttributeChange] = []
    var rules: [String] = []
    var problems: [String] = []

    init(file: String, _ dataSet: DataSet, _ rules: CoercionRules, _ context: CoercionContext) {
        self.file = file
        do throws(CoercionRefusal) {
            let coerced = try rules.apply(to: dataSet, context)
            problems = coerced.problems
            guard let correction = coerced.correction else { return }
            (self.rules, changes) = (correction.rules, AttributeChange.all(of: correction))
        } catch {
            refusal = error
        }
    }

    func write(_ line: (String) -> Void) {
        line("\(file): \(refusal.map { "refused with \($0.hex) by '\($0.rule)': \($0.words)" } ?? (changes.isEmpty ? "stays as it is" : rules.joined(separator: ", ")))")
        for change in changes { line("  \(change.text)") }
        for problem in problems { line("  not done: \(problem)") }
    }

    var json: String {
        get throws {
            struct Answer: Encodable {
                var file: String, refused: Refused?, rules: [String], changes: [AttributeChange], problems: [String]
                struct Refused: Encodable { var status: String, words: String, rule: String }
            }
            let answer = Answer(
                file: file, refused: refusal.map { .init(status: $0.hex, words: $0.words, rule: $0.rule) }, rules: rules, changes: changes, problems: problems)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(answer), as: UTF8.self)
        }
    }
}

extension CoercionRefusal {
    fileprivate var hex: String {
        let digits = String(status, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
