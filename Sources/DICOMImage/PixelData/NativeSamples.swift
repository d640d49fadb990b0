import DICOM

/// Reads the samples of a native frame (PS3.5 §8.1.1, §8.2).
struct NativeSamples {
    private let bytes: [UInt8]
    private let description: PixelDescription
    private let swaps: Bool
    /// In `bytes`: where the frame begins.
    private let firstBit: Int

    /// - Parameter bytes: those of the value field that hold the frame, with what it shares with its neighbours.
    init(_ bytes: [UInt8], _ description: PixelDescription, _ order: ByteOrder, index: Int) throws(ImageError) {
        self.description = description
        let bits = description.frameBits
        guard index >= 0 else { throw ImageError(.invalid, .numberOfFrames, "there is no frame \(index)") }
        // Only the place in a byte or word matters, so the product may wrap without harm: 8 and 16 divide 2^64.
        firstBit = index &* bits & (order == .bigEndianWords ? 15 : 7)
        let shared = (firstBit + bits + 7) / 8
        let needed = order == .bigEndianWords ? (shared + 1) / 2 * 2 : shared
        guard bytes.count >= needed else {
            throw ImageError(.truncated, .pixelData, "frame \(index < .max ? index + 1 : index) needs \(needed) bytes, \(bytes.count) are here")
        }
        if description.sharesChroma {
            guard description.bitsAllocated >= 8, description.columns % 2 == 0 else {
                throw ImageError(.unsupported, .photometricInterpretation, "\(description.photometricInterpretation.rawValue) needs samples of whole bytes and an even number of columns")
            }
        }
        swaps = order == .bigEndian
        self.bytes = order == .bigEndianWords ? Self.swappedPairs(bytes, count: needed) : bytes
    }

    /// Pixel data as it is stored, not as a codec delivered it.
    static func stored(_ bytes: [UInt8], _ description: PixelDescription, _ order: ByteOrder, index: Int) throws(ImageError) -> NativeSamples {
        guard description.photometricInterpretation != .ybrPartial420 else {
            throw ImageError(.unsupported, .photometricInterpretation, "YBR_PARTIAL_420 is defined for compressed pixel data only")
        }
        return try NativeSamples(bytes, description, order, index: index)
    }

    private static func swappedPairs(_ bytes: [UInt8], count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { target, made in
            bytes.withUnsafeBufferPointer { source in
                for index in 0..<count { target[index] = source[index ^ 1] }
            }
            made = count
        }
    }

    private var firstByte: Int { firstBit / 8 }

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

    /// Bits eight in a byte from the frame's first on; what fills up the last byte is 0.
    func packedBits() -> [UInt8] {
        let bits = description.samples, count = (bits + 7) / 8, start = UInt8(truncatingIfNeeded: firstBit & 7), firstByte = firstByte
        return [UInt8](unsafeUninitializedCapacity: count) { target, made in
            bytes.withUnsafeBufferPointer { source in
                for index in 0..<count {
                    let place = firstByte + index
                    let high = start > 0 && place + 1 < source.count ? source[place + 1] << (8 - start) : 0
                    target[index] = source[place] >> start | high
                }
            }
            if bits % 8 > 0 { target[count - 1] &= 1 << UInt8(truncatingIfNeeded: bits % 8) - 1 }
            made = count
        }
    }

    /// Samples as they are stored, aligned to bit 0 and extended by their sign, interleaved.
    func words<Word: FixedWidthInteger>(_: Word.Type = Word.self) -> [Word] {
        // Up until High Bit is on top, then down: the shift of a signed word brings its sign along.
        let up = Word(truncatingIfNeeded: Word.bitWidth - 1 - description.highBit)
        let down = Word(truncatingIfNeeded: Word.bitWidth - description.bitsStored)
        var words: [Word] = storedWords()
        guard up != 0 || down != 0 else { return words }
        words.withUnsafeMutableBufferPointer { words in
            for index in words.indices { words[index] = (words[index] &<< up) &>> down }
        }
        return words
    }

    /// Words as they are stored, with whatever lies around the samples, interleaved.
    func storedWords<Word: FixedWidthInteger>(_: Word.Type = Word.self) -> [Word] {
        if description.sharesChroma { return chromaRepeated() }
        let words: [Word] = plain(description.samples)
        return description.isPlanar ? interleaved(words) : words
    }

    private func plain<Word: FixedWidthInteger>(_ count: Int) -> [Word] {
        let swaps = swaps, first = firstByte, size = MemoryLayout<Word>.size
        return [Word](unsafeUninitializedCapacity: count) { target, made in
            bytes.withUnsafeBytes { source in
                let source = UnsafeRawBufferPointer(rebasing: source[first..<first + count * size])
                UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
                if swaps { for index in 0..<count { target[index] = target[index].byteSwapped } }
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
        let pairs: [Word] = plain(pixels * 2)
        return [Word](unsafeUninitializedCapacity: pixels * 3) { target, made in
            pairs.withUnsafeBufferPointer { source in
                for pixel in 0..<pixels {
                    let pair = (pixel &>> 1) &* 4
                    target[pixel &* 3] = source[pair &+ (pixel & 1)]
                    target[pixel &* 3 &+ 1] = source[pair &+ 2]
                    target[pixel &* 3 &+ 2] = source[pair &+ 3]
                }
            }
            made = pixels * 3
        }
    }
}
