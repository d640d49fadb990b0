import DICOM

/// Where the pixel data of a stored object and each of its frames lie, small enough for a row.
///
/// Layout, numbers as base-128 with the low groups first:
///
///     version (0: no pixel data, 1) · element number of group 7FE0 · VR · form · value offset · value length · then by form
///     0  where frames end is not known
///     1  native, each frame as long as the other and at whole bytes: frame length · count
///     2  a list: count, then for each frame the number of its ranges, then for each range its distance from the
///        end of the one before and its length
public struct PixelDataIndex: Sendable, Equatable {
    /// Pixel Data, Float Pixel Data or Double Float Pixel Data.
    public var tag: Tag
    public var vr: VR
    public var isEncapsulated: Bool
    /// The value field, from the first byte of the data set.
    public var value: ByteRange
    /// Ranges of frame after frame, from the first byte of the data set; empty where they cannot be told.
    public var frames: [[ByteRange]]

    public init(tag: Tag, vr: VR, isEncapsulated: Bool, value: ByteRange, frames: [[ByteRange]]) {
        self.tag = tag
        self.vr = vr
        self.isEncapsulated = isEncapsulated
        self.value = value
        self.frames = frames
    }

    // MARK: Encoding

    static let none: [UInt8] = [0]

    func encoded() -> [UInt8] {
        var out: [UInt8] = [1]
        Self.append(UInt64(tag.element), to: &out)
        Self.append(UInt64(vr.rawValue), to: &out)
        let regular = regularLength
        let form: UInt64 = frames.isEmpty ? 0 : regular != nil ? 1 : 2
        Self.append(form << 1 | (isEncapsulated ? 1 : 0), to: &out)
        Self.append(value.offset, to: &out)
        Self.append(value.length, to: &out)
        if let regular {
            Self.append(regular, to: &out)
            Self.append(UInt64(frames.count), to: &out)
        } else if !frames.isEmpty {
            Self.append(UInt64(frames.count), to: &out)
            var end = value.offset
            for frame in frames {
                Self.append(UInt64(frame.count), to: &out)
                for range in frame {
                    // Frames of 1 bit may share a byte: the distance can be -1.
                    Self.append(UInt64(bitPattern: Int64(bitPattern: range.offset &- end) << 1 ^ Int64(bitPattern: range.offset &- end) >> 63), to: &out)
                    Self.append(range.length, to: &out)
                    end = range.offset + range.length
                }
            }
        }
        return out
    }

    /// Length of each frame where they follow each other without gap or difference.
    private var regularLength: UInt64? {
        guard let length = frames.first?.first?.length else { return nil }
        for (index, frame) in frames.enumerated() {
            guard frame.count == 1, frame[0].length == length, frame[0].offset == value.offset + UInt64(index) * length else { return nil }
        }
        return length
    }

    /// nil where there is no pixel data, or the bytes are not as `encoded` writes them.
    init?(_ bytes: [UInt8]) {
        var position = 1
        func next() -> UInt64? {
            var result: UInt64 = 0
            var shift: UInt64 = 0
            while position < bytes.count, shift < 64 {
                let byte = bytes[position]
                position += 1
                result |= UInt64(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return result }
                shift += 7
            }
            return nil
        }
        guard bytes.first == 1, let element = next(), let vr = next(), let form = next(), let offset = next(), let length = next() else { return nil }
        tag = Tag(0x7FE0, UInt16(truncatingIfNeeded: element))
        self.vr = VR(rawValue: UInt16(truncatingIfNeeded: vr))
        isEncapsulated = form & 1 == 1
        value = ByteRange(offset: offset, length: length)
        frames = []
        switch form >> 1 {
        case 1:
            guard let length = next(), let count = next(), count <= 1 << 24 else { return nil }
            frames = (0..<count).map { [ByteRange(offset: offset + $0 * length, length: length)] }
        case 2:
            guard let count = next(), count <= UInt64(bytes.count) else { return nil }
            var end = offset
            for _ in 0..<count {
                guard let ranges = next(), ranges <= UInt64(bytes.count) else { return nil }
                var frame: [ByteRange] = []
                for _ in 0..<ranges {
                    guard let distance = next(), let length = next() else { return nil }
                    let start = end &+ (distance >> 1 ^ (0 &- (distance & 1)))
                    frame.append(ByteRange(offset: start, length: length))
                    end = start &+ length
                }
                frames.append(frame)
            }
        default: break
        }
    }

    private static func append(_ number: UInt64, to out: inout [UInt8]) {
        var number = number
        while number >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        out.append(UInt8(number))
    }
}
