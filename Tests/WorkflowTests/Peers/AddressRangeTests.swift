import Testing
@testable import Workflow

struct AddressRangeTests {
    @Test("What is an address or a network", arguments: [
        ("10.0.0.1", "10.0.0.1"), ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("10.0.0.1/32", "10.0.0.1"), ("::1", "::1"), ("fd00::/8", "fd00::/8"),
        ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.1/8", nil), ("10.0.0.0/33", nil), ("10.0.0.0/-1", nil), ("10.0.0.0/", nil), ("10.0.0", nil), ("ct.example", nil), ("", nil), ("/8", nil), ("fd01::/8", nil),
        ("10.0.0.0/8/8", nil), ("10.0.0.0/+8", nil),
    ])
    func reading(_ text: String, _ expected: String?) {
        #expect(AddressRange(text)?.description == expected)
    }

    @Test("What is in a network", arguments: [
        ("10.1.0.0/16", "10.1.255.3", true), ("10.1.0.0/16", "10.2.0.1", false), ("10.1.128.0/17", "10.1.127.255", false), ("10.1.128.0/17", "10.1.128.0", true),
        ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("fd00::/8", "fdab::1", true), ("fd00::/8", "fe80::1", false), ("10.0.0.1", "::ffff:10.0.0.1", true),
        ("10.0.0.1", "10.0.0.2", false), ("10.0.0.1", "nonsense", false),
    ])
    func containing(_ range: String, _ host: String, _ isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(host) == isIn)
    }

    @Test("Which networks overlap", arguments: [
        ("10.0.0.0/8", "10.1.0.0/16", true), ("10.1.0.0/16", "10.0.0.0/8", true), ("10.1.0.0/16", "10.2.0.0/16", false), ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.1", "10.0.0.2", false), ("0.0.0.0/0", "::/0", false),
    ])
    func overlapping(_ a: String, _ b: String, _ overlap: Bool) throws {
        #expect(try #require(AddressRange(a)).overlaps(#require(AddressRange(b))) == overlap)
    }
}
