/// RFC 4648 §4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    static func append(_ bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
        out.reserveCapacity(out.count + (bytes.count + 2) / 3 * 4)
        bytes.withUnsafeBufferPointer { bytes in
            alphabet.withUnsafeBufferPointer { alphabet in
                var index = 0
                while index < bytes.count {
                    let count = min(3, bytes.count - index)
                    let b = count > 1 ? bytes[index + 1] : 0, c = count > 2 ? bytes[index + 2] : 0
                    let group = UInt32(bytes[index]) << 16 | UInt32(b) << 8 | UInt32(c)
                    out.append(alphabet[Int(group >> 18)])
                    out.append(alphabet[Int(group >> 12 & 63)])
                    out.append(count > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
                    out.append(count > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
                    index += 3
                }
            }
        }
    }

    /// nil where `text` is none; line ends are passed over, and the padding may be missing.
    static func decode(_ text: String) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count / 4 * 3)
        var group: UInt32 = 0
        var count = 0, padding = 0
        for letter in text.utf8 {
            if letter == 0x0A || letter == 0x0D { continue }
            if letter == UInt8(ascii: "=") { padding += 1; continue }
            let value = values[Int(letter)]
            guard value != 0xFF, padding == 0 else { return nil }
            group = group << 6 | UInt32(value)
            count += 1
            if count % 4 == 0 {
                out.append(UInt8(truncatingIfNeeded: group >> 16))
                out.append(UInt8(truncatingIfNeeded: group >> 8))
                out.append(UInt8(truncatingIfNeeded: group))
                group = 0
            }
        }
        guard padding == 0 || (count + padding) % 4 == 0 && padding < 3 else { return nil }
        switch count % 4 {
        case 0: break
        case 2: out.append(UInt8(truncatingIfNeeded: group >> 4))
        case 3:
            out.append(UInt8(truncatingIfNeeded: group >> 10))
            out.append(UInt8(truncatingIfNeeded: group >> 2))
        default: return nil
        }
        return out
    }
}
