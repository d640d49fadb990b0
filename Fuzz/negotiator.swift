// network: A-ASSOCIATE-RQ to answer, and the answer back
import NIOCore

/// The bytes behind the header of an A-ASSOCIATE-RQ; the first one chooses the policy. The answer must be one that a peer can read,
/// with a result for each context and nothing granted that was not asked for.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNegotiator(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size >= 1 else { return 0 }
    let choice = data[0]
    let body = [UInt8](UnsafeBufferPointer(start: data + 1, count: size - 1))
    guard let request = read(PDU.Kind.associateRequest, body), case .associateRequest(let request) = request else { return 0 }

    let policy = NegotiationPolicy(calledAETitles: choice & 1 == 0 ? nil : AETitle("ISOCENTER").map { [$0] }) { uid in
        switch uid.text.utf8.count % 3 {
        case 0: .supported(choice & 2 == 0 ? .proposersFirst : .littleEndian, scp: choice & 4 == 0, scu: choice & 8 == 0)
        case 1: .notAllowed
        default: .notSupported
        }
    }
    guard case .accept(let accept) = negotiate(request, policy, maximumLength: 16384) else { return 0 }
    precondition(accept.presentationContexts.map(\.id) == request.presentationContexts.map(\.id), "a context without an answer")
    for (asked, answered) in zip(request.presentationContexts, accept.presentationContexts) where answered.result == .acceptance {
        precondition(answered.transferSyntax.map(asked.transferSyntaxes.contains) ?? false, "accepted in a syntax that was not proposed")
    }
    for role in accept.userInformation.roleSelections {
        precondition(request.userInformation.roleSelections.contains { $0.sopClass == role.sopClass && ($0.scu || !role.scu) && ($0.scp || !role.scp) }, "a role that was not asked for")
    }
    _ = PresentationContext.agreed(request, accept)

    guard let bytes = try? PDU.associateAccept(accept).encoded() else { return 0 }
    guard case .associateAccept(let again)? = read(PDU.Kind.associateAccept, Array(bytes.readableBytesView.dropFirst(6))) else {
        preconditionFailure("our own answer cannot be read")
    }
    precondition(again == accept, "our own answer reads differently")
    return 0
}

private func read(_ kind: PDU.Kind, _ body: [UInt8]) -> PDU? {
    var bytes = ByteBuffer()
    bytes.writeMultipleIntegers(kind.rawValue, 0 as UInt8, UInt32(body.count))
    bytes.writeBytes(body)
    var decoder = PDUDecoder()
    decoder.feed(bytes)
    guard case .pdu(let pdu)?? = try? decoder.next() else { return nil }
    return pdu
}
