import DICOM
import DICOMNetwork
import Foundation

/// An association as `/api/associations` and `isocenter associations --json` tell it: names beside UIDs, and the explanation.
public struct AssociationDescription: Sendable, Encodable {
    var id: Int64
    var ended: String
    var firstEnded: String?
    var times: Int
    var lasted: Double
    var direction: String
    var host: String
    var port: Int
    /// Of the other side.
    var title: String
    var calling: String
    var called: String
    var implementationClassUID: String?
    var implementationVersion: String?
    var maximumLength: UInt32?
    var tls: String?
    var contextsProposed: Int
    var contextsAccepted: Int
    /// In the description of one association, not in lists.
    var contexts: [Context]?
    var messages: [Messages]
    var messagesReceived: UInt64
    var bytesReceived: UInt64
    var bytesSent: UInt64
    var end: String
    var endWords: String
    var detail: String?
    var comments: [String]?
    public var failed: Bool
    public var summary: String
    public var remedy: String?

    struct Context: Sendable, Encodable {
        var sopClass: String
        var name: String
        var proposed: [Syntax]
        var result: String
        var accepted: Syntax?
    }

    struct Syntax: Sendable, Encodable {
        var uid: String
        var name: String
    }

    struct Messages: Sendable, Encodable {
        var command: String
        /// `A700`
        var status: String
        var meaning: String
        var count: Int
    }

    public init(_ association: LoggedAssociation, ourTitle: String, withContexts: Bool) {
        let explanation = Explanation(of: association, ourTitle: ourTitle)
        id = association.id
        ended = Self.time(association.ended)
        firstEnded = association.firstEnded.map(Self.time)
        times = association.times
        lasted = (association.lasted * 1000).rounded() / 1000
        direction = association.isOutgoing ? "outgoing" : "incoming"
        host = association.host
        port = association.port
        title = association.otherTitle
        calling = association.callingAETitle ?? ""
        called = association.calledAETitle ?? ""
        implementationClassUID = association.implementationClassUID
        implementationVersion = association.implementationVersionName
        maximumLength = association.maximumLength
        tls = association.tls
        contextsProposed = association.contexts.count
        contextsAccepted = association.contexts.filter { $0.result == .accepted }.count
        contexts = withContexts ? association.contexts.map(Self.context) : nil
        messages = association.messages.map {
            Messages(
                command: $0.command, status: String(StatusRemedy.words($0.command, $0.status).prefix(4)),
                meaning: String(StatusRemedy.words($0.command, $0.status).dropFirst(6)), count: $0.count)
        }
        messagesReceived = association.messagesReceived
        bytesReceived = association.bytesReceived
        bytesSent = association.bytesSent
        end = association.end.kind.rawValue
        endWords = association.end.words
        detail = association.detail
        comments = association.comments
        failed = association.isFailure
        summary = explanation.summary
        remedy = explanation.remedy
    }

    private static func context(_ context: LoggedAssociation.Context) -> Context {
        Context(
            sopClass: context.abstractSyntax, name: Explanation.name(context.abstractSyntax), proposed: context.transferSyntaxes.map(syntax),
            result: context.result.rawValue, accepted: context.transferSyntax.map(syntax))
    }

    private static func syntax(_ uid: String) -> Syntax { Syntax(uid: uid, name: Explanation.name(uid)) }

    private static func time(_ date: Date) -> String { date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
