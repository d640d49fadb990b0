// Elements made from values, padded to even length (PS3.5 §6.2). Text is encoded as UTF-8: a data set made here names ISO_IR 192.
extension DataElement {
    public init(_ tag: Tag, _ vr: VR, _ strings: String...) { self.init(tag, vr, strings: strings) }

    public init(_ tag: Tag, _ vr: VR, strings: [String]) {
        var bytes = Array(strings.joined(separator: "\\").utf8)
        if bytes.count % 2 == 1 { bytes.append(vr.padding) }
        self.init(tag: tag, vr: vr, value: .bytes(bytes[...]))
    }

    public init(_ tag: Tag, uid: UID) { self.init(tag, .UI, uid.text) }

    /// For IS, US, SS, UL, SL, UV, SV; numbers are cut to the width of the VR.
    public init(_ tag: Tag, _ vr: VR, integers: [Int]) {
        guard !vr.isText else {
            self.init(tag, vr, strings: integers.map { "\($0)" })
            return
        }
        var bytes: [UInt8] = []
        for number in integers {
            for byte in 0..<vr.wordSize { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
        }
        self.init(tag: tag, vr: vr, value: .bytes(bytes[...]))
    }

    /// For DS (at most 16 characters a value), FL, FD.
    public init(_ tag: Tag, _ vr: VR, decimals: [Double]) {
        var bytes: [UInt8] = []
        switch vr {
        case .FL: for number in decimals { LittleEndian.append(Float(number).bitPattern, to: &bytes) }
        case .FD: for number in decimals { LittleEndian.append(number.bitPattern, to: &bytes) }
        default:
            self.init(tag, vr, strings: decimals.map(Text.decimalString))
            return
        }
        self.init(tag: tag, vr: vr, value: .bytes(bytes[...]))
    }

    /// Raw bytes of OB, OW and the like; a missing last byte of an odd length is added.
    public init(_ tag: Tag, _ vr: VR, bytes: [UInt8]) {
        self.init(tag: tag, vr: vr, value: .bytes((bytes.count % 2 == 0 ? bytes : bytes + [vr.padding])[...]))
    }

    public init(_ tag: Tag, items: [DataSet]) { self.init(tag: tag, vr: .SQ, value: .items(Items(items))) }
}
