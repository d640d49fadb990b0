extension ISO2022.Repertoire {
    func decode(_ bytes: UnsafeBufferPointer<UInt8>, vr: VR) -> String {
        // Where no set is named but ISO 646, other bytes that are UTF-8 throughout are that: by chance they never are.
        if isPlain, !bytes.contains(ISO2022.escape), let text = String(validating: bytes, as: UTF8.self) { return text }
        var decoder = ISO2022.Decoder(bytes: bytes, vr: vr, repertoire: self)
        return decoder.decode()
    }
}

extension ISO2022 {
    /// Walks a value field with the sets in force.
    struct Decoder {
        let bytes: UnsafeBufferPointer<UInt8>
        let vr: VR
        let repertoire: Repertoire
        private var sets: Designation
        private var position = 0
        private var text = String.UnicodeScalarView()
        private static let replacement: Unicode.Scalar = "\u{FFFD}"

        init(bytes: UnsafeBufferPointer<UInt8>, vr: VR, repertoire: Repertoire) {
            self.bytes = bytes
            self.vr = vr
            self.repertoire = repertoire
            sets = repertoire.initial
        }

        mutating func decode() -> String {
            text.reserveCapacity(bytes.count)
            while position < bytes.count {
                let byte = bytes[position]
                switch byte {
                case ISO2022.escape: readEscape()
                case 0x00...0x20, 0x7F:
                    if ISO2022.isReset(byte, vr) { sets = repertoire.initial }
                    append(Unicode.Scalar(byte))
                case 0x21...0x7E:
                    if !sets.g0.isDouble, ISO2022.isReset(byte, vr) {
                        sets = repertoire.initial
                        append(Unicode.Scalar(byte))
                    } else {
                        readCharacter(of: sets.g0, in: 0x21...0x7E)
                    }
                case 0x80...0x9F: append(nil)
                default: readCharacter(of: sets.g1 ?? repertoire.impliedG1 ?? .unknown, in: 0xA1...0xFE)
                }
            }
            return String(text)
        }

        private mutating func append(_ scalar: Unicode.Scalar?) {
            text.append(scalar ?? Self.replacement)
            position += 1
        }

        private mutating func readCharacter(of set: GraphicSet, in graphic: ClosedRange<UInt8>) {
            let first = bytes[position]
            guard set.isDouble else { append(set == .ascii ? Unicode.Scalar(first) : set.scalar(first)); return }
            // Half a character is none, and its byte is not the start of the next.
            guard graphic.contains(first), position + 1 < bytes.count, graphic.contains(bytes[position + 1]) else { append(nil); return }
            append(set.scalar(first, bytes[position + 1]))
            position += 1
        }

        private mutating func readEscape() {
            let rest = bytes[(position + 1)...]
            if let known = ISO2022.escapes.first(where: { rest.starts(with: $0.sequence) }) {
                designate(known.set, known.half)
                position += 1 + known.sequence.count
                return
            }
            // Any escape sequence: intermediate bytes, then a final one (ISO 2022 §13). What it designates is unknown from here on.
            let intermediates = rest.prefix { (0x20...0x2F).contains($0) }
            var end = intermediates.endIndex
            if end < bytes.count, (0x30...0x7E).contains(bytes[end]), !intermediates.isEmpty {
                end += 1
                switch intermediates.last ?? 0 {
                case UInt8(ascii: ")"), UInt8(ascii: "-"): designate(.unknown, .g1)
                case UInt8(ascii: "("), UInt8(ascii: "$"): designate(.unknown, .g0)
                default: break
                }
            } else {
                end = position + 1
            }
            append(nil)
            position = end
        }

        private mutating func designate(_ set: GraphicSet, _ half: Half) {
            switch half {
            case .g0: sets.g0 = set
            case .g1: sets.g1 = set
            }
        }
    }
}
