import Archive
import DICOM
import Hummingbird
import NIOCore

/// One value as bulk data: its bytes, little endian whatever the object is stored in (PS3.18 §8.7.3.3), any part of them, read where
/// they lie.
struct BulkValue: Sendable {
    private enum Place: Sendable {
        case memory(ArraySlice<UInt8>)
        /// Of the file.
        case file(ByteRange)
        /// Of the inflated data set.
        case inflated(ByteRange)
    }

    private let archive: Archive
    private let instance: InstanceLocation
    private let place: Place
    /// Bytes of a number that change places; 1 where none do.
    private let wordSize: Int


    /// nil for items.
    init?(_ element: DataElement, of instance: InstanceLocation, in archive: Archive) {
        (self.archive, self.instance) = (archive, instance)
        let isPixelData = element.tag == instance.pixelData?.tag
        let isSwapped = isPixelData ? instance.transferSyntax.hasBigEndianPixels : instance.transferSyntax.encoding.isBigEndian
        switch element.value {
        case .bytes(let bytes): (place, wordSize) = (.memory(bytes), 1)
        // Compressed, in an item: of a single frame.
        case .fragments(let encapsulated): (place, wordSize) = (.memory(encapsulated.fragments.flatMap { $0 }[...]), 1)
        case .external(let range) where instance.transferSyntax.isDeflated: (place, wordSize) = (.inflated(range), 1)
        case .external(let range): (place, wordSize) = (.file(instance.inFile(range)), isSwapped ? element.vr.wordSize : 1)
        case .items: return nil
        }
    }

    var length: UInt64 {
        switch place {
        case .memory(let bytes): UInt64(bytes.count)
        case .file(let range), .inflated(let range): range.length
        }
    }

    func write(_ part: Range<UInt64>, to writer: inout any ResponseBodyWriter) async throws {
        switch place {
        case .memory(let bytes):
            try await writer.write(ByteBuffer(bytes: bytes[(bytes.startIndex + Int(part.lowerBound))..<(bytes.startIndex + Int(part.upperBound))]))
        case .file(let range): try await write(part, of: range, to: &writer)
        case .inflated(let range): try await writeInflated(part, of: range, to: &writer)
        }
    }

    private func write(_ part: Range<UInt64>, of range: ByteRange, to writer: inout any ResponseBodyWriter) async throws {
        let word = UInt64(wordSize), memory = PieceMemory()
        var offset = part.lowerBound / word * word
        while offset < part.upperBound {
            // Whole words are read, and of them what is asked for is sent.
            let end = min(offset + PieceMemory.piece, range.length, (part.upperBound + word - 1) / word * word)
            let source = ByteRange(offset: range.offset + offset, length: end - offset)
            if wordSize == 1 {
                try await writer.write(try await archive.read(instance, source, make: memory.filled))
            } else {
                var bytes = try await archive.read(instance, source)
                for start in stride(from: 0, to: bytes.count - wordSize + 1, by: wordSize) { bytes[start..<start + wordSize].reverse() }
                let first = Int(max(part.lowerBound, offset) - offset), last = Int(min(part.upperBound, end) - offset)
                try await writer.write(ByteBuffer(bytes: bytes[first..<last]))
            }
            offset = end
        }
    }

    private func writeInflated(_ part: Range<UInt64>, of range: ByteRange, to writer: inout any ResponseBodyWriter) async throws {
        let inflater = Inflater(ratio: ReadLimits().inflateRatio)
        let wanted = (range.offset + part.lowerBound)..<(range.offset + part.upperBound)
        var offset = instance.dataSetOffset, made: UInt64 = 0
        while offset < instance.size, made < wanted.upperBound, !inflater.isAtEnd {
            let length = min(16 << 10, instance.size - offset)
            let bytes = try await archive.read(instance, ByteRange(offset: offset, length: length))
            offset += length
            var found: [UInt8] = []
            try inflater.inflate(bytes) { block throws(ReadError) in
                let end = made + UInt64(block.count)
                let first = max(made, wanted.lowerBound), last = min(end, wanted.upperBound)
                if first < last { found += block[Int(first - made)..<Int(last - made)] }
                made = end
                return made < wanted.upperBound
            }
            if !found.isEmpty { try await writer.write(ByteBuffer(bytes: found)) }
        }
        guard made >= wanted.upperBound else { throw ArchiveError(.damaged, "the deflated data set of instance \(instance.sopInstance) ends before its value") }
    }
}
