import Glibc

/// Writes small frames of every kind our encoders make, behind the four bytes of their shape. Usage: seeds TARGET FOLDER.
@main
struct Seeds {
    static func main() throws {
        guard CommandLine.arguments.count == 3 else { exit(2) }
        var number = 0
        for (rows, columns) in [(1, 1), (3, 5), (8, 40)] {
            for samples in [1, 3, 4] {
                for (depth, bits) in [8, 16, 1, 32, 64].enumerated() {
                    let layout = try FrameLayout(rows: rows, columns: columns, samples: samples, bitsAllocated: bits)
                    let frame = (0..<layout.bytes).map { UInt8(truncatingIfNeeded: $0 / 7 * 37 ^ $0 & 3) }
                    for variant in 0..<(CommandLine.arguments[1] == "rle" ? 1 : 7) {
                        guard let encoded = encode(CommandLine.arguments[1], frame, layout, variant) else { continue }
                        let shape = [UInt8(rows - 1), UInt8(columns - 1), UInt8(samples - 1), UInt8(depth)]
                        write(shape + encoded, to: CommandLine.arguments[2] + "/seed-\(number)")
                        number += 1
                    }
                }
            }
        }
    }

    /// nil for shapes the codec does not write.
    static func encode(_ target: String, _ frame: [UInt8], _ layout: FrameLayout, _ variant: Int) -> [UInt8]? {
        frame.withUnsafeBytes { samples in
            do throws(CodecError) {
                if target == "rle" { return try RLELossless.encode(samples, layout) }
                return try JPEGLossless.encode(
                    samples, layout,
                    .init(precision: layout.bitsAllocated, selectionValue: variant + 1, pointTransform: variant % 3, restartRows: variant % 2, isInterleaved: variant < 4))
            } catch { return nil }
        }
    }

    static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { exit(1) }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
