import Archive
import DICOM
import DICOMImage
import DICOMweb

/// In which transfer syntax a client wants whole objects (PS3.18 §8.7.3.3).
struct ObjectSyntax: Equatable {
    enum Wish: Equatable {
        /// `transfer-syntax=*`, or nothing said at all.
        case stored
        case syntax(TransferSyntax)
    }

    var wish: Wish
    /// The object alone, not as a part of multipart.
    var isWhole: Bool

    /// What an Accept header asks for, the best first.
    ///
    /// - Parameter isSingle: the path names an instance: `application/dicom` means the object alone.
    static func choices(_ accept: String?, isSingle: Bool) -> [ObjectSyntax] {
        MediaType.accepted(accept).compactMap { type in
            let isAny = type.name == "*/*" || type.name == "multipart/*"
            let isPart = type.name == "multipart/related" && ["application/dicom", "*/*"].contains(type.partType)
            let isWhole = isSingle && type.name == "application/dicom"
            guard isAny || isPart || isWhole else { return nil }
            switch type.parameters["transfer-syntax"] {
            // Who names the type without a syntax means its default.
            case nil: return ObjectSyntax(wish: isAny || type.partType == "*/*" ? .stored : .syntax(.explicitVRLittleEndian), isWhole: isWhole)
            case "*"?: return ObjectSyntax(wish: .stored, isWhole: isWhole)
            case let uid?: return UID(uid).map { ObjectSyntax(wish: .syntax(TransferSyntax($0)), isWhole: isWhole) }
            }
        }
    }

    /// The syntax an instance goes out in; nil where it cannot be had without loss.
    func target(of instance: InstanceLocation) -> TransferSyntax? {
        let stored = instance.transferSyntax
        guard case .syntax(let syntax) = wish, syntax != stored else { return stored }
        let isImage = instance.pixelData != nil || stored.isDeflated
        guard isImage else { return syntax.isEncapsulated ? .explicitVRLittleEndian : syntax }
        guard !stored.isEncapsulated || FrameCodec.of(stored) != nil else {
            // Video has no uncompressed form that anyone wants; a syntax that is not understood goes out as it came, and says so.
            return syntax == .explicitVRLittleEndian ? stored : nil
        }
        guard syntax.isEncapsulated else { return syntax }
        return Compression.of(syntax)?.isLossless == true ? syntax : nil
    }

    /// Names of the syntaxes that objects can be handed out in.
    static var written: String {
        Compression.table.filter { $0.isLossless && $0.isWritten }.map(\.name).joined(separator: ", ")
    }
}
