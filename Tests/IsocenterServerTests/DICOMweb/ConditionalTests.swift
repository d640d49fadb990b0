import HTTPTypes
import Hummingbird
import Testing

@testable import IsocenterServer

/// RFC 9110 §13.1.2, §14.
struct ConditionalTests {
    @Test(arguments: [
        (nil, .whole), ("", .whole), ("bytes", .whole), ("items=0-1", .whole), ("bytes=0-99", .part(0..<100)), ("bytes=0-", .part(0..<1000)),
        ("bytes=999-", .part(999..<1000)), ("bytes=10-10", .part(10..<11)), ("bytes=900-5000", .part(900..<1000)), ("bytes=-1", .part(999..<1000)),
        ("bytes=-5000", .part(0..<1000)), ("bytes=-0", .unsatisfiable), ("bytes=1000-", .unsatisfiable), ("bytes=1000-2000", .unsatisfiable),
        ("bytes=5-4", .whole), ("bytes=a-b", .whole), ("bytes=0-1,5-6", .whole), ("BYTES = 1 - 2", .part(1..<3)),
        ("bytes=0-18446744073709551615", .part(0..<1000)), ("bytes=0-99999999999999999999", .whole), ("bytes=--5", .whole),
    ] as [(String?, ByteRanges)])
    func ranges(header: String?, expected: ByteRanges) {
        #expect(ByteRanges(header, length: 1000) == expected)
    }

    @Test(arguments: ["bytes=0-", "bytes=-1", "bytes=0-0"]) func rangesOfNothing(header: String) {
        #expect(ByteRanges(header, length: 0) == .unsatisfiable)
    }

    @Test(arguments: [
        ("\"a\"", true), ("W/\"a\"", true), ("*", true), ("\"b\", \"a\"", true), ("\"b\",W/\"a\"", true), ("\"b\"", false), ("a", false), ("", false), ("\"A\"", false),
    ])
    func tags(header: String, isKnown: Bool) {
        #expect(EntityTag.list(header, has: "\"a\"") == isKnown)
        #expect(EntityTag.list(header, has: "W/\"a\"") == isKnown)
    }

    @Test func aTagIsWellFormed() {
        #expect(EntityTag(["1.2", "wi ndow=\"\u{e9}\n", "x"]).text == "\"1.2-window=-x\"")
        #expect(EntityTag(["a"], isWeak: true).text == "W/\"a\"")
    }
}
