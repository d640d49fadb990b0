import DICOM
import DICOMweb
import NIOCore
import Synchronization

extension StoreObject {
    /// An object as a PS3.10 file, in the first syntax the receiver wants it in, or as it is stored.
    ///
    /// - Parameter pace: asked for each piece before it goes.
    init(_ object: Outgoing, preferred: [UID], pace: @escaping @Sendable (Int) async throws -> Void) throws(WriteError) {
        let syntax = TransferPlan.syntaxes(for: object, preferred: preferred).first ?? object.transferSyntax
        let meta = FileMetaInformation(sopClassUID: object.sopClass, sopInstanceUID: object.sopInstance, transferSyntax: syntax)
        let head = try meta.encoded()
        let size = syntax == object.transferSyntax ? object.dataSetSize.map { $0 + UInt64(head.count) } : nil
        self.init(name: object.name, sopClass: object.sopClass, sopInstance: object.sopInstance, size: size, estimate: object.size ?? 0) {
            let pieces = object.dataSet(syntax)
            let isBegun = Mutex(false)
            return {
                let isFirst = isBegun.withLock { begun in
                    defer { begun = true }
                    return !begun
                }
                if isFirst { return ByteBuffer(bytes: head) }
                var iterator = pieces.makeAsyncIterator()
                let piece = try await iterator.next()
                guard let piece else { return nil }
                try await pace(piece.readableBytes)
                return piece
            }
        }
    }
}
