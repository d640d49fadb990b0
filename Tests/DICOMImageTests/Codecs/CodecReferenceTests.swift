import Crypto
import DICOM
import DICOMImage
import Testing

/// Samples as other decoders read them: SHA-256 over rows × columns × samples, little endian, interleaved.
@Suite("Compressed frames of real files", .enabled(if: Corpus.root != nil, "no corpus beside the repository"))
struct CodecReferenceTests {
    /// What is not compared with its reference, and why: files, or single frames of them.
    static let exceptions: [String: String] = [
        "DICOM-Swift/Compressed/jpeg_baseline_synthetic.dcm": "its pixel data has a length and no fragments: PS3.5 §A.4 does not know such a file, DCMTK and pydicom refuse it",
        "fo-dicom/multiframe.dcm 139": "a tile at the edge, of 121 rows of 55 columns in frames of 240 of 240: refused; DCMTK leaves the rest as it was",
    ]

    @Test("Compressed frames give the samples that other decoders give")
    func references() async throws {
        let syntaxes = Dictionary(uniqueKeysWithValues: Corpus.manifest.map { ($0["path"] ?? "", $0["transfer_syntax"] ?? "") })
        let rows = Corpus.table("references.tsv").filter { row in
            let syntax = syntaxes[row["path"] ?? ""] ?? ""
            return syntax.hasPrefix("1.2.840.10008.1.2.") && TransferSyntax.uncompressed.contains(syntax) == false && row["agreement"] != "none"
        }
        var equal = 0, near = 0, bitExact = 0, withoutCodec: [String: Int] = [:], excepted = 0
        for (path, rows) in Dictionary(grouping: rows, by: { $0["path"] ?? "" }).sorted(by: { $0.key < $1.key }) {
            let syntax = TransferSyntax(try #require(UID(syntaxes[path] ?? "")))
            guard FrameCodec.of(syntax) != nil else {
                withoutCodec[syntax.name, default: 0] += rows.count
                continue
            }
            guard Self.exceptions[path] == nil else { excepted += rows.count; continue }
            do {
                let file = try #require(try await EncodedFile(try Corpus.bytes(path)))
                let description = try PixelDescription(file.dataSet)
                for row in rows {
                    let index = try #require(Int(row["frame"] ?? ""))
                    guard Self.exceptions["\(path) \(index)"] == nil else { excepted += 1; continue }
                    let frame = try Frame(DirectFrameCoding().decode(file.frame(index), syntax, description))
                    let hash = SHA256.hash(data: frame.littleEndianBytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                    if row["lossy"] == "no" {
                        #expect(hash == row["sha256"], "\(path) frame \(index) in \(syntax.name)")
                        equal += 1
                    } else {
                        let difference = Statistics(of: frame).difference(from: row)
                        #expect(difference == nil, "\(path) frame \(index) in \(syntax.name): \(difference ?? "")")
                        near += 1
                        if hash == row["sha256"] || hash == row["sha256_decoder_2"] { bitExact += 1 }
                    }
                }
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
        #expect(equal >= 360)
        #expect(near >= 66)
        print("frames without loss equal to their references: \(equal); with loss within tolerance: \(near), of these \(bitExact) equal")
        if excepted > 0 { print("excepted: \(excepted) frames of \(Self.exceptions.keys.sorted())") }
        for (name, count) in withoutCodec.sorted(by: { $0.key < $1.key }) { print("without codec: \(count) frames in \(name)") }
    }
}

/// What a reference says of samples that may differ a little.
private struct Statistics {
    var least = 0.0, largest = 0.0, mean = 0.0

    init(of frame: Frame) {
        func take<Sample: BinaryInteger>(_ samples: [Sample]) {
            least = samples.min().map(Double.init) ?? 0
            largest = samples.max().map(Double.init) ?? 0
            mean = samples.reduce(0.0) { $0 + Double($1) } / Double(max(samples.count, 1))
        }
        switch frame.samples {
        case .unsigned8(let samples): take(samples)
        case .signed8(let samples): take(samples)
        case .unsigned16(let samples): take(samples)
        case .signed16(let samples): take(samples)
        case .unsigned32(let samples): take(samples)
        case .signed32(let samples): take(samples)
        case .unsigned64(let samples): take(samples)
        case .signed64(let samples): take(samples)
        case .float, .double: break
        }
    }

    /// nil where least, largest and mean are those of the row within its tolerance: `2`, or `2 (luma), 8 (chroma: …)`.
    ///
    /// Rounding has no direction: a mean that is off by more than a quarter is an offset, whatever single samples may do.
    func difference(from row: [String: String]) -> String? {
        let words = row["tolerance"] ?? ""
        let tolerance = words.contains("chroma") ? 8 : words.hasPrefix("exact") ? 1 : Double(words) ?? 0
        for (name, mine, allowed) in [("min", least, tolerance), ("max", largest, tolerance), ("mean", mean, 0.25)] {
            guard let theirs = Double(row[name] ?? "") else { return "no \(name) in the reference" }
            if abs(mine - theirs) > allowed { return "\(name) is \(mine), not \(theirs) ± \(allowed)" }
        }
        return nil
    }
}
