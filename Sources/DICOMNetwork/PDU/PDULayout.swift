// Where the fields lie: byte ranges from the start of the PDU or item, all numbers big endian.

/// First six bytes of every PDU (PS3.8 §9.3.1).
enum PDUHeaderLayout {
    static let type = 0
    static let length = 2..<6
    static let size = 6
}

/// A-ASSOCIATE-RQ and A-ASSOCIATE-AC (PS3.8 Tables 9-11 and 9-17); in the AC both titles are an echo, not to be tested.
enum AssociateLayout {
    static let protocolVersion = 6..<8
    static let calledAETitle = 10..<26
    static let callingAETitle = 26..<42
    static let reserved = 42..<74
    static let variableItems = 74...
}

/// A-ASSOCIATE-RJ (PS3.8 Table 9-21).
enum AssociateRejectLayout {
    static let result = 7
    static let source = 8
    static let reason = 9
    static let size = 10
}

/// A-RELEASE-RQ and A-RELEASE-RP (PS3.8 Tables 9-24 and 9-25): four reserved bytes.
enum ReleaseLayout {
    static let reserved = 6..<10
    static let size = 10
}

/// A-ABORT (PS3.8 Table 9-26).
enum AbortLayout {
    static let source = 8
    static let reason = 9
    static let size = 10
}

/// Presentation data value item inside a P-DATA-TF (PS3.8 Table 9-23). The length counts what follows it.
enum PresentationDataValueLayout {
    static let length = 0..<4
    static let contextID = 4
    static let controlHeader = 5
    static let fragment = 6...

    /// PS3.8 §E.2: bit 0 command (else data set), bit 1 last fragment.
    static let commandBit: UInt8 = 0b01
    static let lastBit: UInt8 = 0b10
}

/// Header of items and sub-items (PS3.8 §9.3.2 to 9.3.4, PS3.7 §D.3.3).
enum ItemLayout {
    static let type = 0
    static let length = 2..<4
    static let content = 4...
}

/// Presentation context item, proposed (PS3.8 Table 9-13) or answered (Table 9-18): offsets in the content.
enum PresentationContextLayout {
    static let contextID = 0
    static let result = 2
    static let subItems = 4...
}

/// Kinds of items and sub-items.
enum ItemType {
    static let applicationContext: UInt8 = 0x10              // PS3.8 Table 9-12
    static let proposedContext: UInt8 = 0x20                 // PS3.8 Table 9-13
    static let answeredContext: UInt8 = 0x21                 // PS3.8 Table 9-18
    static let abstractSyntax: UInt8 = 0x30                  // PS3.8 Table 9-14
    static let transferSyntax: UInt8 = 0x40                  // PS3.8 Table 9-15
    static let userInformation: UInt8 = 0x50                 // PS3.8 Table 9-16
    static let maximumLength: UInt8 = 0x51                   // PS3.8 Table D.1-1
    static let implementationClassUID: UInt8 = 0x52          // PS3.7 Table D.3-1
    static let asynchronousOperationsWindow: UInt8 = 0x53    // PS3.7 Table D.3-7
    static let roleSelection: UInt8 = 0x54                   // PS3.7 Table D.3-9
    static let implementationVersionName: UInt8 = 0x55       // PS3.7 Table D.3-3
    static let extendedNegotiation: UInt8 = 0x56             // PS3.7 Table D.3-11
    static let commonExtendedNegotiation: UInt8 = 0x57       // PS3.7 Table D.3-12
    static let userIdentity: UInt8 = 0x58                    // PS3.7 Table D.3-14
    static let userIdentityResponse: UInt8 = 0x59            // PS3.7 Table D.3-15
}
