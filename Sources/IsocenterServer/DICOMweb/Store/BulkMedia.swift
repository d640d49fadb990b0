import DICOM
import DICOMweb

/// What a bulk data part is by its media type (PS3.18 §8.7.3).
enum BulkMedia: Sendable, Equatable {
    /// Bytes of a value, little endian.
    case uncompressed
    /// One frame as a file of its own, whose header says what it is.
    case image
    /// One frame as a PNG file, which no transfer syntax takes: it is kept uncompressed (PS3.18 §10.5.2).
    case png
    /// One frame whose bytes say nothing of the image.
    case bareFrame(TransferSyntax)
    /// All frames in one stream.
    case video
    case document(DocumentMedia)

    /// - Throws: what is wrong, in words.
    init(_ type: MediaType) throws(StoreFailure) {
        if let document = DocumentMedia.all.first(where: { $0.mediaTypes.contains(type.name) }) {
            self = .document(document)
            return
        }
        switch type.name {
        case "application/octet-stream": self = .uncompressed
        case "image/jpeg", "image/jls", "image/jp2", "image/jpx", "image/j2c", "image/jph", "image/jphc": self = .image
        case "image/png": self = .png
        case "image/dicom-rle", "image/x-dicom-rle": self = .bareFrame(.rle)
        case "video/mpeg", "video/mpeg2", "video/mp4", "video/h264", "video/h265": self = .video
        case "image/jxl":
            guard let syntax = type.transferSyntax else {
                throw StoreFailure(StoreFailure.transferSyntaxNotSupported, "image/jxl needs a transfer-syntax parameter: it may be any of three")
            }
            self = .bareFrame(syntax)
        default: throw StoreFailure(StoreFailure.cannotUnderstand, "bulk data of type \(type.name) cannot be stored")
        }
    }

    static let largestValue: UInt64 = 0xFFFF_FFFE
}

extension MediaType {
    /// Of a part: `image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.70` (PS3.18 §8.7.3.5.2).
    var transferSyntax: TransferSyntax? { parameters["transfer-syntax"].flatMap { UID($0) }.map { TransferSyntax($0) } }
}

/// A document that becomes an encapsulated one (PS3.3 §A.45, §A.85, §A.104).
struct DocumentMedia: Sendable, Equatable {
    var mediaTypes: [String]
    var sopClass: UID
    /// MIME Type of Encapsulated Document (0042,0012), as PS3.3 spells it.
    var stated: String
    /// Modality (0008,0060) of such a series.
    var modality: String

    private init(_ mediaTypes: [String], _ sopClass: String, _ stated: String, _ modality: String) {
        (self.mediaTypes, self.stated, self.modality) = (mediaTypes, stated, modality)
        // Of PS3.4 Table B.5-1: always UIDs.
        self.sopClass = UID(sopClass) ?? .random()
    }

    static let all = [
        DocumentMedia(["application/pdf"], "1.2.840.10008.5.1.4.1.1.104.1", "application/pdf", "DOC"),
        DocumentMedia(["text/xml", "application/xml"], "1.2.840.10008.5.1.4.1.1.104.2", "text/XML", "DOC"),
        DocumentMedia(["model/stl", "model/x.stl-binary", "application/sla"], "1.2.840.10008.5.1.4.1.1.104.3", "model/stl", "M3D"),
        DocumentMedia(["model/obj"], "1.2.840.10008.5.1.4.1.1.104.4", "model/obj", "M3D"),
        DocumentMedia(["model/mtl"], "1.2.840.10008.5.1.4.1.1.104.5", "model/mtl", "M3D"),
    ]
}

extension TransferSyntax {
    /// RLE Lossless (PS3.5 §A.4.2).
    static let rle = UID("1.2.840.10008.1.2.5").map { TransferSyntax($0) } ?? .explicitVRLittleEndian
}
