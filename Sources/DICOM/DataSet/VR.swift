/// Value Representation (PS3.5 §6.2): two letters, as they lie in the file.
///
/// A struct rather than an enum: a letter pair of a later edition is carried through unchanged.
public struct VR: RawRepresentable, Hashable, Sendable {
    /// First letter in the low byte.
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public init(_ first: UInt8, _ second: UInt8) { rawValue = UInt16(first) | UInt16(second) << 8 }

    /// nil unless the text is two upper-case letters.
    public init?(_ text: some StringProtocol) {
        let letters = Array(text.utf8)
        guard letters.count == 2 else { return nil }
        self.init(letters[0], letters[1])
        guard isLetters else { return nil }
    }

    private init(known text: StaticString) { self.init(text.utf8Start[0], text.utf8Start[1]) }

    public static let AE = VR(known: "AE"), AS = VR(known: "AS"), AT = VR(known: "AT"), CS = VR(known: "CS"), DA = VR(known: "DA")
    public static let DS = VR(known: "DS"), DT = VR(known: "DT"), FD = VR(known: "FD"), FL = VR(known: "FL"), IS = VR(known: "IS")
    public static let LO = VR(known: "LO"), LT = VR(known: "LT"), OB = VR(known: "OB"), OD = VR(known: "OD"), OF = VR(known: "OF")
    public static let OL = VR(known: "OL"), OV = VR(known: "OV"), OW = VR(known: "OW"), PN = VR(known: "PN"), SH = VR(known: "SH")
    public static let SL = VR(known: "SL"), SQ = VR(known: "SQ"), SS = VR(known: "SS"), ST = VR(known: "ST"), SV = VR(known: "SV")
    public static let TM = VR(known: "TM"), UC = VR(known: "UC"), UI = VR(known: "UI"), UL = VR(known: "UL"), UN = VR(known: "UN")
    public static let UR = VR(known: "UR"), US = VR(known: "US"), UT = VR(known: "UT"), UV = VR(known: "UV")

    var isLetters: Bool {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return letters.contains(UInt8(truncatingIfNeeded: rawValue)) && letters.contains(UInt8(truncatingIfNeeded: rawValue >> 8))
    }
}

extension VR {
    /// Explicit encodings give these a 16 bit length, every other VR a reserved field and 32 bits (PS3.5 Tables 7.1-1 and 7.1-2).
    public var hasShortLength: Bool {
        switch self {
        case .AE, .AS, .AT, .CS, .DA, .DS, .DT, .FD, .FL, .IS, .LO, .LT, .PN, .SH, .SL, .SS, .ST, .TM, .UI, .UL, .US: true
        default: false
        }
    }

    /// Bytes of a number that change places with the byte order (PS3.5 §7.3); 1 where order has no meaning.
    public var wordSize: Int {
        switch self {
        case .AT, .OW, .SS, .US: 2
        case .FL, .OF, .OL, .SL, .UL: 4
        case .FD, .OD, .OV, .SV, .UV: 8
        default: 1
        }
    }

    /// Values are characters; the others are numbers or bytes.
    public var isText: Bool {
        switch self {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .LO, .LT, .PN, .SH, .ST, .TM, .UC, .UI, .UR, .UT: true
        default: false
        }
    }

    /// Text in the repertoire that Specific Character Set names (PS3.5 §6.1.2.2).
    public var usesSpecificCharacterSet: Bool {
        switch self {
        case .LO, .LT, .PN, .SH, .ST, .UC, .UT: true
        default: false
        }
    }

    /// Text in which a backslash is a character, not the end of a value (PS3.5 §6.4).
    public var isSingleText: Bool { self == .LT || self == .ST || self == .UT || self == .UR }

    /// What makes a value's length even (PS3.5 §6.2).
    public var padding: UInt8 { isText && self != .UI ? UInt8(ascii: " ") : 0 }

    /// One of the 34 representations of PS3.5 Table 6.2-1.
    public var isKnown: Bool { hasShortLength || wordSize > 1 || isText || self == .OB || self == .SQ || self == .UN }
}

extension VR: CustomStringConvertible {
    public var description: String {
        String(decoding: [UInt8(truncatingIfNeeded: rawValue), UInt8(truncatingIfNeeded: rawValue >> 8)], as: UTF8.self)
    }
}
