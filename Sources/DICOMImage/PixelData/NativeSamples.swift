import DICOM

/// Reads the samples of a native frame (PS3.5 §8.1.1, §8.2).
struct NativeSamples {
    private let bytes: [UInt8]
    private let description: PixelDescription
    private let swaps: Bool
    private let firstBit: Int

    init(_ bytes: [UInt8], _ description: PixelDescription, _ order: ByteOrder, index: Int) throws(ImageError) {
        self.description = description
        let bits = description.frameBits
        guard index >= 0 else { throw ImageError(.invalid, .numberOfFrames, "there is no frame \(index)") }
        // Only the place in a byte matters, so the product may wrap without harm: 8 divides 2^64.
        firstBit = description.bitsAllocated == 1 ? (index &* bits) & 7 : 0
        let needed = (firstBit + bits + 7) / 8
        guard bytes.count >= needed else {
            throw ImageError(.truncated, .pixelData, "a frame needs \(needed) bytes, \(bytes.count) are here")
        }
        if description.photometricInterpretation == .ybrFull422 {
            guard description.bitsAllocated == 8, description.columns % 2 == 0 else {
                throw ImageError(.unsupported, .photometricInterpretation, "YBR_FULL_422 needs 8 bits and an even number of columns")
            }
        }
        swaps = order == .bigEndian
        self.bytes = order == .bigEndianWords ? try Self.swappedPairs(bytes, bits: bits, index: index) : bytes
    }

    private static func swappedPairs(_ bytes: [UInt8], bits: Int, index: Int) throws(ImageError) -> [UInt8] {
        guard index == 0 || bits % 16 == 0, bytes.count % 2 == 0 else {
            throw ImageError(.unsupported, .pixelData, "frames that share a big endian word")
        }
        var bytes = bytes
        for pair in stride(from: 0, to: bytes.count - 1, by: 2) { bytes.swapAt(pair, pair + 1) }
        return bytes
    }

    /// One byte per bit; the first pixel is the least significant bit of its byte (PS3.5 §8.1.1).
    func bits() -> [UInt8] {
        let count = description.samples, first = firstBit
        return [UInt8](unsafeUninitializedCapacity: count) { target, made in
            bytes.withUnsafeBufferPointer { source in
                for index in 0..<count {
                    let bit = first &+ index
                    target[index] = (source[bit &>> 3] &>> UInt8(truncatingIfNeeded: bit & 7)) & 1
                }
            }
            made = count
        }
    }

    /// Samples as they are stored, aligned to bit 0 and extended by their sign, interleaved.
    func words<Word: FixedWidthInteger>(_: Word.Type = Word.self) -> [Word] {
        if description.photometricInterpretation == .ybrFull422 { return chromaRepeated() }
        let words: [Word] = aligned()
        return description.isPlanar ? interleaved(words) : words
    }

    private func aligned<Word: FixedWidthInteger>() -> [Word] {
        let count = description.samples, swaps = swaps
        // Up until High Bit is on top, then down: the shift of a signed word brings its sign along.
        let up = Word(truncatingIfNeeded: Word.bitWidth - 1 - description.highBit)
        let down = Word(truncatingIfNeeded: Word.bitWidth - description.bitsStored)
        return [Word](unsafeUninitializedCapacity: count) { target, made in
            bytes.withUnsafeBytes { source in
                if up == 0, down == 0, !swaps {
                    UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<(count * MemoryLayout<Word>.size)]))
                } else {
                    for index in 0..<count {
                        let word = source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Word>.size, as: Word.self)
                        target[index] = ((swaps ? word.byteSwapped : word) &<< up) &>> down
                    }
                }
            }
            made = count
        }
    }

    private func interleaved<Word: FixedWidthInteger>(_ planes: [Word]) -> [Word] {
        let pixels = description.pixels, channels = description.samplesPerPixel
        return [Word](unsafeUninitializedCapacity: planes.count) { target, made in
            planes.withUnsafeBufferPointer { source in
                for channel in 0..<channels {
                    for pixel in 0..<pixels { target[pixel &* channels &+ channel] = source[channel &* pixels &+ pixel] }
                }
            }
            made = planes.count
        }
    }

    /// Y1 Y2 CB CR for two pixels (PS3.3 §C.7.6.3.1.2).
    private func chromaRepeated<Word: FixedWidthInteger>() -> [Word] {
        let pixels = description.pixels
        return [Word](unsafeUninitializedCapacity: pixels * 3) { target, made in
            bytes.withUnsafeBufferPointer { source in
                for pixel in 0..<pixels {
                    let pair = (pixel &>> 1) &* 4
                    target[pixel &* 3] = Word(truncatingIfNeeded: source[pair &+ (pixel & 1)])
                    target[pixel &* 3 &+ 1] = Word(truncatingIfNeeded: source[pair &+ 2])
                    target[pixel &* 3 &+ 2] = Word(truncatingIfNeeded: source[pair &+ 3])
                }
            }
            made = pixels * 3
        }
    }
}
