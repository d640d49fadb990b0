import DICOM
import Foundation
import Workflow

/// An association for a terminal.
struct AssociationText {
    var lines: [String] = []

    init(_ association: LoggedAssociation, ourTitle: String) {
        let explanation = Explanation(of: association, ourTitle: ourTitle)
        lines = [explanation.summary]
        if let remedy = explanation.remedy { lines.append("→ \(remedy)") }
        lines.append("")
        let times = association.firstEnded.map { ", \(association.times) times since \(localTime($0))" } ?? ""
        add("ended", localTime(association.ended) + times)
        add("end", association.end.words + (association.detail.map { " (\($0))" } ?? ""))
        add("calling", "\(association.callingAETitle ?? "–") → \(association.calledAETitle ?? "–"), \(association.isOutgoing ? "to" : "from") \(association.host) port \(association.port)")
        let implementation = [association.implementationVersionName, association.implementationClassUID].compactMap(\.self).joined(separator: ", ")
        if !implementation.isEmpty { add("peer is", implementation) }
        if let length = association.maximumLength { add("largest PDU", length == 0 ? "no limit" : "\(length) bytes") }
        if let tls = association.tls { add("TLS", tls) }
        for messages in association.messages { add(messages.command, "\(messages.count) × \(StatusRemedy.words(messages.command, messages.status))") }
        add("received", "\(association.bytesReceived) bytes, \(association.messagesReceived) messages")
        add("sent", "\(association.bytesSent) bytes")
        if !association.contexts.isEmpty { lines += ["", "proposed:"] }
        for context in association.contexts {
            let name = UID(context.abstractSyntax).flatMap { UIDTable.entry(for: $0)?.name } ?? context.abstractSyntax
            lines.append("  \(context.result == .accepted ? "✓" : "✗") \(name)")
            for syntax in context.transferSyntaxes {
                lines.append("      \(syntax == context.transferSyntax ? "→" : " ") \(UID(syntax).map { TransferSyntax($0).name } ?? syntax)")
            }
            if context.result != .accepted, let words = Self.words[context.result] { lines.append("      \(words)") }
        }
    }

    private static let words: [LoggedAssociation.Context.Result: String] = [
        .userRejection: "not allowed", .noReason: "refused without a reason", .abstractSyntaxNotSupported: "SOP class not supported",
        .transferSyntaxesNotSupported: "none of the transfer syntaxes supported", .unanswered: "not answered",
    ]

    private mutating func add(_ name: String, _ value: String) {
        lines.append(name + String(repeating: " ", count: max(1, 14 - name.count)) + value)
    }
}
