// network: command sets
import NIOCore

/// A command set as it comes; what can be read can be written, and reads the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDIMSECommand(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard let command = try? CommandSet(encoded: ByteBuffer(bytes: UnsafeBufferPointer(start: data, count: size))) else { return 0 }
    _ = command.missingElements
    _ = (command.affectedSOPClassUID, command.affectedSOPInstanceUID, command.status?.meaning(in: "storage"), command.errorComment, command.moveOriginatorAETitle)
    for status in [DIMSEStatus.success, .processingFailure] {
        if let response = command.response(status, comment: command.errorComment) {
            guard (try? CommandSet(encoded: response.encoded())) != nil else { preconditionFailure("our own response cannot be read") }
        }
    }
    guard let again = try? CommandSet(encoded: command.encoded()) else { preconditionFailure("what was read cannot be read again") }
    precondition(again == command, "reads differently again")
    return 0
}
