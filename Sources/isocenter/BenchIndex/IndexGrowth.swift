import Archive
import Database
import Foundation

/// What each question costs in each folder, asked in turns so that what else the machine does disturbs all alike.
struct IndexGrowth: Encodable {
    struct Cost: Encodable {
        /// Milliseconds.
        var median: Double
        var p99: Double
        /// Processor time of this process, median: what a busy machine and a slow disk disturb least. On PostgreSQL the work is the server's.
        var processor: Double
        /// On the average.
        var answers: Double
    }

    struct Question: Encodable {
        var name: String
        /// By folder.
        var costs: [Cost]
        /// Largest ratio to the first folder, for each answer where there are more of them, of processor times, on PostgreSQL of medians;
        /// nil with one folder.
        var growth: Double?

        var isTooCostly: Bool { growth.map { $0 > IndexGrowth.mostGrowth } ?? false }
    }

    struct Folder: Encodable {
        var path: String
        var engine: String
        var studies: Int
        var instances: Int
    }

    var folders: [Folder]
    var questions: [Question]

    static let mostGrowth = 2.0

    static func measure(folders: [(path: String, database: String)], values: Int, only: String?) async throws -> IndexGrowth {
        var archives: [Archive] = []
        defer { for archive in archives { archive.close() } }
        var growth = IndexGrowth(folders: [], questions: [])
        for (path, database) in folders {
            guard FileManager.default.fileExists(atPath: path) else { throw Failure("there is no data folder '\(path)'") }
            var configuration = ArchiveConfiguration(folder: path, role: .beside)
            configuration.database = database
            let archive = try await Archive.open(configuration, logger: makeLogger("bench-index"))
            archives.append(archive)
            let totals = try await archive.totals()
            guard totals.instances > 0 else { throw Failure("\(path) is empty: fill it with --instances") }
            growth.folders.append(Folder(path: path, engine: database.isEmpty ? "SQLite" : "PostgreSQL", studies: totals.studies, instances: totals.instances))
        }
        for question in IndexQuestion.all where only.map({ question.name.contains($0) }) ?? true {
            growth.questions.append(try await measure(question, archives, values: values))
        }
        return growth
    }

    private static func measure(_ question: IndexQuestion, _ archives: [Archive], values: Int) async throws -> Question {
        var random = SystemRandomNumberGenerator()
        var times = archives.map { _ in [Double]() }
        var processor = times
        var answers = archives.map { _ in 0 }
        for turn in -warmups..<values {
            for (index, archive) in archives.enumerated() {
                let sample = try await IndexSample.draw(question.sample, archive, &random)
                let begin = ContinuousClock.now, used = processorTime()
                let count = try await question.ask(archive, sample)
                let time = (ContinuousClock.now - begin) / .milliseconds(1)
                guard turn >= 0 else { continue }
                times[index].append(time)
                processor[index].append(processorTime() - used)
                answers[index] += count
            }
        }
        let costs = archives.indices.map { index in
            let sorted = times[index].sorted()
            return Cost(
                median: sorted[sorted.count / 2], p99: sorted[min(sorted.count * 99 / 100, sorted.count - 1)],
                processor: processor[index].sorted()[sorted.count / 2], answers: Double(answers[index]) / Double(values))
        }
        func cost(_ index: Int) -> Double { archives.contains { !$0.configuration.database.isEmpty } ? costs[index].median : costs[index].processor }
        let growth = costs.indices.dropFirst().map { cost($0) / max(cost(0), 0.001) / max((1 + costs[$0].answers) / (1 + costs[0].answers), 1) }.max()
        return Question(name: question.name, costs: costs, growth: growth)
    }

    private static let warmups = 5

    /// Milliseconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }

    // MARK: For people

    var table: String {
        func number(_ value: Double) -> String { value >= 100 ? "\(Int(value.rounded()))" : String(format: value >= 10 ? "%.1f" : "%.2f", value) }
        var rows = [["question"] + folders.flatMap { ["\($0.instances) ms", "p99", "cpu", "answers"] } + (folders.count > 1 ? ["growth"] : [])]
        for question in questions {
            var row = [question.name] + question.costs.flatMap { [number($0.median), number($0.p99), number($0.processor), number($0.answers)] }
            if let growth = question.growth { row.append(number(growth) + (question.isTooCostly ? " !" : "")) }
            rows.append(row)
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}
