import DICOM

/// Native pixel data as it is written (PS3.5 §8.1.1, §A.1 to §A.3).
enum NativeBytes {
    /// VR of native pixel data: OB has no byte order, so that bytes and bits stay as they are.
    static func vr(bitsAllocated: Int, _ transferSyntax: TransferSyntax) -> VR {
        bitsAllocated > 8 || !transferSyntax.encoding.isExplicit ? .OW : .OB
    }

    /// Bytes of one word whose order changes with the syntax.
    ///
    /// - Parameter vr: of the pixel data. Samples of 32 and 64 bits in OW are turned round as a whole, as every reader expects.
    static func wordSize(_ vr: VR, bitsAllocated: Int) -> Int {
        switch vr {
        case .OW: bitsAllocated == 32 ? 4 : bitsAllocated == 64 ? 8 : 2
        default: vr.wordSize
        }
    }

    static func ordered(_ frame: NativeFrame, bigEndian: Bool) -> [UInt8] {
        bigEndian && frame.description.bitsAllocated > 8 ? swapped(frame.bytes, wordSize: frame.description.bitsAllocated / 8) : frame.bytes
    }

    /// Whole words turned round; a rest that is no word stays.
    static func swapped(_ bytes: [UInt8], wordSize: Int) -> [UInt8] {
        func swap<Word: FixedWidthInteger>(_: Word.Type) -> [UInt8] {
            var bytes = bytes
            bytes.withUnsafeMutableBytes { raw in
                for offset in stride(from: 0, through: raw.count - MemoryLayout<Word>.size, by: MemoryLayout<Word>.size) {
                    let word = raw.loadUnaligned(fromByteOffset: offset, as: Word.self)
                    raw.storeBytes(of: word.byteSwapped, toByteOffset: offset, as: Word.self)
                }
            }
            return bytes
        }
        return switch wordSize {
        case 2: swap(UInt16.self)
        case 4: swap(UInt32.self)
        case 8: swap(UInt64.self)
        default: bytes
        }
    }
}

/// Puts frames of single bits one behind the other: each begins at the bit where the one before ended (PS3.5 §8.1.1).
struct BitPacker {
    private var rest: UInt8 = 0
    private var restBits = 0

    /// - Parameter bytes: `count` bits, eight in a byte, the first one lowest; what fills up the last byte is 0.
    /// - Returns: the bytes that are whole now.
    mutating func append(_ bytes: [UInt8], count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 1)
        var left = count
        for byte in bytes {
            let bits = min(left, 8)
            out.append(rest | byte << UInt8(restBits))
            let carried = restBits > 0 ? byte >> UInt8(8 - restBits) : 0
            if restBits + bits >= 8 {
                rest = restBits > 0 ? carried : 0
                restBits += bits - 8
            } else {
                rest = out.removeLast()
                restBits += bits
            }
            left -= bits
        }
        return out
    }

    /// The last byte, where bits are left for it.
    func end() -> [UInt8] { restBits > 0 ? [rest] : [] }
}
