import DICOM
import DICOMweb
import Synchronization

extension FindCommand {
    /// The search of a DICOMweb (QIDO-RS), page by page.
    func find(at web: WebNode, level: QueryOptions.Level, returned: [QueryKey], columns: [Tag]) async throws {
        var request = try SearchRequest(query, level: level, returned: returned)
        (request.limit, request.fuzzyMatching) = (limit, fuzzy)
        let (asked, json, limit) = (request, json, limit)
        let isStopped = Mutex(false)
        let table = Mutex(AnswerTable(columns))
        try await web.speaking { client in
            let result = try await withInterrupt { isStopped.withLock { $0 = true } } during: {
                try await client.search(asked) { answer in
                    if isStopped.withLock({ $0 }) { return false }
                    if json {
                        Swift.print(String(decoding: try DICOMJSON.encode(answer), as: UTF8.self))
                    } else {
                        table.withLock { $0.add(answer) { Swift.print($0) } }
                    }
                    return true
                }
            }
            if !json { table.withLock { $0.flush { Swift.print($0) } } }
            for warning in result.warnings { tell(warning) }
            if isStopped.withLock({ $0 }) { tell("stopped; there may be more") } else if let limit, result.count >= limit { tell("stopped after \(limit)") }
            if result.count == 0 { tell("nothing found") }
        }
    }
}

/// Runs it; Ctrl-C calls `stop` first, and ends the program the second time.
func withInterrupt<T>(_ stop: @escaping @Sendable () -> Void, during body: () async throws -> T) async throws -> T {
    let interrupt = Interrupt(stop)
    defer { withExtendedLifetime(interrupt) {} }
    return try await body()
}
