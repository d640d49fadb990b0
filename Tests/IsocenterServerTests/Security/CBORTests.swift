import Testing

@testable import IsocenterServer

@Suite("CBOR as CTAP2 has it")
struct CBORTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).map { UInt8(hex.dropFirst($0).prefix(2), radix: 16) ?? 0 }
    }

    /// RFC 8949 Appendix A.
    static let examples: [(String, CBOR)] = [
        ("00", .integer(0)), ("17", .integer(23)), ("1818", .integer(24)), ("1903e8", .integer(1000)), ("1b000000e8d4a51000", .integer(1_000_000_000_000)),
        ("20", .integer(-1)), ("3903e7", .integer(-1000)), ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")), ("6449455446", .text("IETF")),
        ("62c3bc", .text("ü")), ("80", .array([])), ("83010203", .array([.integer(1), .integer(2), .integer(3)])), ("8301820203820405", .array([.integer(1), .array([.integer(2), .integer(3)]), .array([.integer(4), .integer(5)])])),
        ("a0", .map([:])), ("a201020304", .map([.integer(1): .integer(2), .integer(3): .integer(4)])), ("a26161016162820203", .map([.text("a"): .integer(1), .text("b"): .array([.integer(2), .integer(3)])])),
        ("f4", .bool(false)), ("f5", .bool(true)), ("f6", .null),
    ]

    @Test("Examples of RFC 8949", arguments: examples)
    func example(_ hex: String, _ value: CBOR) throws { #expect(try CBOR.readAll(Self.bytes(hex)) == value) }

    @Test("What lies, goes too deep or has another form is refused", arguments: [
        "", "18", "1900", "1817", "190017", "1a00000017", "1b0000000000000017", "1bffffffffffffffff", "3bffffffffffffffff",  // cut off, too long, out of range
        "41", "5affffffff", "5bffffffffffffffff", "5b7fffffffffffffff00", "61ff", "7affffffff",  // lengths beyond the end, no UTF-8
        "9affffffff", "9bffffffffffffffff", "bb7fffffffffffffff", "82", "8201", "a1", "a101",  // members beyond the end
        "9f01ff", "bf0102ff", "5f4101ff", "ff", "1c", "fc",  // indefinite and reserved
        "a201020103", "a2616101616102", "a140f5", "a1f501",  // keys twice, keys of other kinds
        "c001", "f7", "f97e00", "fb3ff199999999999a",  // tags, undefined, floating point
        "0000", "818181818181818100",  // more behind it, nested too deep
    ])
    func hostile(_ hex: String) {
        #expect(throws: CBOR.Malformed.self) { try CBOR.readAll(Self.bytes(hex)) }
    }

    @Test("Whatever bytes come, it ends, with a value or a refusal")
    func random() {
        var state: UInt64 = 7
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        var refused = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int(next() & 63)).map { _ in next() }
            do { _ = try CBOR.read(bytes[...]) } catch { refused += 1 }
            do { _ = try AuthenticatorData(bytes + bytes) } catch { refused += 1 }
        }
        #expect(refused > 20_000)
    }
}
