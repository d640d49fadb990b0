import DICOMweb

extension Echo {
    private struct Answer: Encodable {
        var peer: String
        var url: String
        var milliseconds: [Double]
        var server: String?
    }

    /// Searches for one study, as often as is asked.
    func echo(to web: WebNode) async throws {
        let (count, json) = (count, json)
        try await web.speaking { client in
            let clock = ContinuousClock()
            var times: [Double] = []
            var server: String?
            for _ in 0..<count {
                let begin = clock.now
                server = try await client.check()
                times.append((clock.now - begin).milliseconds)
            }
            if json { return try printJSON(Answer(peer: web.peer.name, url: "\(web.service.url)", milliseconds: times, server: server)) }
            let sorted = times.sorted()
            print("\(web.description) answers: " + (count == 1 ? "\(times[0]) ms" : "\(count) searches, median \(sorted[count / 2]) ms, slowest \(sorted[count - 1]) ms"))
            if let server { print("it is \(AnswerTable.printable(server))") }
        }
    }
}
