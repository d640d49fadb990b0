import DICOM

extension UserInformation {
    init(_ reader: inout FieldReader) throws(NetworkError) {
        while case (let type, var content)? = try reader.item() {
            let whole = content
            switch type {
            case ItemType.maximumLength:
                maximumLength = try content.integer()
            case ItemType.implementationClassUID:
                implementationClassUID = trimmedText(content.rest())
            case ItemType.implementationVersionName:
                implementationVersionName = trimmedText(content.rest())
            case ItemType.asynchronousOperationsWindow:
                asynchronousOperationsWindow = .init(invoked: try content.integer(), performed: try content.integer())
            case ItemType.roleSelection:
                guard let sopClass = UID(padded: try content.counted()) else { others.append(UnknownItem(type, whole)); continue }
                let scu = try content.integer(UInt8.self), scp = try content.integer(UInt8.self)
                roleSelections.append(RoleSelection(sopClass: sopClass, scu: scu == 1, scp: scp == 1))
            case ItemType.extendedNegotiation:
                guard let sopClass = UID(padded: try content.counted()) else { others.append(UnknownItem(type, whole)); continue }
                extendedNegotiations.append(.init(sopClass: sopClass, applicationInformation: content.rest()))
            case ItemType.commonExtendedNegotiation:
                guard let negotiation = try CommonExtendedNegotiation(&content) else {
                    others.append(UnknownItem(type, whole)); continue
                }
                commonExtendedNegotiations.append(negotiation)
            case ItemType.userIdentity:
                userIdentity = try UserIdentity(&content)
            case ItemType.userIdentityResponse:
                userIdentityResponse = try content.counted()
            default:
                others.append(UnknownItem(type, whole))
            }
        }
    }
}

extension UnknownItem {
    fileprivate init(_ type: UInt8, _ content: FieldReader) {
        var content = content
        self.init(type: type, content: content.rest())
    }
}

extension CommonExtendedNegotiation {
    /// nil where one of its UIDs is none.
    fileprivate init?(_ reader: inout FieldReader) throws(NetworkError) {
        let sopClass = UID(padded: try reader.counted())
        let serviceClass = UID(padded: try reader.counted())
        var related = FieldReader(reader.kind, .init(bytes: try reader.counted()), start: reader.offset)
        var relatedClasses: [UID] = []
        while related.left > 0 {
            if let uid = UID(padded: try related.counted()) { relatedClasses.append(uid) }
        }
        guard let sopClass, let serviceClass else { return nil }
        self.init(sopClass: sopClass, serviceClass: serviceClass, relatedGeneralSOPClasses: relatedClasses)
    }
}

extension UserIdentity {
    fileprivate init(_ reader: inout FieldReader) throws(NetworkError) {
        let type = try reader.integer(UInt8.self)
        let wantsResponse = try reader.integer(UInt8.self) == 1
        self.init(
            type: type, wantsResponse: wantsResponse,
            primaryField: try reader.counted(), secondaryField: try reader.counted()
        )
    }
}
