/// Repertoires that Specific Character Set (0008,0005) names (PS3.3 §C.12.1.1.2).
public struct SpecificCharacterSet: Hashable, Sendable {
    public let terms: [String]
    public init(_ terms: [String]) { self.terms = terms }
    public static let `default` = SpecificCharacterSet([])
    public static let utf8 = SpecificCharacterSet(["ISO_IR 192"])
    public func decode(_ bytes: ArraySlice<UInt8>, vr: VR) -> String { String(decoding: bytes, as: UTF8.self) }
}
