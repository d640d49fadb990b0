import DICOM
import DICOMNetwork

/// What happened in an association, in words for whoever has to mend it.
public struct Explanation: Sendable, Codable, Equatable {
    /// A sentence.
    public var summary: String
    /// What to do, and who; nil where nothing is to be done.
    public var remedy: String?

    public init(_ summary: String, _ remedy: String? = nil) {
        self.summary = summary
        self.remedy = remedy
    }

    /// The first case that fits.
    public init(of association: LoggedAssociation, ourTitle: String = "ISOCENTER") {
        let facts = Facts(association: association, ourTitle: ourTitle)
        self = Self.cases.lazy.compactMap { $0.1(facts) }.first ?? Explanation("\(facts.who): \(association.end.words)")
    }

    /// What a case looks at.
    struct Facts {
        var association: LoggedAssociation
        var ourTitle: String

        var end: LoggedAssociation.End { association.end }
        var isOutgoing: Bool { association.isOutgoing }
        var title: String { association.otherTitle }
        var calling: String { association.callingAETitle ?? "" }
        var called: String { association.calledAETitle ?? "" }
        var address: String { "\(PeerAddress(host: association.host, port: association.port))" }
        /// `CT1 at 10.0.0.7`
        var who: String {
            let host = isOutgoing ? address : association.host
            return title.isEmpty ? host : "\(title) at \(host)"
        }

        func rejection(_ source: UInt8, _ reason: UInt8) -> Bool {
            end.kind == .rejected && end.numbers.map { $0.count == 3 && $0[1] == source && $0[2] == reason } ?? false
        }

        func contexts(_ result: LoggedAssociation.Context.Result) -> [LoggedAssociation.Context] { association.contexts.filter { $0.result == result } }
        var nothingAccepted: Bool { association.wasAccepted && contexts(.accepted).isEmpty }
    }
}

extension Explanation {
    /// Name of the case, and its explanation where it is the case. The order decides.
    static let cases: [(String, @Sendable (Facts) -> Explanation?)] = foreign + rejections + contexts + endings

    // MARK: Not DICOM

    private static let foreign: [(String, @Sendable (Facts) -> Explanation?)] = [
        ("TLS on the plain port", { facts in
            guard facts.end.kind == .foreignProtocol, facts.end.words.contains("TLS") else { return nil }
            return facts.isOutgoing
                ? Explanation("\(facts.address) speaks TLS, and was called without.", "Call it with TLS (--tls, or TLS for this peer), or by its plain DICOM port.")
                : Explanation(
                    "\(facts.association.host) began a TLS handshake on the plain DICOM port.",
                    "At the caller: switch TLS off, or give it our DICOM port with TLS (setting dimse.tls.port).")
        }),
        ("HTTP on the DICOM port", { facts in
            guard facts.end.kind == .foreignProtocol, facts.end.words.contains("HTTP") else { return nil }
            return facts.isOutgoing
                ? Explanation("\(facts.address) is a web server, not a DICOM node.", "Ask its administrator for the DICOM port; 104 and 11112 are usual.")
                : Explanation(
                    "\(facts.association.host) sent an HTTP request to the DICOM port: a browser, a monitor or a DICOMweb client.",
                    "At the caller: use the port of the web page (setting http.port).")
        }),
        ("another protocol", { facts in
            guard facts.end.kind == .foreignProtocol else { return nil }
            let what = facts.end.words.split(separator: "sent ").last.map(String.init) ?? facts.end.words
            return Explanation(
                "\(facts.isOutgoing ? facts.address : facts.association.host) does not speak DICOM: it sent \(what).",
                facts.isOutgoing ? "Check the port of this peer." : "At the caller: check the port that it calls.")
        }),
    ]

    // MARK: Rejected

