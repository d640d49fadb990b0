/// How a data set and its pixel data are encoded (PS3.5 §10, Annex A).
public struct TransferSyntax: Hashable, Sendable {
    public let uid: UID
    public let encoding: Encoding
    /// The data set is a raw deflate stream (PS3.5 §A.5).
    public let isDeflated: Bool
    /// Pixel data lies in fragments (PS3.5 §A.4).
    public let isEncapsulated: Bool

    /// Byte order and form of element headers.
    public struct Encoding: Hashable, Sendable {
        public var isExplicit: Bool
        public var isBigEndian: Bool

        public static let implicitLittle = Encoding(isExplicit: false, isBigEndian: false)
        public static let explicitLittle = Encoding(isExplicit: true, isBigEndian: false)
        public static let explicitBig = Encoding(isExplicit: true, isBigEndian: true)
    }

    private init(_ uid: String, _ encoding: Encoding, deflated: Bool = false, encapsulated: Bool = false) {
        self.uid = UID(known: uid)
        self.encoding = encoding
        isDeflated = deflated
        isEncapsulated = encapsulated
    }

    public static let implicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2", .implicitLittle)
    public static let explicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1", .explicitLittle)
    public static let deflatedExplicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1.99", .explicitLittle, deflated: true)
    public static let explicitVRBigEndian = TransferSyntax("1.2.840.10008.1.2.2", .explicitBig)

    /// Every syntax but the four above is explicit little endian with encapsulated pixel data (PS3.5 §A.4, §A.6 to A.8),
    /// private ones included: what is stored is kept as it came. The one exception is JPIP deflated.
    public init(_ uid: UID) {
        self = switch uid.text {
        case Self.implicitVRLittleEndian.uid.text: .implicitVRLittleEndian
        case Self.explicitVRLittleEndian.uid.text: .explicitVRLittleEndian
        case Self.explicitVRBigEndian.uid.text: .explicitVRBigEndian
        case Self.deflatedExplicitVRLittleEndian.uid.text: .deflatedExplicitVRLittleEndian
        case "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205": TransferSyntax(uid.text, .explicitLittle, deflated: true)
        // GE's private implicit VR syntax with big endian pixel data.
        case "1.2.840.113619.5.2": TransferSyntax(uid.text, .implicitLittle)
        default: TransferSyntax(uid.text, .explicitLittle, encapsulated: true)
        }
    }
}
