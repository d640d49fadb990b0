/// How a value breaks the rules of its VR or VM (PS3.5 §6.2, §6.4).
public struct Violation: Hashable, Sendable {
    public enum Rule: Hashable, Sendable {
        /// Longer than so many characters (bytes where the repertoire is fixed).
        case length(maximum: Int)
        /// A character that the VR's repertoire lacks.
        case character
        /// Not of the form the VR prescribes, or outside of its range.
        case form
        /// The attribute may not have so many values.
        case multiplicity(count: Int, vm: String)
        /// The VR is none of those the standard gives the attribute.
        case vr(allowed: [VR])
    }

    /// From the outermost sequence to the element.
    public var path: [Tag]
    /// From 0; nil where the whole element is concerned.
    public var value: Int?
    public var rule: Rule
}

extension Violation: CustomStringConvertible {
    public var description: String {
        let place = path.map(\.description).joined(separator: " › ") + (value.map { " value \($0 + 1)" } ?? "")
        return switch rule {
        case .length(let maximum): "\(place): longer than \(maximum) characters"
        case .character: "\(place): a character that its value representation does not allow"
        case .form: "\(place): not of the form of its value representation"
        case .multiplicity(let count, let vm): "\(place): \(count) values where \(vm) are allowed"
        case .vr(let allowed): "\(place): its value representation should be \(allowed.map(\.description).joined(separator: " or "))"
        }
    }
}

/// Limits of PS3.5 Table 6.2-1.
struct VRLimit {
    enum Unit { case bytes, characters, nameGroups }
    var maximum: Int?
    var unit: Unit = .bytes
    /// Fixed repertoires; nil where Specific Character Set decides.
    var allows: ((UInt8) -> Bool)?
    /// The form of a value that is not empty.
    var isForm: (String) -> Bool = { _ in true }

    static func of(_ vr: VR) -> VRLimit? {
        switch vr {
        case .AE: VRLimit(maximum: 16, allows: isGraphic) { !$0.isEmpty }
        case .AS: VRLimit(maximum: 4, allows: nil) { Age($0) != nil }
        case .CS: VRLimit(maximum: 16, allows: isCode)
        case .DA: VRLimit(maximum: 8, allows: nil) { CalendarDate($0) != nil }
        case .DS: VRLimit(maximum: 16, allows: nil, isForm: NumberString.isDecimal)
        case .DT: VRLimit(maximum: 26, allows: nil) { DateTime($0) != nil }
        case .IS: VRLimit(maximum: 12, allows: nil) { NumberString.integer($0) != nil }
        case .LO: VRLimit(maximum: 64, unit: .characters, allows: nil)
        case .LT: VRLimit(maximum: 10240, unit: .characters, allows: nil)
        case .PN: VRLimit(maximum: 64, unit: .nameGroups, allows: nil)
        case .SH: VRLimit(maximum: 16, unit: .characters, allows: nil)
        case .ST: VRLimit(maximum: 1024, unit: .characters, allows: nil)
        case .TM: VRLimit(maximum: 14, allows: nil) { TimeOfDay($0) != nil }
        case .UI: VRLimit(maximum: 64, allows: nil, isForm: isUID)
        case .UR: VRLimit(allows: isGraphic) { !$0.hasPrefix(" ") && !$0.contains(" ") }
        default: nil
        }
    }

    private static func isGraphic(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    private static func isCode(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// PS3.5 §9.1: no component but 0 itself begins with 0.
    private static func isUID(_ text: String) -> Bool {
        UID(text) != nil && text.split(separator: ".").allSatisfy { $0 == "0" || $0.first != "0" }
    }
}

/// Numbers written as text (PS3.5 Table 6.2-1, IS and DS).
enum NumberString {
    /// 32 bit, signed.
    static func integer(_ text: String) -> Int32? { Int32(text) }

    /// Digits with at most one point and perhaps an exponent; no words such as `nan`, which the language's own parser takes.
    static func isDecimal(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        func sign() { if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() } }
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        sign()
        var count = digits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            count += digits()
        }
        guard count > 0 else { return false }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            sign()
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
