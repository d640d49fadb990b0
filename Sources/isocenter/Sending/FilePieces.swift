import Foundation

/// Reads a file in pieces of 256 KiB.
final class FilePieces {
    private var handle: FileHandle?
    private var held: [UInt8]
    private let path: String?

    init(_ bytes: ImportItem.Bytes, from offset: Int = 0) {
        switch bytes {
        case .held(let bytes):
            held = offset == 0 ? bytes : Array(bytes.dropFirst(offset))
            path = nil
        case .file(let path):
            held = []
            self.path = path
            self.offset = UInt64(offset)
        }
    }

    private var offset: UInt64 = 0

    func next() throws -> [UInt8]? {
        guard let path else {
            defer { held = [] }
            return held.isEmpty ? nil : held
        }
        if handle == nil {
            let opened = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            if offset > 0 { try opened.seek(toOffset: offset) }
            handle = opened
        }
        guard let data = try handle?.read(upToCount: 256 << 10), !data.isEmpty else { return nil }
        return [UInt8](data)
    }

    deinit { try? handle?.close() }  // Read only: nothing can be lost.
}
