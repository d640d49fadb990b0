import Crypto
import DICOM
import DICOMImage
import Testing

/// Samples as other decoders read them: SHA-256 over rows × columns × samples, little endian, interleaved.
@Suite("Frames of real files", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
struct ReferenceTests {
    /// Cannot be decoded, and why.
    static let refused: [String: ImageError.Code] = [
        // Its pixel data ends before its only frame does: there is no frame to be had.
        "pydicom/test_files/MR_truncated.dcm": .truncated,
    ]

    @Test("Uncompressed frames give the samples that other decoders give")
    func references() throws {
        let native = Set(Corpus.manifest.filter { TransferSyntax.uncompressed.contains($0["transfer_syntax"] ?? "") }.compactMap { $0["path"] })
        let byPath = Dictionary(grouping: Corpus.table("references.tsv").filter { native.contains($0["path"] ?? "") }) { $0["path"] ?? "" }
        var equal = 0
        for (path, rows) in byPath.sorted(by: { $0.key < $1.key }) where Self.refused[path] == nil {
            let file = try #require(try NativeFile(try Corpus.bytes(path)), "\(path)")
            do {
                let description = try PixelDescription(file.dataSet)
                for row in rows {
                    let index = try #require(Int(row["frame"] ?? ""))
                    let bytes = try file.frame(index)
                    let frame = try Frame(native: bytes, description: description, byteOrder: file.order, index: index)
                    // The form that codecs work with holds the same samples.
                    let ordered = try NativeFrame(stored: bytes, description: description, byteOrder: file.order, index: index)
                    #expect(try Frame(ordered).littleEndianBytes == frame.littleEndianBytes, "\(path) frame \(index)")
                    #expect(try Frame(ordered.aligned()).littleEndianBytes == frame.littleEndianBytes, "\(path) frame \(index)")
                    #expect(frame.sha256 == row["sha256"], "\(path) frame \(index)")
                    equal += 1
                }
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
        #expect(equal >= 670)
        print("frames compared with references: \(equal) of \(byPath.values.map(\.count).reduce(0, +))")
    }
}

extension TransferSyntax {
    static let uncompressed = [
        implicitVRLittleEndian, explicitVRLittleEndian, explicitVRBigEndian, deflatedExplicitVRLittleEndian,
    ].map(\.uid.text)
}

extension Frame {
    /// Of the samples as references have them.
    var sha256: String { SHA256.hash(data: littleEndianBytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    var littleEndianBytes: [UInt8] {
        func bytes<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] { words.withUnsafeBytes { [UInt8]($0) } }
        return switch samples {
        case .unsigned8(let words): words
        case .signed8(let words): bytes(words)
        case .unsigned16(let words): bytes(words)
        case .signed16(let words): bytes(words)
        case .unsigned32(let words): bytes(words)
        case .signed32(let words): bytes(words)
        case .unsigned64(let words): bytes(words)
        case .signed64(let words): bytes(words)
        case .float(let numbers): bytes(numbers.map(\.bitPattern))
        case .double(let numbers): bytes(numbers.map(\.bitPattern))
        }
    }
}
