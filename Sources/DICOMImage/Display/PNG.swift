import CZlib

/// Pictures without loss (ISO/IEC 15948). No time: the same picture gives the same bytes.
enum PNG {
    static func encode(_ picture: Picture) throws(ImageError) -> [UInt8] {
        guard let width = Int32(exactly: picture.width), let height = Int32(exactly: picture.height), width > 0, height > 0 else {
            throw ImageError(.encoding, nil, "PNG cannot hold \(picture.width) × \(picture.height) pixels")
        }
        let depth: UInt8
        let rows: [UInt8]
        switch picture.levels {
        case .eight(let levels): (depth, rows) = (8, filtered(levels, rowBytes: picture.width * picture.channels))
        case .sixteen(let levels): (depth, rows) = (16, filtered(bytes(levels), rowBytes: picture.width * picture.channels * 2))
        }
        var out: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let colourType: UInt8 = picture.channels == 1 ? 0 : 2
        chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [depth, colourType, 0, 0, 0], to: &out)
        if let profile = picture.profile {
            // A name, its end, compression method 0.
            chunk("iCCP", Array("ICC profile".utf8) + [0, 0] + (try compressed(profile.bytes)), to: &out)
        }
        chunk("IDAT", try compressed(rows), to: &out)
        chunk("IEND", [], to: &out)
        return out
    }

    private static func bytes(_ levels: [UInt16]) -> [UInt8] {
        levels.map(\.bigEndian).withUnsafeBytes { [UInt8]($0) }
    }

    /// Each row as the difference to the one above (filter type 2): good for smooth images, and the fastest.
    private static func filtered(_ bytes: [UInt8], rowBytes: Int) -> [UInt8] {
        let rows = bytes.count / rowBytes
        return [UInt8](unsafeUninitializedCapacity: rows * (rowBytes + 1)) { target, made in
            bytes.withUnsafeBufferPointer { source in
                var out = 0
                for row in 0..<rows {
                    target[out] = 2
                    let start = row &* rowBytes
                    for column in 0..<rowBytes {
                        let above = row > 0 ? source[start &- rowBytes &+ column] : 0
                        target[out &+ 1 &+ column] = source[start &+ column] &- above
                    }
                    out &+= rowBytes &+ 1
                }
            }
            made = rows * (rowBytes + 1)
        }
    }

    private static func compressed(_ bytes: [UInt8]) throws(ImageError) -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var status = Z_OK
        let result = [UInt8](unsafeUninitializedCapacity: Int(length)) { target, made in
            bytes.withUnsafeBufferPointer { source in
                status = compress2(target.baseAddress, &length, source.baseAddress, uLong(source.count), 3)
            }
            made = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw ImageError(.encoding, nil, "zlib answered \(status) while a PNG was written") }
        return result
    }

    private static func chunk(_ type: String, _ content: [UInt8], to out: inout [UInt8]) {
        let body = Array(type.utf8) + content
        out += bigEndian(UInt32(content.count)) + body
        out += bigEndian(UInt32(truncatingIfNeeded: crc32(0, body, uInt(body.count))))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 24), UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }
}
