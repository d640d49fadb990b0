import Archive
import DICOM
import DICOMNetwork

extension Peer {
    /// As it is kept: without what carries no meaning, outer spaces of a title, the way a fingerprint is written.
    func normalized() -> Peer {
        var peer = self
        peer.aeTitle = title?.text ?? aeTitle
        peer.certificate = certificate.map { Self.normalized(fingerprint: $0) }
        return peer
    }

    static func normalized(fingerprint: String) -> String { fingerprint.filter { $0 != ":" && $0 != " " }.lowercased() }

    /// Everything that is wrong with it by itself, in words.
    public var problems: [String] {
        var problems: [String] = []
        func check(_ isRight: Bool, _ words: @autoclosure () -> String) { if !isRight { problems.append(words()) } }
        check(Self.isName(name), "'\(name)' is no name: 1 to 64 characters, no slash or control character, no space at either end")
        check(title != nil || aeTitle.isEmpty && web != nil, "'\(aeTitle)' is no AE title: 1 to 16 characters, no backslash or control character")
        if let web { problems += web.problems }
        if let host { check(Self.isHost(host), "'\(host)' is neither a host name nor an address") }
        if let port { check((1...65535).contains(port), "\(port) is no port: 1 to 65535") }
        check((host == nil) == (port == nil), host == nil ? "a port without a host calls nobody" : "a host needs a port to be called")
        for address in addresses { check(AddressRange(address) != nil, "'\(address)' is neither a numeric address nor a network such as 10.1.0.0/16") }
        for title in calledAETitles ?? [] { check(AETitle(title) != nil, "'\(title)' is no AE title") }
        if let onConflict { check(ConflictPolicy(rawValue: onConflict) != nil, "'\(onConflict)' is not keepFirst, keepBoth, keepBothFromSameSource or quarantine") }
        check(!coercionOut.refuses, "rules for what is sent do not refuse: the retrieve or the send is not made")
        if let certificate {
            let digits = Self.normalized(fingerprint: certificate)
            check(digits.count == 64 && digits.allSatisfy { $0.isASCII && $0.isHexDigit }, "a certificate is given by its SHA-256 fingerprint, 64 hexadecimal digits")
            check(usesTLS, "a certificate is only shown over TLS: the peer has to use it")
        }
        if let maxInbound { check((1...10_000).contains(maxInbound), "\(maxInbound) associations from it: 1 to 10000") }
        check((1...1000).contains(maxAssociations), "\(maxAssociations) associations to it: 1 to 1000")
        if let bandwidth { check(bandwidth > 0, "a bandwidth is more than 0 bytes a second") }
        check((1...65535).contains(window), "a window of \(window) operations: 1 to 65535")
        for syntax in transferSyntaxes { check(UID(syntax) != nil, "'\(syntax)' is no UID of a transfer syntax") }
        return problems
    }

    /// What is wrong with it beside the others: a caller has to be found by title and address, a destination by name.
    func problems(beside others: [Peer]) -> [String] {
        var problems: [String] = []
        for other in others where !aeTitle.isEmpty && other.aeTitle == aeTitle && overlaps(other) {
            problems.append("""
                '\(other.name)' has the AE title \(aeTitle) too, \(other.addresses.isEmpty || addresses.isEmpty ? "and not both say from which addresses they call" : "at addresses that overlap"): \
                who calls could not be told
                """)
        }
        let names = Set(others.map(\.name)).union([name])
        for destination in destinations ?? [] where !names.contains(destination) { problems.append("there is no peer '\(destination)' to send to") }
        return problems
    }

    private func overlaps(_ other: Peer) -> Bool {
        if addresses.isEmpty || other.addresses.isEmpty { return true }
        let theirs = other.ranges
        return ranges.contains { range in theirs.contains { $0.overlaps(range) } }
    }

    /// From which it may call; empty: from anywhere.
    public var ranges: [AddressRange] { addresses.compactMap { AddressRange($0) } }

    static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.count), name.first != " ", name.last != " " else { return false }
        return name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "/" && $0 != "\\" }
    }

    private static func isHost(_ host: String) -> Bool {
        (1...253).contains(host.utf8.count) && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }
    }
}
