// network: PDU decoder, state machine and message assembler, as an association's handler joins them
import NIOCore

/// What an acceptor hears, cut into reads: the first byte is their length, the second chooses contexts and limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPDUReader(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size >= 2 else { return 0 }
    let input = [UInt8](UnsafeBufferPointer(start: data, count: size))
    let piece = Int(input[0]) + 1
    var limits = NetworkLimits()
    if input[1] & 1 == 1 { limits.maximumLength = 4096 }
    var decoder = PDUDecoder(limits: limits)
    var machine = AssociationStateMachine(role: input[1] & 2 == 0 ? .acceptor : .requestor, in: input[1] & 4 == 0 ? .sta2 : .sta6)
    var assembler = MessageAssembler(contextIDs: [1, 3, 5], commandSetLength: limits.commandSetLength)
    var collected = 0

    func run(_ event: AssociationStateMachine.Event) throws {
        for effect in machine.handle(event) {
            switch effect {
            case .indicate(.data(let value)):
                try assembler.handle(value) { output in
                    if case .data(let bytes) = output { collected += bytes.readableBytes }
                }
            case .indicate(.associate(let request)):
                // As the acceptor would answer; what was read can be written.
                _ = try? PDU.associateRequest(request).encoded()
                let answer = negotiate(request, NegotiationPolicy { _ in .supported(.proposersFirst, scu: true) }, maximumLength: 16384)
                switch answer {
                case .accept(let accept): try run(.accept(accept))
                case .reject(let reject, _): try run(.reject(reject))
                }
            case .send(let pdu):
                _ = try? pdu.encoded()
            default: break
            }
        }
    }

    do {
        for start in stride(from: 2, to: input.count, by: piece) {
            decoder.feed(ByteBuffer(bytes: input[start..<min(start + piece, input.count)]))
            while let output = try decoder.next() {
                switch output {
                case .pdu(let pdu): try run(.pdu(pdu))
                case .data(let value): try run(.data(value))
                }
            }
        }
    } catch {
        _ = "\(error)"
    }
    precondition(collected <= size, "more data than came")
    return 0
}
