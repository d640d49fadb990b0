import Archive
import DICOM
import DICOMImage
import DICOMweb

/// In which form and transfer syntax a client wants whole objects (PS3.18 §8.7.3.1, §8.7.3.5.2, Table 10.4.4-1).
struct ObjectSyntax: Equatable {
    enum Wish: Equatable {
        /// `transfer-syntax=*`, or nothing said at all.
        case stored
        case syntax(TransferSyntax)
    }

    enum Form: Equatable {
        /// Parts of `multipart/related; type="application/dicom"`.
        case parts
        /// `application/dicom`: one object alone.
        case single
        /// `application/zip`: a file set with its directory.
        case zip
        /// What one object encapsulates, of this type.
        case content(MediaType)
    }

    var wish: Wish
    var form: Form

    /// What is accepted, the best first.
    ///
    /// - Parameter isSingle: the path names an instance. Of several objects, types for one alone are passed over (§10.4.4).
    static func choices(_ types: [MediaType], isSingle: Bool) -> [ObjectSyntax] {
        types.flatMap { type -> [ObjectSyntax] in
            guard let form = form(type, isSingle: isSingle) else { return [] }
            let isAny = type.name.hasSuffix("/*") || type.partType.hasSuffix("*")
            // Who names the type without a syntax means its default; files that are kept are best kept as they are.
            let wishes: [Wish] = type.transferSyntaxes.isEmpty
                ? [isAny || form == .zip ? .stored : .syntax(.explicitVRLittleEndian)]
                : type.transferSyntaxes.compactMap { text in text == "*" ? .stored : UID(text).map { .syntax(TransferSyntax($0)) } }
            return wishes.map { ObjectSyntax(wish: $0, form: form) }
        }
    }

    private static func form(_ type: MediaType, isSingle: Bool) -> Form? {
        if type.name == "*/*" { return .parts }
        if type.isMultipart { return ["multipart/related", "multipart/*"].contains(type.name) && type.matchesPart("application/dicom") ? .parts : nil }
        if isSingle, type.matches("application/dicom") { return .single }
        if type.matches("application/zip") { return .zip }
        return isSingle ? .content(type) : nil
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
