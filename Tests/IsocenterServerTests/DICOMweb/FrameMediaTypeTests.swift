import DICOM
import DICOMweb
import Testing

@testable import IsocenterServer

/// PS3.18 §8.7.3.3, Table 8.7.3-2, Table 8.7.3-5.
struct FrameMediaTypeTests {
    private static let j2k = TransferSyntax(UID("1.2.840.10008.1.2.4.90")!)
    private static let jpegLossless = "1.2.840.10008.1.2.4.70"

    struct Case: Sendable, CustomTestStringConvertible {
        var accept: String?
        var stored: TransferSyntax
        var expected: [String]
        var testDescription: String { "\(accept ?? "no header") of \(stored.name)" }
    }

    @Test(arguments: [
        // Nothing said: as it lies there.
        Case(accept: nil, stored: j2k, expected: ["image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90"]),
        Case(accept: "*/*", stored: .implicitVRLittleEndian, expected: ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"]),
        // Octets are uncompressed unless another syntax is named.
        Case(
            accept: "multipart/related; type=\"application/octet-stream\"", stored: j2k,
            expected: ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"]),
        Case(
            accept: "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*", stored: j2k,
            expected: ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.90"]),
        Case(
            accept: "multipart/related; type=application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1", stored: .explicitVRBigEndian,
            expected: ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"]),
        // Also where the stored syntax has no media type of its own.
        Case(
            accept: "application/octet-stream", stored: TransferSyntax(UID("1.2.840.10008.1.2.8.1")!),
            expected: ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"]),
        // A type's default syntax, and another one of it.
        Case(accept: "image/jpeg", stored: j2k, expected: ["image/jpeg; transfer-syntax=\(jpegLossless)"]),
        Case(
            accept: "image/jls;transfer-syntax=1.2.840.10008.1.2.4.81", stored: j2k,
            expected: ["image/jls; transfer-syntax=1.2.840.10008.1.2.4.81"]),
        // Frames that are of the type already stay as they are.
        Case(
            accept: "image/jp2", stored: TransferSyntax(UID("1.2.840.10008.1.2.4.91")!), expected: ["image/jp2; transfer-syntax=1.2.840.10008.1.2.4.91"]),
        // By weight.
        Case(
            accept: "image/jls; q=0.5, image/jphc; q=0.8", stored: j2k,
            expected: ["image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201", "image/jls; transfer-syntax=1.2.840.10008.1.2.4.80"]),
        // Several syntaxes of one type, in their order.
        Case(
            accept: "multipart/related; type=\"image/jls\"; transfer-syntax=1.2.840.10008.1.2.4.81; transfer-syntax=1.2.840.10008.1.2.4.80", stored: j2k,
            expected: ["image/jls; transfer-syntax=1.2.840.10008.1.2.4.81", "image/jls; transfer-syntax=1.2.840.10008.1.2.4.80"]),
        // Ranges of types: the stored one where it is of them, else octets where these are.
        Case(accept: "image/*", stored: j2k, expected: ["image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90"]),
        Case(accept: "application/*", stored: j2k, expected: ["application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"]),
        Case(accept: "image/*", stored: .explicitVRLittleEndian, expected: []),
        // A syntax that is not of the type, a type that is none of frames.
        Case(accept: "image/jls; transfer-syntax=1.2.840.10008.1.2.4.90", stored: j2k, expected: []),
        Case(accept: "application/pdf", stored: j2k, expected: []),
    ])
    func choices(_ example: Case) {
        #expect(FrameMediaType.choices(MediaType.accepted(example.accept), stored: example.stored).map(\.contentType) == example.expected)
    }

    /// PS3.18 Table 8.7.3-5 (single and multi-frame images, video): media type, transfer syntaxes below 1.2.840.10008.1.2, the default first.
    @Test(arguments: [
        ("image/jpeg", ["4.70", "4.50", "4.51", "4.57"]), ("image/dicom-rle", ["5"]), ("image/jls", ["4.80", "4.81"]), ("image/jp2", ["4.90", "4.91"]),
        ("image/jpx", ["4.92", "4.93"]), ("image/jphc", ["4.201", "4.202", "4.203"]), ("video/mpeg", ["4.100", "4.101"]),
        ("video/mp4", ["4.102", "4.103", "4.104", "4.105", "4.106", "4.107", "4.108"]),
    ])
    func defaultsAndOptions(name: String, syntaxes: [String]) {
        let uids = syntaxes.map { "1.2.840.10008.1.2." + $0 }
        let asked = FrameMediaType.choices(MediaType.accepted(name), stored: .explicitVRLittleEndian)
        #expect(asked.map(\.syntax.uid.text) == [uids[0]])
        for uid in uids {
            let named = FrameMediaType.choices(MediaType.accepted("\(name); transfer-syntax=\(uid)"), stored: .explicitVRLittleEndian)
            #expect(named.map(\.syntax.uid.text) == [uid])
        }
    }

    @Test("Of several frames, types for one alone are passed over (§10.4.4)", arguments: ["image/jp2", "application/octet-stream"])
    func severalFrames(accept: String) {
        #expect(FrameMediaType.choices(MediaType.accepted(accept), stored: Self.j2k, isOne: false).isEmpty)
        #expect(!FrameMediaType.choices(MediaType.accepted("multipart/related; type=\"\(accept)\""), stored: Self.j2k, isOne: false).isEmpty)
    }

    @Test(arguments: [
        ("image/jp2", true), ("multipart/related; type=\"image/jp2\"", false), ("*/*", false), ("application/octet-stream", true),
    ])
    func aPartOrAlone(accept: String, isSingle: Bool) {
        #expect(FrameMediaType.choices(MediaType.accepted(accept), stored: Self.j2k).first?.isSingle == isSingle)
    }

    @Test(arguments: [
        ("1.2.840.10008.1.2.4.50", "image/jpeg"), ("1.2.840.10008.1.2.5", "image/dicom-rle"), ("1.2.840.10008.1.2.4.202", "image/jphc"),
        ("1.2.840.10008.1.2.4.102", "video/mp4"), ("1.2.840.10008.1.2.4.102.1", "video/mp4"), ("1.2.840.10008.1.2.1", "application/octet-stream"),
        ("1.2.3", "application/octet-stream"),
    ])
    func typeOfASyntax(uid: String, name: String) {
        #expect(FrameMediaType.name(of: TransferSyntax(UID(uid)!)) == name)
    }
}
