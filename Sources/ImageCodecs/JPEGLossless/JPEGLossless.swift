/// JPEG process 14, lossless with Huffman coding (ITU-T T.81 Annex H): each sample as its difference from a neighbour's.
public enum JPEGLossless {
    /// What the stream says of its samples, beside their shape.
    public struct Delivered: Equatable, Sendable {
        /// Bits of a sample, 2 to 16.
        public var precision: Int
        /// Predictor of the last scan, 1 to 7 (T.81 Table H.1).
        public var selectionValue: Int
        /// Low bits left out by the encoder; the samples are shifted up again.
        public var pointTransform: Int
        /// Colour of three components, where an Adobe marker says it.
        public var colour: Colour?

        public init(precision: Int, selectionValue: Int, pointTransform: Int, colour: Colour?) {
            self.precision = precision
            self.selectionValue = selectionValue
            self.pointTransform = pointTransform
            self.colour = colour
        }
    }

    public enum Colour: Equatable, Sendable { case rgb, yCbCr }

    /// Markers this process knows (T.81 Table B.1).
    enum Marker {
        static let startOfFrameLossless: UInt8 = 0xC3
        static let defineHuffmanTables: UInt8 = 0xC4
        static let restart0: UInt8 = 0xD0
        static let startOfImage: UInt8 = 0xD8
        static let endOfImage: UInt8 = 0xD9
        static let startOfScan: UInt8 = 0xDA
        static let defineNumberOfLines: UInt8 = 0xDC
        static let defineRestartInterval: UInt8 = 0xDD
        static let adobe: UInt8 = 0xEE
    }
}

/// A difference is one of 17 categories, named by its Huffman code, and so many further bits (T.81 Table H.2).
enum Difference {
    static let categories = 17
    /// The only one without further bits beside 0: the difference is 32768.
    static let last = 16

    /// `bits` of category 1 to 15 to the difference modulo 2^16 (T.81 Figure F.12).
    @inline(__always)
    static func extended(_ bits: UInt32, category: Int) -> UInt16 {
        let isNegative = bits &>> UInt32(truncatingIfNeeded: category &- 1) == 0
        return UInt16(truncatingIfNeeded: isNegative ? bits &- (1 &<< UInt32(truncatingIfNeeded: category)) &+ 1 : bits)
    }
}
