import Archive
import ArgumentParser
import Demo
import Foundation

struct BenchIndex: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-index", abstract: "Measure what questions cost in an archive of some size.",
        discussion: """
            isocenter bench-index --instances 1M --data /tmp/million
            isocenter bench-index --measure --data /tmp/tenthousand --data /tmp/million

            The first fills a new folder with the index of a generated population, the same in every run, without objects. The second \
            asks the supported questions, each with many values drawn from the folder, and says how their cost grows from the first \
            folder to each other one. Exit code 1 where a question costs more than twice as much an answer.
            """)

    @Option(help: ArgumentHelp("Folder of the index; to compare several, repeat it.", valueName: "dir"), completion: .directory) var data: [String]
    @Option(help: ArgumentHelp("PostgreSQL database of the folder, postgresql://…; of several one each, 'file' for the folder's own.", valueName: "url")) var database: [String] = []
    @Option(help: ArgumentHelp("Fill a new folder with so many: 10k, 1M, 10M.", valueName: "number")) var instances: String?
    @Option(help: ArgumentHelp("Another population.", valueName: "n")) var seed: UInt64 = 1
    @Flag(help: "Ask the supported questions.") var measure = false
    @Option(help: ArgumentHelp("Values a question is asked with.", valueName: "n")) var values = 200
    @Option(help: ArgumentHelp("Only questions whose name has this in it.", valueName: "text")) var only: String?
    @Flag(help: "As JSON.") var json = false

    func validate() throws {
        guard measure != (instances != nil) else { throw ValidationError("say either --instances, to fill a folder, or --measure") }
        guard !data.isEmpty, instances == nil || data.count == 1 else { throw ValidationError("name one folder to fill with --data") }
        guard database.isEmpty || database.count == data.count else { throw ValidationError("name a --database for each --data, or none") }
        if let instances, Self.number(instances) == nil { throw ValidationError("--instances is a number such as 10k, 1M or 10M, not '\(instances)'") }
        guard (1...100_000).contains(values) else { throw ValidationError("--values is 1 to 100000") }
    }

    static func number(_ text: String) -> Int? {
        let factors: [Character: Int] = ["k": 1000, "K": 1000, "m": 1_000_000, "M": 1_000_000]
        let factor = text.last.flatMap { factors[$0] }
        guard let number = Int(factor == nil ? text[...] : text.dropLast()), number > 0 else { return nil }
        let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor ?? 1)
        return isTooLarge || product > 1_000_000_000 ? nil : product
    }

    func run() async throws {
        do throws(ArchiveError) {
            if let instances, let number = Self.number(instances) { return try await fill(number, data[0], databases[0]) }
        } catch {
            throw Failure("\(error)")
        }
        let growth = try await IndexGrowth.measure(folders: Array(zip(data, databases)), values: values, only: only)
        if json { try printJSON(growth) } else { print(growth.table, terminator: "") }
        let failed = growth.questions.filter(\.isTooCostly).map(\.name)
        if !failed.isEmpty { throw Failure("the cost grows with the archive: \(failed.joined(separator: ", "))") }
    }

    /// "" for the folder's own.
    private var databases: [String] { database.isEmpty ? data.map { _ in "" } : database.map { $0 == "file" ? "" : $0 } }

    /// One batch is made while the one before is written.
    private func fill(_ number: Int, _ path: String, _ database: String) async throws(ArchiveError) {
        let filling = try await IndexFilling(DataFolder(path))
        let population = Population(instances: number, seed: seed)
        tell("\(population.instances) instances of \(population.studies.count) studies of \(population.patients) patients")
        let begin = ContinuousClock.now
        var written = 0, told = begin
        var source = PopulationBatches(population)
        var batch = try source.next()
        while batch.count > 0 {
            let ready = batch
            async let writing: Void = filling.write(ready)
            let next = try source.next()
            do { try await writing } catch { throw error as? ArchiveError ?? ArchiveError(.cancelled, "\(error)") }
            written += ready.count
            batch = next
            guard ContinuousClock.now - told > .seconds(2) else { continue }
            told = .now
            tell("\(written) of \(number) instances, \(Self.rate(written, since: begin)) a second")
        }
        try await filling.finish()
        if !database.isEmpty {
            tell("\(written) instances are moved into the database")
            try await filling.move(to: database, logger: makeLogger("bench-index"))
        }
        print("\(written) instances in \(path), \(Self.rate(written, since: begin)) a second")
    }

    private static func rate(_ count: Int, since begin: ContinuousClock.Instant) -> Int {
        Int(Double(count) / max((ContinuousClock.now - begin) / .seconds(1), 0.001))
    }
}

/// A population's instances in the order in which they came, some thousands at a time.
private struct PopulationBatches {
    private let population: Population
    private var study = 0
    private var series: ArraySlice<PopulationSeries> = []
    private var instance = 1
    private static let size = 4000

    init(_ population: Population) { self.population = population }

    /// Empty at the end.
    mutating func next() throws(ArchiveError) -> IndexFilling.Batch {
        var batch = IndexFilling.Batch()
        while batch.count < Self.size {
            guard let current = series.first else {
                guard study < population.studies.count else { break }
                series = population.studies[study].allSeries()[...]
                study += 1
                continue
            }
            guard instance <= current.count else {
                series.removeFirst()
                instance = 1
                continue
            }
            try batch.add(.init(current.dataSet(instance), pixelBytes: current.pixelBytes, received: population.studies[study - 1].made + 300, isOfSameSeries: instance > 1))
            instance += 1
        }
        return batch
    }
}
