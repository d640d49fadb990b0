/// UIDs that are always the same, under the root for UUIDs (PS3.5 §B.2).
enum DemoUID {
    /// From a name such as `CT/1/7`: its FNV-1a hash of 128 bits, marked as a UUID of version 8 (RFC 9562 §5.8).
    static func text(_ name: String) -> String {
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in "isocenter demo/\(name)".utf8 {
            hash ^= UInt128(byte)
            hash = hash &* 0x0000_0000_0100_0000_0000_0000_0000_013B
        }
        let version = UInt128(0xF) << 76, variant = UInt128(0x3) << 62
        return "2.25.\(hash & ~version & ~variant | UInt128(8) << 76 | UInt128(2) << 62)"
    }
}
