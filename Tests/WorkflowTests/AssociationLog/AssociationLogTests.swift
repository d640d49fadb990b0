import DICOMNetwork
import Database
import DatabaseFixtures
import Foundation
import Logging
import Testing
@testable import Workflow

@Suite(.everyEngine) struct AssociationLogTests {
    private func withTable(_ body: (AssociationTable) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(AssociationTable(Engine.current.makeDatabase()))
    }

    private func association(_ title: String, host: String = "10.0.0.7", _ end: AssociationEnd = .released, ended: Double = 1_000_000) -> LoggedAssociation {
        var association = LoggedAssociation(ended: Date(timeIntervalSince1970: ended), isOutgoing: false, host: host, port: 4000, end: .init(end))
        association.callingAETitle = title
        association.calledAETitle = "ISOCENTER"
        if end == .released { association.contexts = [.init("1.2.840.10008.1.1", ["1.2.840.10008.1.2"], .accepted, "1.2.840.10008.1.2")] }
        association.messages = end == .released ? [.init("C-ECHO", 0, 1)] : []
        return association
    }

    @Test func whatIsWrittenIsRead() async throws {
        try await withTable { table in
            var one = association("CT1")
            try await table.add([one, association("MR1", .rejected(.callingAETitleNotRecognized))])
            let found = try await table.list()
            #expect(found.map(\.callingAETitle) == ["MR1", "CT1"])
            one.id = found[1].id
            #expect(found[1] == one)
            #expect(try await table.association(one.id) == one)
        }
    }

    @Test func byPeerAndFailure() async throws {
        try await withTable { table in
            try await table.add([association("A"), association("B", host: "10.0.0.8"), association("A", .rejected(.callingAETitleNotRecognized))])
            #expect(try await table.list(peer: "A").count == 2)
            #expect(try await table.list(peer: "10.0.0.8").map(\.callingAETitle) == ["B"])
            #expect(try await table.list(failed: true).count == 1)
            let newest = try #require(try await table.list(limit: 1).first)
            #expect(try await table.list(before: newest.id).count == 2)
        }
    }

    @Test func theSameRejectionIsCountedUp() async throws {
        try await withTable { table in
            for second in 0..<5 { try await table.add([association("A", .rejected(.callingAETitleNotRecognized), ended: 1000 + Double(second))]) }
            let found = try await table.list()
            #expect(found.map(\.times) == [5])
            #expect(found[0].firstEnded == Date(timeIntervalSince1970: 1000))
            #expect(found[0].ended == Date(timeIntervalSince1970: 1004))
        }
    }

    @Test func prunedByTimeAndNumber() async throws {
        try await withTable { table in
            try await table.add((0..<10).map { association("A", ended: 1000 + Double($0)) })
            try await table.prune(before: Date(timeIntervalSince1970: 1003), keeping: 100)
            #expect(try await table.list().count == 7)
            try await table.prune(before: Date(timeIntervalSince1970: 0), keeping: 3)
            #expect(try await table.list().map(\.ended.timeIntervalSince1970) == [1009, 1008, 1007])
        }
    }

    @Test func whatIsTooMuchIsDroppedAndTheRestWritten() async throws {
        try await withTable { table in
            let log = AssociationLog(table, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            for _ in 0..<(AssociationLog.capacity + 10) { log.note(association("A")) }
            #expect(await log.flush() == AssociationLog.capacity)
            let found = try await table.list(limit: 5000)
            #expect(found.count == AssociationLog.capacity)
        }
    }

    @Test func namesBesideNumbers() throws {
        let json = try JSONEncoder().encode(AssociationDescription(association("A"), ourTitle: "ISOCENTER", withContexts: true))
        let text = String(decoding: json, as: UTF8.self)
        for part in ["\"Verification SOP Class\"", "\"direction\":\"incoming\"", "\"failed\":false", "\"status\":\"0000\""] { #expect(text.contains(part), "\(text)") }
    }
}
