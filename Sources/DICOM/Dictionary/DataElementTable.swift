/// The attributes of PS3.6 §6 to §9.
public enum DataElementTable {
    public struct Entry: Sendable {
        public var vrs: [VR]
        public var vm: String
        public var name: String
        public var keyword: String
        public var isRetired: Bool
    }
    public static func entry(for tag: Tag) -> Entry? { nil }
    public static func tag(keyword: String) -> Tag? { nil }
}
/// Private elements that are publicly known.
public enum PrivateElementTable {
    public static func vr(of tag: Tag, creator: String) -> VR? { nil }
}
