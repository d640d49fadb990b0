import CTurboJPEG

/// Pictures with loss: baseline JPEG (ISO/IEC 10918-1) by libjpeg-turbo.
enum JPEG {
    /// - Parameter quality: 1 to 100; from 90 on the chroma of colours is not halved.
    static func encode(_ picture: Picture, quality: Int) throws(ImageError) -> [UInt8] {
        guard case .eight(let levels) = picture.levels else { throw ImageError(.encoding, nil, "JPEG holds 8 bits a sample") }
        guard (1...65500).contains(picture.width), (1...65500).contains(picture.height) else {
            throw ImageError(.encoding, nil, "JPEG cannot hold \(picture.width) × \(picture.height) pixels")
        }
        guard let compressor = tjInitCompress() else { throw ImageError(.encoding, nil, "libjpeg-turbo did not start") }
        defer { tjDestroy(compressor) }
        let isGrey = picture.channels == 1
        let sampling = isGrey ? TJSAMP_GRAY : quality >= 90 ? TJSAMP_444 : TJSAMP_420
        var output: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        defer { tjFree(output) }
        let status = tjCompress2(
            compressor, levels, Int32(picture.width), 0, Int32(picture.height), Int32((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue),
            &output, &size, Int32(sampling.rawValue), Int32(min(max(quality, 1), 100)), 0)
        guard status == 0, let output else {
            throw ImageError(.encoding, nil, "libjpeg-turbo: \(String(cString: tjGetErrorStr2(compressor)))")
        }
        let file = [UInt8](UnsafeBufferPointer(start: output, count: Int(size)))
        return picture.profile.map { withProfile(file, $0.bytes) } ?? file
    }

    /// The profile in segments APP2 behind the first segment, JFIF's (ICC.1 §B.4).
    private static func withProfile(_ file: [UInt8], _ profile: [UInt8]) -> [UInt8] {
        let most = 65535 - 2 - 14
        let pieces = stride(from: 0, to: profile.count, by: most).map { profile[$0..<min($0 + most, profile.count)] }
        guard file.count > 6, pieces.count <= 255 else { return file }
        let first = 4 + (Int(file[4]) << 8 | Int(file[5]))
        var out = Array(file.prefix(first))
        for (index, piece) in pieces.enumerated() {
            let length = piece.count + 16
            out += [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 0xFF)] + Array("ICC_PROFILE".utf8) + [0, UInt8(index + 1), UInt8(pieces.count)]
            out += piece
        }
        return out + file.dropFirst(first)
    }
}
