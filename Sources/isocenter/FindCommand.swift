import ArgumentParser
import DICOM
import DICOMNetwork
import Foundation
import Workflow

struct FindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Ask a DICOM node what it has (C-FIND, QIDO-RS).",
        discussion: """
            isocenter find PACS --level series StudyInstanceUID=1.2.3
            isocenter find PACS@10.0.0.9:104 'PatientName=Curie*' StudyDate=20240101-20241231 ModalitiesInStudy=CT
            isocenter find https://pacs.example/dicom-web --token-file token StudyDate=20240101-

            Prints a table; --json prints one answer a line as a DICOM JSON object (PS3.18 Annex F). What was found out beside goes to \
            standard error. Ctrl-C asks the node to stop. Exit code 1 where the node could not answer; finding nothing is no failure.
            """)

    @OptionGroup var peer: PeerOptions
    @OptionGroup var query: QueryOptions
    @Option(name: .customLong("return"), help: ArgumentHelp("Attributes to return beside the keys, instead of the usual ones of the level.", valueName: "key,…")) var returned: String?
    @Option(help: ArgumentHelp("Stop after so many answers.", valueName: "n")) var limit: Int?
    @Flag(help: "Ask for fuzzy matching of names.") var fuzzy = false
    @Flag(help: "One DICOM JSON object a line.") var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is a positive number") }
        for key in returnedKeys { do { _ = try QueryKey(key) } catch { throw ValidationError(error.description) } }
    }

    private var returnedKeys: [String] { returned?.split(separator: ",").map(String.init) ?? [] }

    /// Of each level, what people want to see (PS3.4 §C.6).
    private static let usual: [QueryOptions.Level: [String]] = [
        .patient: ["PatientName", "PatientID", "PatientBirthDate", "PatientSex", "NumberOfPatientRelatedStudies"],
        .study: [
            "PatientName", "PatientID", "StudyDate", "StudyTime", "ModalitiesInStudy", "StudyDescription", "AccessionNumber",
            "NumberOfStudyRelatedInstances", "StudyInstanceUID",
        ],
        .series: ["Modality", "SeriesNumber", "SeriesDescription", "BodyPartExamined", "NumberOfSeriesRelatedInstances", "SeriesInstanceUID"],
        .image: ["InstanceNumber", "SOPClassUID", "SOPInstanceUID"],
    ]

    func run() async throws {
        let level = query.level ?? .study
        let keys = try (returned == nil ? Self.usual[level] ?? [] : returnedKeys).map { try QueryKey($0) }
        let asked = try query.keys.map { try QueryKey($0) }.filter { ($0.value ?? "").isEmpty || $0.value?.contains(where: { "*?\\-".contains($0) }) == true }
        var columns: [Tag] = []
        for tag in (keys + asked).map({ $0.path[0] }) where !columns.contains(tag) { columns.append(tag) }
        let node: Node
        switch try await peer.destination() {
        case .web(let web): return try await find(at: web, level: level, returned: keys, columns: columns)
        case .node(let found): node = found
        }
        let sopClass = try query.sopClass(.find, level: level)
        let identifier = try query.identifier(level: level, returned: keys)
        try await node.speaking { requestor in
            var requestor = requestor
            if query.relational || fuzzy {
                requestor.extendedNegotiations = [ExtendedNegotiation(sopClass: sopClass, applicationInformation: [query.relational ? 1 : 0, 0, fuzzy ? 1 : 0])]
            }
            let association = try await requestor.connect([.init(sopClass, QueryOptions.transferSyntaxes)])
            let context = try association.context(for: sopClass)
            sayWhatWasNotAgreed(association, sopClass)
            try await print(association.find(identifier, in: context), columns, node)
            try await association.release()
        }
    }

    private func print(_ responses: DIMSEResponses, _ columns: [Tag], _ node: Node) async throws {
        let interrupt = Interrupt { Task { try? await responses.cancel() } }  // An association that has ended needs no cancelling.
        defer { withExtendedLifetime(interrupt) {} }
        var table = AnswerTable(columns)
        var count = 0
        for try await response in responses {
            if let answer = response.dataSet, !response.isFinal {
                count += 1
                if let limit, count > limit { continue }
                if json {
                    Swift.print(String(decoding: try DICOMJSON.encode(answer), as: UTF8.self))
                } else {
                    table.add(answer) { Swift.print($0) }
                }
                if count == limit { try await responses.cancel() }
            }
            guard response.isFinal else { continue }
            if !json { table.flush { Swift.print($0) } }
            try conclude(response, count, node)
        }
    }

    private func conclude(_ response: DIMSEResponse, _ count: Int, _ node: Node) throws {
        let isEnough = limit.map { count >= $0 } ?? false
        switch response.status.category {
        case .success: if count == 0 { tell("nothing found") }
        case .cancel: tell(isEnough ? "stopped after \(limit ?? count)" : "stopped; there may be more")
        case .warning: tell(node.words(response, "C-FIND"))
        case .failure, .pending: throw Failure(node.words(response, "C-FIND"))
        }
    }

    private func sayWhatWasNotAgreed(_ association: Association, _ sopClass: UID) {
        let agreed = association.answer.userInformation.extendedNegotiations.first { $0.sopClass == sopClass }?.applicationInformation ?? []
        if query.relational, agreed.first != 1 { tell("the node does not agree to relational queries: it may want the unique keys of the levels above") }
        if fuzzy, agreed.count < 3 || agreed[2] != 1 { tell("the node does not agree to fuzzy matching of names") }
    }
}

extension Node {
    /// A status in words, with what the node says beside and the remedy.
    func words(_ response: DIMSEResponse, _ command: String) -> String {
        var text = "\(description): \(StatusRemedy.words(command, response.status.rawValue))"
        if let comment = response.command.errorComment { text += ": \(AnswerTable.printable(comment))" }
        let offending = response.command.offendingElements.map { DataElementTable.entry(for: $0)?.keyword ?? $0.description }
        if !offending.isEmpty { text += " (\(offending.joined(separator: ", ")))" }
        return text + (StatusRemedy.remedy(command, response.status.rawValue, isOurs: false).map { "\n\($0)" } ?? "")
    }
}
