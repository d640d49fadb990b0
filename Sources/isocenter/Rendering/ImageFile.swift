import DICOM
import DICOMImage
import Foundation

/// A DICOM file with an image, its frames read one by one.
struct ImageFile {
    let dataSet: DataSet
    let transferSyntax: TransferSyntax
    private let location: PixelDataLocation
    private let frames: FrameTable
    private let source: Source

    private enum Source {
        /// Offsets count from `dataSet`, the first byte of the data set.
        case file(FileHandle, dataSet: UInt64)
        /// A deflated data set has no place to jump to. Offsets count from the value's first byte.
        case memory([UInt8])
    }

    var numberOfFrames: Int { frames.count }

    /// - Throws: `Failure` in words: no file, no DICOM, no image.
    init(path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Failure("\(path): cannot be read") }
        let length = try handle.seekToEnd()
        var reader = FileReader(length: length)
        do {
            try Self.read(handle, &reader)
            let location = reader.body?.reader.pixelData
            if let syntax = reader.transferSyntax, syntax.isDeflated {
                var limits = ReadLimits()
                limits.elementInMemory = 1 << 30
                limits.dataSetInMemory = 1 << 30
                reader = FileReader(length: length, options: .init(keepsPixelData: true, limits: limits))
                try Self.read(handle, &reader)
            }
            guard let syntax = reader.transferSyntax else { throw Failure("\(path): nothing tells how it is encoded") }
            guard let location, reader.dataSet.integer(.rows) != nil else { throw Failure("\(path): has no image") }
            dataSet = reader.dataSet
            transferSyntax = syntax
            self.location = location
            frames = FrameTable(dataSet, location, transferSyntax: syntax)
            source = if syntax.isDeflated {
                .memory(dataSet.bytes(location.tag).map(Array.init) ?? [])
            } else {
                .file(handle, dataSet: reader.dataSetOffset)
            }
        } catch let error as ReadError {
            throw Failure("\(path): \(error)")
        }
    }

    private static func read(_ handle: FileHandle, _ reader: inout FileReader) throws {
        try reader.read { offset, bytes in
            try handle.seek(toOffset: offset)
            for byte in try handle.read(upToCount: bytes.freeCapacity) ?? Data() { bytes.append(byte) }
        }
    }

    /// - Parameter index: from 0.
    /// - Throws: `Failure`, `ImageError`.
    func frame(_ index: Int) throws -> (samples: Frame, stored: StoredPixels) {
        let description = try PixelDescription(dataSet)
        let place = try frames.location(of: index)
        let bytes = try place.content(of: try read(place.range))
        if transferSyntax.isEncapsulated {
            let native = try DirectFrameCoding().decode(bytes, transferSyntax, description)
            return (try Frame(native), StoredPixels(native))
        }
        let order = ByteOrder(transferSyntax: transferSyntax, vr: location.vr, bitsAllocated: description.bitsAllocated)
        let samples = try Frame(native: bytes, description: description, byteOrder: order, index: index)
        return (samples, StoredPixels(bytes: bytes, description: description, byteOrder: order))
    }

    private func read(_ range: ByteRange) throws -> [UInt8] {
        switch source {
        case .file(let handle, let start):
            try handle.seek(toOffset: start + range.offset)
            return [UInt8](try handle.read(upToCount: Int(range.length)) ?? Data())
        case .memory(let bytes):
            let start = Int(range.offset - location.value.offset), end = start + Int(range.length)
            guard end <= bytes.count else { throw Failure("the pixel data ends before the frame does") }
            return Array(bytes[start..<end])
        }
    }
}
