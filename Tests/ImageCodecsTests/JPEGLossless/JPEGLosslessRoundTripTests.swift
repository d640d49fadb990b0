import ImageCodecs
import Testing

@Suite("JPEG lossless: what is encoded decodes to itself")
struct JPEGLosslessRoundTripTests {
    static let shapes: [(Int, Int)] = [(1, 1), (1, 9), (9, 1), (3, 5), (33, 1031), (64, 64)]

    @Test("Every precision, predictor, number of components and kind of sample", arguments: 2...16, 1...7)
    func everything(precision: Int, selectionValue: Int) throws {
        for bits in precision <= 8 ? [8, 16] : [16] {
            for samples in 1...4 {
                let layout = try FrameLayout(rows: 5, columns: 11, samples: samples, bitsAllocated: bits)
                for kind in Samples.allCases {
                    let frame = kind.frame(layout, precision: precision)
                    let encoded = try JPEGLossless.encode(frame, layout, .init(precision: precision, selectionValue: selectionValue))
                    let (decoded, delivered) = try JPEGLossless.decode(encoded, layout)
                    #expect(decoded == frame, "\(layout.testDescription), \(kind)")
                    #expect(delivered == .init(precision: precision, selectionValue: selectionValue, pointTransform: 0, colour: nil))
                }
            }
        }
    }

    @Test("Every shape, together and apart, with and without restarts", arguments: shapes)
    func shape(rows: Int, columns: Int) throws {
        for bits in [8, 16] {
            for samples in [1, 3] {
                let layout = try FrameLayout(rows: rows, columns: columns, samples: samples, bitsAllocated: bits)
                for kind in Samples.allCases {
                    let frame = kind.frame(layout)
                    for restartRows in [0, 1, 2] {
                        for isInterleaved in [true, false] {
                            let encoded = try JPEGLossless.encode(
                                frame, layout, .init(precision: bits, selectionValue: 7, restartRows: restartRows, isInterleaved: isInterleaved))
                            #expect(try JPEGLossless.decode(encoded, layout).bytes == frame, "\(kind), restart \(restartRows), interleaved \(isInterleaved)")
                        }
                    }
                }
            }
        }
    }

    @Test("A point transform clears the low bits", arguments: 1...7)
    func pointTransform(selectionValue: Int) throws {
        let layout = try FrameLayout(rows: 7, columns: 9, samples: 1, bitsAllocated: 8)
        let frame = Samples.noise.frame(layout)
        let encoded = try JPEGLossless.encode(frame, layout, .init(precision: 8, selectionValue: selectionValue, pointTransform: 3))
        #expect(try JPEGLossless.decode(encoded, layout).bytes == frame.map { $0 & 0xF8 })
    }

    @Test("Rare categories get codes of at most 16 bits")
    func longCodes() throws {
        // Differences of 0, 1, 3, 7 … in numbers that double: the code would be as long as there are categories.
        let layout = try FrameLayout(rows: 1, columns: 60000, samples: 1, bitsAllocated: 16)
        var numbers: [Int] = [], value = 32768
        for category in 0..<16 {
            for _ in 0..<max(1, 30000 >> category) {
                value = (value + (category == 0 ? 0 : 1 << category - 1)) & 0xFFFF
                numbers.append(value)
            }
        }
        numbers += [Int](repeating: value, count: 60000 - numbers.count)
        let frame = words(numbers)
        #expect(try JPEGLossless.decode(JPEGLossless.encode(frame, layout, .init(precision: 16)), layout).bytes == frame)
    }

    @Test("What JPEG cannot say is refused")
    func refused() throws {
        let layout = try FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 8)
        let frame = [UInt8](repeating: 0, count: 6)
        for parameters: JPEGLossless.Parameters in [
            .init(precision: 1), .init(precision: 9), .init(precision: 8, selectionValue: 0), .init(precision: 8, selectionValue: 8),
            .init(precision: 8, pointTransform: 8), .init(precision: 8, restartRows: -1), .init(precision: 8, restartRows: 30000),
        ] {
            #expect(throws: CodecError(.unsupported, "", at: 0)) { try JPEGLossless.encode(frame, layout, parameters) }
        }
        #expect(throws: CodecError(.truncated, "", at: 5)) { try JPEGLossless.encode(Array(frame.dropLast()), layout, .init(precision: 8)) }
        for (samples, bits) in [(1, 1), (1, 32), (5, 8)] {
            let layout = try FrameLayout(rows: 2, columns: 3, samples: samples, bitsAllocated: bits)
            #expect(throws: CodecError(.unsupported, "", at: 0)) { try JPEGLossless.encode([UInt8](repeating: 0, count: 99), layout, .init(precision: 8)) }
        }
    }
}