    private static let rejections: [(String, @Sendable (Facts) -> Explanation?)] = [
        ("unknown caller", { facts in
            guard facts.rejection(1, 3) else { return nil }
            if facts.isOutgoing {
                return Explanation(
                    "\(facts.who) does not know us as \(facts.calling).",
                    "At \(facts.title): add a node with AE title \(facts.calling) and the address of this machine; or call as the title that it knows (--calling).")
            }
            guard !facts.calling.isEmpty else {
                return Explanation("\(facts.association.host) called without a usable AE title.", "At the caller: set its own AE title, 1 to 16 characters.")
            }
            return Explanation(
                "\(facts.calling) at \(facts.association.host) is not known here.",
                "If it should be: isocenter peers add \(quoted(facts.calling)) --aet \(quoted(facts.calling)) --host \(facts.association.host) --port 104 (with the port on which it listens)")
        }),
        ("called by another title", { facts in
            guard facts.rejection(1, 7) else { return nil }
            return facts.isOutgoing
                ? Explanation(
                    "\(facts.address) is not called \(facts.called).",
                    "Ask its administrator for its AE title (upper and lower case count), and give it with --called or AET@HOST:PORT, or change it for this peer.")
                : Explanation(
                    "\(facts.calling) at \(facts.association.host) called us \(facts.called.isEmpty ? "by no title" : facts.called), which is no title of ours.",
                    "At \(facts.calling): set our AE title to \(facts.ourTitle). Or here: accept any title (dimse.checkCalledAET: false).")
        }),
        ("too many associations", { facts in
            guard facts.rejection(3, 2) else { return nil }
            return facts.isOutgoing
                ? Explanation("\(facts.who) has as many associations open as it allows.", "Try again later; if it stays so, fewer associations at once to this peer, or a higher limit there.")
                : Explanation(
                    "\(facts.association.host) was turned away: too many associations were open.",
                    "If it needs so many: raise dimse.maxAssociationsPerPeer (from one address) or dimse.maxAssociations (in all). Else look why it leaves them open.")
        }),
        ("busy", { facts in
            guard facts.rejection(3, 1) else { return nil }
            return facts.isOutgoing
                ? Explanation("\(facts.who) is busy at the moment.", "Try again later.")
                : Explanation("\(facts.who) was asked to come again: \(facts.association.detail ?? "we could not answer just then").", "Look into our log for what was wrong then.")
        }),
        ("not DICOM's application context", { facts in
            guard facts.rejection(1, 2) else { return nil }
            return Explanation("\(facts.isOutgoing ? facts.address : facts.association.host): the application context was not DICOM's.", "The calling program is faulty or speaks something else: its vendor has to look.")
        }),
        ("protocol version", { facts in
            guard facts.rejection(2, 2) else { return nil }
            return Explanation("\(facts.who): the protocol version was not supported.", "One side speaks a protocol that the other does not know: its vendor has to look.")
        }),
        ("rejected without a reason", { facts in
            guard facts.end.kind == .rejected else { return nil }
            return facts.isOutgoing
                ? Explanation(
                    "\(facts.who) rejected us and gave no reason.",
                    "Usually it does not know us: at \(facts.title.isEmpty ? "the peer" : facts.title), look whether \(facts.calling) with the address of this machine is allowed; its log says more.")
                : Explanation("\(facts.who) was rejected: \(facts.association.detail ?? facts.end.words).")
        }),
    ]

    // MARK: Accepted, and nothing to do

    private static let contexts: [(String, @Sendable (Facts) -> Explanation?)] = [
        ("not allowed", { facts in
            guard facts.nothingAccepted, let context = facts.contexts(.userRejection).first else { return nil }
            return facts.isOutgoing
                ? Explanation("\(facts.who) knows us, but does not let us do this: \(name(context.abstractSyntax)).", "At \(facts.title): allow it for \(facts.calling).")
                : Explanation(
                    "\(facts.who) is known, but may not do this: \(name(context.abstractSyntax)).",
                    "If it may: allow the service for this peer ('isocenter peers', or the page of peers).")
        }),
        ("no common transfer syntax", { facts in
            guard facts.nothingAccepted, let context = facts.contexts(.transferSyntaxesNotSupported).first else { return nil }
            let proposed = list(context.transferSyntaxes.map(name))
            return facts.isOutgoing
                ? Explanation(
                    "\(facts.who) takes \(name(context.abstractSyntax)), but in none of the transfer syntaxes proposed: \(proposed).",
                    "Propose Explicit or Implicit VR Little Endian too: every node must take the latter.")
                : Explanation(
                    "\(facts.who) proposed \(name(context.abstractSyntax)) only in transfer syntaxes that are not supported here: \(proposed).",
                    "At \(facts.calling): let it propose Implicit or Explicit VR Little Endian.")
        }),
        ("SOP class not supported", { facts in
            guard facts.nothingAccepted, !facts.association.contexts.isEmpty else { return nil }
            let classes = list(facts.association.contexts.map { name($0.abstractSyntax) })
            return facts.isOutgoing
                ? Explanation("\(facts.who) supports none of what was proposed: \(classes).", "Its conformance statement says what it provides; perhaps another AE title or port of it does this.")
                : Explanation("\(facts.who) asked for what is not provided here: \(classes).", "At \(facts.calling): direct this service to another node, or switch it off for this one.")
        }),
        ("nothing proposed", { facts in
            guard facts.end.kind == .released, facts.association.contexts.isEmpty else { return nil }
            return Explanation("\(facts.who) opened an association without a presentation context, and released it.")
        }),
    ]

    // MARK: Ends

