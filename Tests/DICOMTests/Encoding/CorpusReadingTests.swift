import Testing

@testable import DICOM

@Suite("Reading real files", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
struct CorpusReadingTests {
    @Test("What is whole is read, and written as it was")
    func roundTrip() throws {
        var read = 0, identical = 0
        var problems: [String] = []
        for row in Corpus.manifest {
            let path = row["path"] ?? ""
            let bytes = try Corpus.bytes(path)
            do {
                let file = try FileReader.read(bytes)
                read += 1
                guard let syntax = file.transferSyntax, let reader = file.body?.reader else { continue }
                let encoded = try DataSetWriter.encode(file.dataSet, as: reader.encoding)
                if syntax.isDeflated || encoded == Array(bytes[Int(file.dataSetOffset)...]) {
                    identical += 1
                } else if file.warnings.isEmpty {
                    problems.append("\(path): written differently")
                }
            } catch {
                problems.append("\(path): \(error)")
            }
        }
        print("read \(read), identical \(identical) of \(Corpus.manifest.count)")
        for problem in problems { print(problem) }
    }
}
