import Foundation

/// What the doctor found out, step by step: printed as it goes, or as one JSON document at the end.
struct DoctorReport {
    /// A step. Keys are stable.
    struct Step: Encodable {
        /// name, port, protocol, tls, certificate, association, echo, contexts, store, query; of our own side folder, server, addresses, peers, associations.
        var step: String
        /// nil: the peer does not provide this, and need not.
        var ok: Bool?
        var summary: String
        var remedy: String?
        var milliseconds: Double?
        /// More of it, a line each.
        var details: [String]?
    }

    private struct Document: Encodable {
        var peer: String?
        var ok: Bool
        var steps: [Step]
    }

    let peer: String?
    let json: Bool
    private(set) var steps: [Step] = []

    init(peer: String?, json: Bool) {
        self.peer = peer
        self.json = json
    }

    var ok: Bool { steps.allSatisfy { $0.ok != false } }

    mutating func add(_ step: String, _ ok: Bool?, _ summary: String, remedy: String? = nil, milliseconds: Double? = nil, details: [String] = []) {
        steps.append(Step(step: step, ok: ok, summary: summary, remedy: remedy, milliseconds: milliseconds, details: details.isEmpty ? nil : details))
        guard !json else { return }
        let time = milliseconds.map { " (\($0) ms)" } ?? ""
        print("\(ok.map { $0 ? "✓" : "✗" } ?? "–") \(step.padding(toLength: 13, withPad: " ", startingAt: 0))\(AnswerTable.printable(summary))\(time)")
        for line in details { print("                 \(AnswerTable.printable(line))") }
        if let remedy { print("               → \(AnswerTable.printable(remedy))") }
    }

    func finish() throws {
        if json { try printJSON(Document(peer: peer, ok: ok, steps: steps)) }
    }
}
