import ArgumentParser
import DICOM
import DICOMweb
import Foundation

extension GetCommand {
    /// Fetches from a DICOMweb (WADO-RS), one study, series or instance after the other.
    func get(from web: WebNode, level: QueryOptions.Level) async throws {
        let files = try ReceivedFiles(folder: out)
        let request = try SearchRequest(query, level: level)
        try await web.speaking { client in
            var report = WebRetrieveReport(json: json)
            for resource in try await Self.resources(of: request, client) {
                do {
                    try await client.retrieve(resource) { part in
                        do { report.add(try await files.write(part)) } catch let error as ReadError {
                            report.fail("an object of \(resource) is no DICOM: \(error)")
                        }
                    }
                } catch let error as RemoteError where error.code == .notFound {
                    report.fail("\(error)")
                } catch let error as RemoteError {
                    report.fail("\(error)")
                    try report.conclude()
                    return
                }
            }
            try report.conclude()
        }
    }

    /// What the keys name: without a search where they are UIDs of the levels down from the study.
    private static func resources(of request: SearchRequest, _ client: Client) async throws -> [RemoteResource] {
        func only(_ keyword: String) -> [String]? {
            guard request.matches.count == 1, request.matches[0].attribute == keyword else { return nil }
            let values = request.matches[0].value.split(separator: ",").map(String.init)
            return values.allSatisfy { UID($0) != nil } ? values : nil
        }
        switch (request.level, request.study, request.series) {
        case (.studies, _, _):
            if let studies = only("StudyInstanceUID") { return studies.map { RemoteResource(study: $0) } }
        case (.series, let study?, _):
            if let series = only("SeriesInstanceUID") { return series.map { RemoteResource(study: study, series: $0) } }
        case (.instances, let study?, let series?):
            if let instances = only("SOPInstanceUID") { return instances.map { RemoteResource(study: study, series: series, instance: $0) } }
        default: break
        }
        var resources: [RemoteResource] = []
        let result = try await client.search(request) { answer in
            // Of what a search within a study answers, the study is known already.
            guard let study = answer.uid(.studyInstanceUID)?.text ?? request.study else { return true }
            switch request.level {
            case .studies: resources.append(RemoteResource(study: study))
            case .series: if let series = answer.uid(.seriesInstanceUID) { resources.append(RemoteResource(study: study, series: series.text)) }
            case .instances:
                if let series = answer.uid(.seriesInstanceUID)?.text ?? request.series, let instance = answer.uid(.sopInstanceUID) {
                    resources.append(RemoteResource(study: study, series: series, instance: instance.text))
                }
            }
            return true
        }
        for warning in result.warnings { tell(warning) }
        return resources
    }
}

/// What came, as of C-GET: the same keys in JSON.
struct WebRetrieveReport {
    let json: Bool
    private var completed = 0, failed = 0, bytes = 0

    init(json: Bool) { self.json = json }

    private struct Line: Encodable {
        var remaining: Int?
        var completed: Int
        var failed: Int
        var warning: Int?
        var received: Int?
        var bytes: Int?
    }

    mutating func add(_ size: Int) {
        completed += 1
        bytes += size
    }

    mutating func fail(_ words: String) {
        failed += 1
        tell(words)
    }

    func conclude() throws {
        if json {
            try printJSON(Line(remaining: 0, completed: completed, failed: failed, warning: 0, received: completed, bytes: bytes))
        } else {
            print("\(completed) transferred" + (failed > 0 ? ", \(failed) failed" : "") + ", \((Double(bytes) / 1e5).rounded() / 10) MB received")
        }
        if completed == 0, failed == 0 { tell("nothing there that matches") }
        if failed > 0 { throw ExitCode(1) }
    }
}
