import DICOM
import NIOCore

extension PDU {
    /// Header, body, length. Throws where an item exceeds its 16-bit length.
    func write(to buffer: inout ByteBuffer) throws(NetworkError) {
        buffer.writeInteger(kind.rawValue)
        buffer.writeInteger(0 as UInt8)
        let length = buffer.writerIndex
        buffer.writeInteger(0 as UInt32)
        switch self {
        case .associateRequest(let request):
            buffer.writeAssociate(request.protocolVersion, request.calledAETitle, request.callingAETitle)
            try buffer.writeItem(ItemType.applicationContext, text: request.applicationContext)
            for context in request.presentationContexts { try buffer.write(context) }
            try buffer.write(request.userInformation)
        case .associateAccept(let accept):
            buffer.writeAssociate(accept.protocolVersion, accept.calledAETitle, accept.callingAETitle)
            try buffer.writeItem(ItemType.applicationContext, text: accept.applicationContext)
            for context in accept.presentationContexts { try buffer.write(context) }
            try buffer.write(accept.userInformation)
        case .associateReject(let reject):
            buffer.writeBytes([0, reject.result, reject.source, reject.reason])
        case .data(let values):
            for value in values { buffer.write(value) }
        case .releaseRequest, .releaseResponse:
            buffer.writeBytes([0, 0, 0, 0])
        case .abort(let abort):
            buffer.writeBytes([0, 0, abort.source, abort.reason.rawValue])
        }
        buffer.setInteger(UInt32(buffer.writerIndex - length - 4), at: length)
    }

    func encoded() throws(NetworkError) -> ByteBuffer {
        var buffer = ByteBuffer()
        try write(to: &buffer)
        return buffer
    }
}

extension ByteBuffer {
    fileprivate mutating func writeAssociate(_ version: UInt16, _ called: AETitle?, _ calling: AETitle?) {
        writeInteger(version)
        writeInteger(0 as UInt16)
        for title in [called, calling] { writeBytes(title?.padded ?? [UInt8](repeating: UInt8(ascii: " "), count: 16)) }
        writeRepeatingByte(0, count: AssociateLayout.reserved.count)
    }

    fileprivate mutating func writeItem(
        _ type: UInt8, _ content: (inout ByteBuffer) throws(NetworkError) -> Void
    ) throws(NetworkError) {
        writeInteger(type)
        writeInteger(0 as UInt8)
        let position = writerIndex
        writeInteger(0 as UInt16)
        try content(&self)
        let length = writerIndex - position - 2
        guard let length16 = UInt16(exactly: length) else { throw .itemTooLong(type: type, length: length) }
        setInteger(length16, at: position)
    }

    fileprivate mutating func writeItem(_ type: UInt8, text: String) throws(NetworkError) {
        try writeItem(type) { buffer throws(NetworkError) in _ = buffer.writeString(text) }
    }

    /// Bytes after their 16-bit length.
    fileprivate mutating func writeCounted(_ bytes: some Collection<UInt8>, in type: UInt8) throws(NetworkError) {
        guard let length = UInt16(exactly: bytes.count) else { throw .itemTooLong(type: type, length: bytes.count) }
        writeInteger(length)
        writeBytes(bytes)
    }

    fileprivate mutating func write(_ context: ProposedContext) throws(NetworkError) {
        try writeItem(ItemType.proposedContext) { buffer throws(NetworkError) in
            buffer.writeBytes([context.id, 0, 0, 0])
            try buffer.writeItem(ItemType.abstractSyntax, text: context.abstractSyntax?.text ?? "")
            for syntax in context.transferSyntaxes { try buffer.writeItem(ItemType.transferSyntax, text: syntax.text) }
        }
    }

    fileprivate mutating func write(_ context: AnsweredContext) throws(NetworkError) {
        try writeItem(ItemType.answeredContext) { buffer throws(NetworkError) in
            buffer.writeBytes([context.id, 0, context.result.rawValue, 0])
            try buffer.writeItem(ItemType.transferSyntax, text: context.transferSyntax?.text ?? "")
        }
    }

    fileprivate mutating func write(_ value: PresentationDataValue) {
        writeInteger(UInt32(value.bytes.readableBytes + 2))
        writeInteger(value.contextID)
        writeInteger(PresentationDataValueLayout.controlHeader(command: value.isCommand, last: value.isLast))
        writeImmutableBuffer(value.bytes)
    }

    fileprivate mutating func write(_ information: UserInformation) throws(NetworkError) {
        try writeItem(ItemType.userInformation) { buffer throws(NetworkError) in
            if let length = information.maximumLength {
                try buffer.writeItem(ItemType.maximumLength) { buffer throws(NetworkError) in _ = buffer.writeInteger(length) }
            }
            if let uid = information.implementationClassUID { try buffer.writeItem(ItemType.implementationClassUID, text: uid) }
            if let window = information.asynchronousOperationsWindow {
                try buffer.writeItem(ItemType.asynchronousOperationsWindow) { buffer throws(NetworkError) in
                    _ = buffer.writeMultipleIntegers(window.invoked, window.performed)
                }
            }
            for role in information.roleSelections {
                try buffer.writeItem(ItemType.roleSelection) { buffer throws(NetworkError) in
                    try buffer.writeCounted(role.sopClass.text.utf8, in: ItemType.roleSelection)
                    buffer.writeBytes([role.scu ? 1 : 0, role.scp ? 1 : 0])
                }
            }
            if let name = information.implementationVersionName { try buffer.writeItem(ItemType.implementationVersionName, text: name) }
            for negotiation in information.extendedNegotiations {
                try buffer.writeItem(ItemType.extendedNegotiation) { buffer throws(NetworkError) in
                    try buffer.writeCounted(negotiation.sopClass.text.utf8, in: ItemType.extendedNegotiation)
                    buffer.writeBytes(negotiation.applicationInformation)
                }
            }
            for negotiation in information.commonExtendedNegotiations { try buffer.write(negotiation) }
            if let identity = information.userIdentity {
                try buffer.writeItem(ItemType.userIdentity) { buffer throws(NetworkError) in
                    buffer.writeBytes([identity.type, identity.wantsResponse ? 1 : 0])
                    try buffer.writeCounted(identity.primaryField, in: ItemType.userIdentity)
                    try buffer.writeCounted(identity.secondaryField, in: ItemType.userIdentity)
                }
            }
            if let response = information.userIdentityResponse {
                try buffer.writeItem(ItemType.userIdentityResponse) { buffer throws(NetworkError) in
                    try buffer.writeCounted(response, in: ItemType.userIdentityResponse)
                }
            }
            for item in information.others {
                try buffer.writeItem(item.type) { buffer throws(NetworkError) in _ = buffer.writeBytes(item.content) }
            }
        }
    }

    fileprivate mutating func write(_ negotiation: CommonExtendedNegotiation) throws(NetworkError) {
        let type = ItemType.commonExtendedNegotiation
        try writeItem(type) { buffer throws(NetworkError) in
            try buffer.writeCounted(negotiation.sopClass.text.utf8, in: type)
            try buffer.writeCounted(negotiation.serviceClass.text.utf8, in: type)
            var related = ByteBuffer()
            for uid in negotiation.relatedGeneralSOPClasses { try related.writeCounted(uid.text.utf8, in: type) }
            try buffer.writeCounted(related.readableBytesView, in: type)
        }
    }
}

extension PresentationDataValueLayout {
    static func controlHeader(command: Bool, last: Bool) -> UInt8 {
        (command ? commandBit : 0) | (last ? lastBit : 0)
    }
}
