/// Application Entity title (PS3.5 §6.2, VR AE; PS3.8 §9.3.2): 1 to 16 characters, outer spaces not significant.
public struct AETitle: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// nil unless 1 to 16 printable ASCII characters without backslash remain between the outer spaces.
    public init?(_ text: some StringProtocol) {
        self.init(bytes: Array(text.utf8))
    }

    /// From a field of fixed width. Some peers pad with NUL; that is read as the end of the title.
    init?(bytes: [UInt8]) {
        let space = UInt8(ascii: " ")
        let title = bytes.prefix { $0 != 0 }.drop { $0 == space }
        guard let end = title.lastIndex(where: { $0 != space }) else { return nil }
        let significant = title[...end]
        guard significant.count <= 16,
              significant.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        text = String(decoding: significant, as: Unicode.ASCII.self)
    }

    /// Sixteen bytes, padded with spaces.
    var padded: [UInt8] {
        let bytes = Array(text.utf8)
        return bytes + [UInt8](repeating: UInt8(ascii: " "), count: 16 - bytes.count)
    }

    public var description: String { text }
}
