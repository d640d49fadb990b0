import Glibc

/// Conversions of the C library.
enum Iconv {
    /// Calls `body` with an open conversion; nil where the system does not have it.
    static func withConversion<Result>(to: String, from: String, _ body: (iconv_t) -> Result) -> Result? {
        guard let conversion = iconv_open(to, from), Int(bitPattern: conversion) != -1 else { return nil }
        defer { iconv_close(conversion) }
        return body(conversion)
    }

    /// One step: as much of `input` as can be converted, and whether it stopped before the end.
    private static func convert(_ conversion: iconv_t, _ input: UnsafeRawBufferPointer, into output: inout [UInt8]) -> (used: Int, isStopped: Bool) {
        guard let start = input.baseAddress else { return (0, false) }
        var used = 0
        while used < input.count {
            var source: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(mutating: start.advanced(by: used).assumingMemoryBound(to: CChar.self))
            var sourceLeft = input.count - used
            let (count, failure) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { block -> (Int, CInt) in
                var target = block.baseAddress
                var targetLeft = block.count
                let failure = iconv(conversion, &source, &sourceLeft, &target, &targetLeft) == -1 ? errno : 0
                let count = block.count - targetLeft
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(block)[..<count]))
                return (count, failure)
            }
            used = input.count - sourceLeft
            if failure == 0 { break }
            // E2BIG: the block is full; it goes on with the next.
            if failure != E2BIG || count == 0 { return (used, true) }
        }
        return (used, false)
    }

    /// Each byte that begins no character becomes U+FFFD.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, from charset: String) -> String {
        let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
        let text = withConversion(to: "UTF-8", from: charset) { conversion in
            var text: [UInt8] = []
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let (used, isStopped) = convert(conversion, rest, into: &text)
                rest = UnsafeRawBufferPointer(rebasing: rest[used...])
                if isStopped, !rest.isEmpty {
                    text += replacement
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
                    iconv(conversion, nil, nil, nil, nil)
                }
            }
            return text
        }
        return String(decoding: text ?? bytes.flatMap { $0 < 0x80 ? [$0] : replacement }, as: UTF8.self)
    }

    /// nil where a character cannot be expressed.
    static func encode(_ text: String, to charset: String) -> [UInt8]? {
        let result = withConversion(to: charset, from: "UTF-8") { conversion -> [UInt8]? in
            var bytes: [UInt8] = []
            let isStopped = Array(text.utf8).withUnsafeBytes { convert(conversion, $0, into: &bytes).isStopped }
            return isStopped ? nil : bytes
        }
        return result ?? nil
    }
}