    private static let endings: [(String, @Sendable (Facts) -> Explanation?)] = [
        ("released, with failures", { facts in
            guard facts.end.kind == .released, let worst = facts.association.failures.max(by: { $0.count < $1.count }) else { return nil }
            let failed = facts.association.failures.map { "\($0.command) \(words($0))" + ($0.count > 1 ? " (\($0.count) times)" : "") }
            return Explanation("\(facts.done), but some of it failed: \(failed.joined(separator: "; ")).", StatusRemedy.remedy(worst.command, worst.status, facts))
        }),
        ("released", { facts in
            guard facts.end.kind == .released else { return nil }
            return Explanation("\(facts.done).")
        }),
        ("a port check", { facts in
            guard facts.end.kind == .connectionLost, facts.association.contexts.isEmpty, facts.association.bytesReceived == 0, !facts.isOutgoing else { return nil }
            return Explanation("\(facts.association.host) connected and closed without a word: a port check of a monitor or load balancer.")
        }),
        ("no association was requested", { facts in
            guard facts.end.kind == .noAssociation else { return nil }
            return Explanation(
                "\(facts.association.host) connected, but asked for no association in time.",
                facts.association.bytesReceived == 0 ? "At the caller: if it speaks TLS or another protocol that waits, it has the wrong port." : "At the caller: its request came only in part; look at the network between.")
        }),
        ("aborted by the peer", { facts in
            guard facts.end.kind == .abortedByPeer else { return nil }
            let what = facts.association.wasAccepted ? "\(facts.done), then aborted" : "\(facts.who) aborted before an association came about"
            return Explanation("\(what) (\(facts.end.words.replacing("aborted by the peer, ", with: ""))).", "The log of \(facts.title.isEmpty ? "the peer" : facts.title) says why; what it was sent so far is in its order.")
        }),
        ("connection lost", { facts in
            guard facts.end.kind == .connectionLost else { return nil }
            return Explanation(
                "\(facts.association.wasAccepted ? facts.done : facts.who): the connection broke off without release or abort after \(seconds(facts.association.lasted)).",
                facts.association.wasAccepted
                    ? "A program that was ended, a cable, or a firewall that closes quiet connections. What was acknowledged until then is safe; the rest has to be sent again."
                    : facts.isOutgoing ? "Something listens there but does not answer DICOM, or a firewall is between." : "The caller gave up, or is no DICOM node.")
        }),
        ("stalled", { facts in
            guard facts.end.kind == .stalled else { return nil }
            return Explanation(
                "\(facts.who) stopped in the middle of a message: \(facts.end.words).",
                "Look at the network between and at the load of the other side; a slow line may need a longer dimse.timeout.")
        }),
        ("idle", { facts in
            guard facts.end.kind == .idle else { return nil }
            return Explanation(
                "\(facts.done), and then nothing more: it neither went on nor released. The association was ended.",
                "Harmless, if it opens a new one when it has something. If it needs quiet associations: raise dimse.idleTimeout.")
        }),
        ("no response", { facts in
            guard facts.end.kind == .noResponse else { return nil }
            return Explanation("\(facts.who) did not answer in time (\(facts.end.words)).", "Look whether it is overloaded or hangs; for slow answers a longer time (--timeout).")
        }),
        ("protocol broken", { facts in
            guard facts.end.kind == .protocolError else { return nil }
            let what = facts.end.words.replacing("aborted: the peer broke the protocol: ", with: "")
            return Explanation("\(facts.who) broke the DICOM protocol: \(what).", "A fault of the program at the other side: show its vendor this sentence.")
        }),
        ("shut down", { facts in
            guard facts.end.kind == .shutDown else { return nil }
            return Explanation("\(facts.association.wasAccepted ? facts.done : facts.who): ended because this side was stopped.")
        }),
        ("aborted by us", { facts in
            guard facts.end.kind == .abortedByUs else { return nil }
            return Explanation("\(facts.association.wasAccepted ? facts.done : facts.who): we ended it: \(facts.end.words.replacing("aborted: ", with: "")).")
        }),
    ]

    // MARK: Words

    static func name(_ uid: String) -> String {
        guard let uid = UID(uid) else { return uid.isEmpty ? "no SOP class" : uid }
        return SOPClassTable.entry(for: uid)?.name ?? UIDTable.entry(for: uid)?.name ?? uid.text
    }

    /// Each once, the first few.
    private static func list(_ names: [String]) -> String {
        let unique = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return unique.prefix(4).joined(separator: ", ") + (unique.count > 4 ? " and \(unique.count - 4) more" : "")
    }

    private static func words(_ messages: LoggedAssociation.Messages) -> String { StatusRemedy.words(messages.command, messages.status) }

    static func seconds(_ time: Double) -> String { time < 10 ? "\((time * 10).rounded() / 10) s" : time < 120 ? "\(Int(time)) s" : "\(Int(time / 60)) min" }

    /// For a shell.
    private static func quoted(_ text: String) -> String {
        text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) } ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }
}

extension Explanation.Facts {
    /// `CT1 at 10.0.0.7: C-STORE 60, 31.6 MB received in 2.1 s`
    var done: String {
        var byCommand: [(String, Int)] = []
        for messages in association.messages {
            if let index = byCommand.firstIndex(where: { $0.0 == messages.command }) { byCommand[index].1 += messages.count } else { byCommand.append((messages.command, messages.count)) }
        }
        var parts = byCommand.map { "\($0.0) \($0.1)" }
        if parts.isEmpty { parts = [association.messagesReceived == 1 ? "1 message" : "\(association.messagesReceived) messages"] }
        let bytes = max(association.bytesReceived, association.bytesSent)
        if bytes >= 100_000 {
            parts.append("\((Double(bytes) / 1e5).rounded() / 10) MB \(association.bytesReceived >= association.bytesSent ? "received" : "sent")")
        }
        return "\(who): \(parts.joined(separator: ", ")) in \(Explanation.seconds(association.lasted))"
    }
}
