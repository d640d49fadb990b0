import DICOM
import NIOCore

extension PDU {
    /// Every PDU but P-DATA-TF, from what follows its six header bytes.
    init(_ kind: Kind, body: ByteBuffer) throws(NetworkError) {
        var reader = FieldReader(kind, body, start: PDUHeaderLayout.size)
        switch kind {
        case .associateRequest: self = .associateRequest(try AssociateRequest(&reader))
        case .associateAccept: self = .associateAccept(try AssociateAccept(&reader))
        case .associateReject: self = .associateReject(try AssociateReject(&reader))
        case .releaseRequest: self = .releaseRequest
        case .releaseResponse: self = .releaseResponse
        case .abort: self = .abort(try Abort(&reader))
        case .data: self = .data(try PresentationDataValue.all(&reader))
        }
    }
}

/// The variable items of an A-ASSOCIATE-RQ or -AC, in any order; unknown ones are skipped (PS3.8 §9.3.1).
private struct AssociateItems {
    var applicationContext = ""
    var proposed: [ProposedContext] = []
    var answered: [AnsweredContext] = []
    var userInformation: UserInformation?

    init(_ reader: inout FieldReader) throws(NetworkError) {
        while case (let type, var content)? = try reader.item() {
            switch type {
            case ItemType.applicationContext:
                applicationContext = trimmedText(content.rest())
            case ItemType.proposedContext where reader.kind == .associateRequest:
                proposed.append(try ProposedContext(&content))
                try Self.check(proposed.map(\.id), content)
            case ItemType.answeredContext where reader.kind == .associateAccept:
                answered.append(try AnsweredContext(&content))
                try Self.check(answered.map(\.id), content)
            case ItemType.userInformation:
                guard userInformation == nil else { throw content.malformed("second user information item") }
                userInformation = try UserInformation(&content)
            default:
                break
            }
        }
    }

    /// Presentation context identifiers: odd, none twice, so at most 128 (PS3.8 §9.3.2.2).
    private static func check(_ ids: [UInt8], _ reader: FieldReader) throws(NetworkError) {
        guard ids.count <= NetworkLimits.presentationContexts else {
            throw reader.malformed("more than \(NetworkLimits.presentationContexts) presentation contexts")
        }
        guard let id = ids.last, id & 1 == 1, !ids.dropLast().contains(id) else {
            throw reader.malformed("presentation context id \(ids.last ?? 0) is even or used twice")
        }
    }
}

extension AssociateRequest {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        let version = try reader.integer(UInt16.self)
        try reader.skip(2)
        let called = AETitle(bytes: try reader.bytes(AssociateLayout.calledAETitle.count))
        let calling = AETitle(bytes: try reader.bytes(AssociateLayout.callingAETitle.count))
        try reader.skip(AssociateLayout.reserved.count)
        let items = try AssociateItems(&reader)
        self.init(
            calledAETitle: called, callingAETitle: calling,
            presentationContexts: items.proposed, userInformation: items.userInformation ?? UserInformation()
        )
        protocolVersion = version
        applicationContext = items.applicationContext
    }
}

extension AssociateAccept {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        let version = try reader.integer(UInt16.self)
        try reader.skip(2)
        let called = AETitle(bytes: try reader.bytes(AssociateLayout.calledAETitle.count))
        let calling = AETitle(bytes: try reader.bytes(AssociateLayout.callingAETitle.count))
        try reader.skip(AssociateLayout.reserved.count)
        let items = try AssociateItems(&reader)
        self.init(
            calledAETitle: called, callingAETitle: calling,
            presentationContexts: items.answered, userInformation: items.userInformation ?? UserInformation()
        )
        protocolVersion = version
        applicationContext = items.applicationContext
    }
}

extension ProposedContext {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        let id = try reader.integer(UInt8.self)
        try reader.skip(3)
        self.init(id: id, abstractSyntax: nil, transferSyntaxes: [])
        while case (let type, var content)? = try reader.item() {
            switch type {
            case ItemType.abstractSyntax: abstractSyntax = UID(padded: content.rest())
            case ItemType.transferSyntax: if let uid = UID(padded: content.rest()) { transferSyntaxes.append(uid) }
            default: break
            }
        }
    }
}

extension AnsweredContext {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        let id = try reader.integer(UInt8.self)
        try reader.skip(1)
        // A reserved result is no acceptance.
        let result = Result(rawValue: try reader.integer(UInt8.self)) ?? .noReason
        try reader.skip(1)
        self.init(id: id, result: result, transferSyntax: nil)
        while case (let type, var content)? = try reader.item() {
            if type == ItemType.transferSyntax { transferSyntax = UID(padded: content.rest()) }
        }
        if result == .acceptance, transferSyntax == nil {
            throw reader.malformed("presentation context \(id) accepted without a transfer syntax")
        }
    }
}

extension AssociateReject {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        try reader.skip(1)
        self.init(result: try reader.integer(), source: try reader.integer(), reason: try reader.integer())
    }
}

extension Abort {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        try reader.skip(2)
        self.init(source: try reader.integer(), reason: Reason(rawValue: try reader.integer()) ?? .reserved)
    }
}

extension PresentationDataValue {
    fileprivate static func all(_ reader: inout FieldReader) throws(NetworkError) -> [PresentationDataValue] {
        var values: [PresentationDataValue] = []
        while reader.left > 0 {
            let length = Int(try reader.integer(UInt32.self))
            guard length >= 2 else { throw reader.malformed("presentation data value of \(length) bytes") }
            let contextID = try reader.integer(UInt8.self)
            let control = try reader.integer(UInt8.self)
            values.append(PresentationDataValue(
                contextID: contextID,
                isCommand: control & PresentationDataValueLayout.commandBit != 0,
                isLast: control & PresentationDataValueLayout.lastBit != 0,
                bytes: ByteBuffer(bytes: try reader.bytes(length - 2))
            ))
        }
        return values
    }
}
