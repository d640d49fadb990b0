import DICOM
import DICOMImage
import Testing

/// No file without a picture or a reason in words.
@Suite("Pictures of real files", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
struct CorpusPictureTests {
    private enum Outcome { case picture, reason(String) }

    /// Files that are broken on purpose: a picture or any reason will do.
    private static let broken = ["malformed/", "pwnlab/"]

    /// Every other file that may go without a picture: what its reason speaks of.
    private static let reasons: [String: String] = [
        "dwv/dwv-test_bad.zip/dwv-test_bad/dwv-test_no-number-rows.dcm": "Rows (0028,0010)",
        "dwv/dwv-test_no-number-rows.dcm": "Rows (0028,0010)",
        // ACR-NEMA 1.0.
        "fo-dicom/GH340.dcm": "Photometric Interpretation (0028,0004)",
        // Its VRs are not those of the standard.
        "pydicom/test_files/badVR.dcm": "Number of Frames (0028,0008)",
        "pydicom/test_files/meta_missing_tsyntax.dcm": "neither the DICM prefix of PS3.10 nor a DICOM data set is here",
        "pydicom/test_files/nested_priv_SQ.dcm": "Rows (0028,0010)",
        "pydicom/test_files/no_meta.dcm": "neither the DICM prefix of PS3.10 nor a DICOM data set is here",
        // Cut off.
        "pydicom/test_files/MR_truncated.dcm": "exceeds the 8130 bytes left",
        "pydicom/test_files/rtplan_truncated.dcm": "exceeds the 711 bytes left",
        "pydicom/test_files/dicomdirtests/DICOMDIR-nooffset": "exceeds the 224 bytes left",
        // A delimiter has been written over the size in its code stream.
        "pydicom/test_files/JPEG2000-embedded-sequence-delimiter.dcm": "Columns (0028,0011)",
    ]

    @Test("Each image is seen, or it is said why not")
    func all() async throws {
        var pictures = 0, withoutCodec = 0
        for row in Corpus.manifest {
            let path = try #require(row["path"])
            switch try await outcome(path) {
            case .picture: pictures += 1
            case .reason(let words):
                #expect(!words.isEmpty, "\(path)")
                if words.hasSuffix("are not understood") { withoutCodec += 1 }
                let isExpected = words == "no pixel data" || words.hasSuffix("are not understood") || path.hasPrefix("synthetic/video/")
                    || Self.broken.contains { path.hasPrefix($0) } || Self.reasons[path].map { words.contains($0) } == true
                #expect(isExpected, "\(path): \(words)")
            }
        }
        print("pictures: \(pictures) of \(Corpus.manifest.count) files; of \(withoutCodec) the transfer syntax is not understood")
        #expect(pictures >= 1070)
    }

    private func outcome(_ path: String) async throws -> Outcome {
        let bytes = try Corpus.bytes(path)
        do {
            let file = try FileReader.read(bytes, options: .init())
            guard let body = file.body, let location = body.reader.pixelData, let syntax = file.transferSyntax else { return .reason("no pixel data") }
            let description = try PixelDescription(file.dataSet)
            let frame: Frame
            if location.isEncapsulated {
                guard let encoded = try await EncodedFile(bytes) else { return .reason("no frame") }
                frame = try Frame(try DirectFrameCoding().decode(encoded.frame(0), syntax, description))
            } else {
                guard let native = try NativeFile(bytes) else { return .reason("no frame") }
                frame = try Frame(native: try native.frame(0), description: description, byteOrder: native.order, index: 0)
            }
            let rendering = try Render.rendering(of: frame, dataSet: file.dataSet, frameIndex: 0)
            #expect(rendering.picture.width == description.columns && rendering.picture.height == description.rows, "\(path)")
            return .picture
        } catch {
            return .reason("\(error)")
        }
    }
}
