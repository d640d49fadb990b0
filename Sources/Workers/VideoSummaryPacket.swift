import DICOMImage

/// What a worker says of a video.
///
/// ```
/// offset size
///    0    4  rows                        32  2  bits of a sample
///    4    4  columns                     34  1  1 where frames are counted
///    8    8  frames; 0: not known        35  1  length of the codec's name
///   16    8  seconds (double); 0: not known    36  1  of the container's
///   24    4  frames per second, or 0     37  1  of the pixel format's
///   28    4  denominator                 38  n  these names
/// ```
extension Video.Summary {
    private static let names = 38

    var packet: [UInt8] {
        let texts = [codec, container, pixelFormat].map { Array($0.utf8.prefix(64)) }
        var packet = Packet(count: Self.names + texts.reduce(0) { $0 + $1.count })
        packet.put(UInt32(clamping: rows), at: 0)
        packet.put(UInt32(clamping: columns), at: 4)
        packet.put(UInt64(clamping: numberOfFrames ?? 0), at: 8)
        packet.put((duration ?? 0).bitPattern, at: 16)
        packet.put(UInt32(clamping: rate?.numerator ?? 0), at: 24)
        packet.put(UInt32(clamping: rate?.denominator ?? 0), at: 28)
        packet.put(UInt16(clamping: bits), at: 32)
        packet.put(UInt8(framesAreCounted ? 1 : 0), at: 34)
        var offset = Self.names
        for (index, text) in texts.enumerated() {
            packet.put(UInt8(text.count), at: 35 + index)
            packet.put(text, at: offset)
            offset += text.count
        }
        return packet.bytes
    }

    /// - Throws: `Malformed` where it is none that a sound worker gives.
    init(packet bytes: [UInt8]) throws(WorkerMessage.Malformed) {
        guard bytes.count >= Self.names else { throw WorkerMessage.Malformed("a summary of \(bytes.count) bytes") }
        let packet = Packet(bytes)
        let lengths = (0..<3).map { Int(packet.get(UInt8.self, at: 35 + $0)) }
        guard bytes.count == Self.names + lengths.reduce(0, +) else { throw WorkerMessage.Malformed("a summary of another length than it says") }
        let frames = packet.get(UInt64.self, at: 8), seconds = Double(bitPattern: packet.get(at: 16))
        let numerator = Int(packet.get(UInt32.self, at: 24)), denominator = Int(packet.get(UInt32.self, at: 28))
        guard frames < 1 << 40, seconds >= 0, seconds.isFinite, numerator == 0 || denominator > 0 else { throw WorkerMessage.Malformed("a summary of impossible numbers") }
        var offset = Self.names
        let texts = lengths.map { length in
            defer { offset += length }
            return Packet.text(bytes[offset..<offset + length])
        }
        self.init(
            rows: Int(packet.get(UInt32.self, at: 0)), columns: Int(packet.get(UInt32.self, at: 4)), numberOfFrames: frames > 0 ? Int(frames) : nil,
            framesAreCounted: packet.get(UInt8.self, at: 34) == 1, duration: seconds > 0 ? seconds : nil,
            rate: numerator > 0 ? (numerator, denominator) : nil, bits: Int(packet.get(UInt16.self, at: 32)),
            codec: texts[0], container: texts[1], pixelFormat: texts[2])
    }
}
