import DICOM

/// Samples in memory as libraries want them, and as a ``NativeFrame`` does.
enum SampleWords {
    /// Puts narrow samples into the words of Bits Allocated.
    static func widen(_ samples: UnsafeRawBufferPointer, bytes: Int, into output: UnsafeMutableRawBufferPointer, _ description: PixelDescription) {
        switch (bytes, description.bitsAllocated) {
        case (1, 16): widen(samples, UInt8.self, output, UInt16.self)
        case (1, 32): widen(samples, UInt8.self, output, UInt32.self)
        case (2, 32): widen(samples, UInt16.self, output, UInt32.self)
        default: output.copyMemory(from: UnsafeRawBufferPointer(rebasing: samples.prefix(output.count)))
        }
    }

    private static func widen<Narrow: FixedWidthInteger, Wide: FixedWidthInteger>(
        _ samples: UnsafeRawBufferPointer, _: Narrow.Type, _ output: UnsafeMutableRawBufferPointer, _: Wide.Type
    ) {
        let from = samples.bindMemory(to: Narrow.self), to = output.bindMemory(to: Wide.self)
        for index in 0..<min(from.count, to.count) { to[index] = Wide(truncatingIfNeeded: from[index]) }
    }

    /// Puts planes of samples side by side, in the words of Bits Allocated.
    static func interleave(_ planes: UnsafeRawBufferPointer, bytes: Int, into output: UnsafeMutableRawBufferPointer, _ description: PixelDescription) throws(ImageError) {
        switch (bytes, description.bitsAllocated) {
        case (1, 8): interleave(planes, UInt8.self, output, UInt8.self, description)
        case (1, 16): interleave(planes, UInt8.self, output, UInt16.self, description)
        case (1, 32): interleave(planes, UInt8.self, output, UInt32.self, description)
        case (2, 16): interleave(planes, UInt16.self, output, UInt16.self, description)
        case (2, 32): interleave(planes, UInt16.self, output, UInt32.self, description)
        case (let bytes, let bits): throw ImageError(.unsupported, .bitsAllocated, "planes of \(bytes) bytes in words of \(bits) bits")
        }
    }

    private static func interleave<Narrow: FixedWidthInteger, Wide: FixedWidthInteger>(
        _ planes: UnsafeRawBufferPointer, _: Narrow.Type, _ output: UnsafeMutableRawBufferPointer, _: Wide.Type, _ description: PixelDescription
    ) {
        let from = planes.bindMemory(to: Narrow.self), to = output.bindMemory(to: Wide.self)
        let pixels = description.pixels, channels = description.samplesPerPixel
        for channel in 0..<channels {
            for pixel in 0..<pixels { to[pixel &* channels &+ channel] = Wide(truncatingIfNeeded: from[channel &* pixels &+ pixel]) }
        }
    }

    /// Lifts samples that a code stream holds from bit 0 on to where High Bit says that they end.
    ///
    /// A precision of more than Bits Stored is that of whole words, which need no lifting.
    static func raise(_ output: UnsafeMutableRawBufferPointer, precision: Int, _ description: PixelDescription) {
        let up = description.highBit + 1 - description.bitsStored
        guard up > 0, precision <= description.bitsStored else { return }
        func raise<Word: FixedWidthInteger>(_: Word.Type) {
            let words = output.bindMemory(to: Word.self)
            for index in words.indices { words[index] = words[index] &<< Word(truncatingIfNeeded: up) }
        }
        switch description.bitsAllocated {
        case 8: raise(UInt8.self)
        case 16: raise(UInt16.self)
        default: raise(UInt32.self)
        }
    }

    /// The bits up to High Bit, in one byte or two; nil where the frame's own bytes are just that.
    ///
    /// Signed numbers are bit patterns: reading them back extends the sign (``Frame/init(_:)``).
    /// - Parameter narrows: words of no more than 8 bits become bytes.
    static func patterns(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, narrows: Bool = true) -> [UInt8]? {
        let bits = description.highBit + 1
        guard bits < description.bitsAllocated else { return nil }
        let bytes = bits <= 8 && (narrows || description.bitsAllocated == 8) ? 1 : 2
        return [UInt8](unsafeUninitializedCapacity: description.samples * bytes) { target, made in
            let target = UnsafeMutableRawBufferPointer(target)
            switch (description.bitsAllocated, bytes) {
            case (8, _): mask(samples, UInt8.self, target, UInt8.self, bits)
            case (16, 1): mask(samples, UInt16.self, target, UInt8.self, bits)
            case (16, _): mask(samples, UInt16.self, target, UInt16.self, bits)
            case (_, 1): mask(samples, UInt32.self, target, UInt8.self, bits)
            default: mask(samples, UInt32.self, target, UInt16.self, bits)
            }
            made = description.samples * bytes
        }
    }

    private static func mask<Wide: FixedWidthInteger, Narrow: FixedWidthInteger>(
        _ samples: UnsafeRawBufferPointer, _: Wide.Type, _ target: UnsafeMutableRawBufferPointer, _: Narrow.Type, _ bits: Int
    ) {
        let from = samples.bindMemory(to: Wide.self), to = target.bindMemory(to: Narrow.self)
        let mask = Narrow(truncatingIfNeeded: 1 << bits - 1)
        for index in 0..<min(from.count, to.count) { to[index] = Narrow(truncatingIfNeeded: from[index]) & mask }
    }
}
