import Crypto
import Foundation
import ImageCodecs
import Testing

/// A frame that another program encoded (`Tests/Fixtures/codecs`); the viewer's tests decode the same ones in WebAssembly.
struct Vector: CustomTestStringConvertible {
    let name: String, transferSyntax: String, layout: FrameLayout, sha256: String, frame: [UInt8]

    var testDescription: String { name }

    static let all: [Vector] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/codecs/vectors.tsv")
        // Absent or unreadable: no vectors, which the test of their number reports.
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: "\t").map(String.init), numbers = fields[2..<6].compactMap { Int($0) }
            guard let layout = try? FrameLayout(rows: numbers[0], columns: numbers[1], samples: numbers[2], bitsAllocated: numbers[3]),
                let frame = Data(base64Encoded: fields[7])
            else { return nil }
            return Vector(name: fields[0], transferSyntax: fields[1], layout: layout, sha256: fields[6], frame: [UInt8](frame))
        }
    }()
}

@Suite("Frames of other encoders")
struct VectorTests {
    @Test("All vectors are read")
    func number() { #expect(Vector.all.count == 65) }

    @Test("Decode to the samples they were made from", arguments: Vector.all)
    func decodes(vector: Vector) throws {
        let bytes = vector.transferSyntax == "1.2.840.10008.1.2.5"
            ? try RLELossless.decode(vector.frame, vector.layout) : try JPEGLossless.decode(vector.frame, vector.layout).bytes
        let hash = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hash == vector.sha256)
    }
}
