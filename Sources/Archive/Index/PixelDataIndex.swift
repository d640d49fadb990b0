import DICOM

/// Where the pixel data of a stored object and each of its frames lie, small enough for a row.
///
/// Layout, numbers as base-128 with the low groups first:
///
///     version (0: no pixel data, 1) · element number of group 7FE0 · VR · twice the form, and one more for fragments · value offset · value length · then by form
///     0  to be found out when a frame is asked for
///     1  native, each frame as long as the other and at whole bytes: frame length · count
///     2  of earlier builds: found out anew as for 0
///     3  native: bits of a frame · bytes that change places together · count
///     4  a list: frames that should be there · frames that are, then for each its distance from the end of the one before and
///        twice its length, and one more where item headers lie in it
///     5  one stream for all frames: count · distance · twice its length, as above
/// Distances, which may be negative, are doubled; of negative ones the bits are turned over.
public struct PixelDataIndex: Sendable, Equatable {
    /// Pixel Data, Float Pixel Data or Double Float Pixel Data.
    public var tag: Tag
    public var vr: VR
    public var isEncapsulated: Bool
    /// The value field, from the first byte of the data set.
    public var value: ByteRange
    public var frames: FrameTable

    public init(tag: Tag, vr: VR, isEncapsulated: Bool, frames: FrameTable) {
        self.tag = tag
        self.vr = vr
        self.isEncapsulated = isEncapsulated
        self.value = frames.value
        self.frames = frames
    }

    // MARK: Encoding

    static let none: [UInt8] = [0]

    func encoded() -> [UInt8] {
        var out: [UInt8] = [1]
        var end = value.offset
        func begin(_ form: UInt64) {
            for number in [UInt64(tag.element), UInt64(vr.rawValue), form << 1 | (isEncapsulated ? 1 : 0), value.offset, value.length] {
                Self.append(number, to: &out)
            }
        }
        func append(_ frame: FrameLocation) {
            let distance = Int64(bitPattern: frame.range.offset &- end)
            Self.append(UInt64(bitPattern: distance << 1 ^ distance >> 63), to: &out)
            Self.append(frame.range.length << 1 | (frame.isFragmented ? 1 : 0), to: &out)
            end = frame.range.offset + frame.range.length
        }
        switch frames.layout {
        case .unresolved, .unclear:
            begin(0)
        case .native(let bits, let unit):
            begin(bits % 8 == 0 && unit == 1 ? 1 : 3)
            for number in bits % 8 == 0 && unit == 1 ? [bits / 8] : [bits, unit] { Self.append(number, to: &out) }
            Self.append(UInt64(frames.count), to: &out)
        case .listed(let list):
            begin(4)
            Self.append(UInt64(frames.count), to: &out)
            Self.append(UInt64(list.count), to: &out)
            for frame in list { append(frame) }
        case .stream(let stream):
            begin(5)
            Self.append(UInt64(frames.count), to: &out)
            append(stream)
        }
        return out
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
        let value = ByteRange(offset: offset, length: length)
        var end = offset
        func frame() -> FrameLocation? {
            guard let distance = next(), let length = next() else { return nil }
            let range = ByteRange(offset: end &+ (distance >> 1 ^ (0 &- (distance & 1))), length: length >> 1)
            end = range.offset &+ range.length
            return FrameLocation(range: range, isFragmented: length & 1 == 1)
        }
        func number() -> Int? { next().flatMap { Int(exactly: $0) } }
        let count: Int?, layout: FrameTable.Layout?
        switch form >> 1 {
        case 1:
            let bits = next().map { $0.multipliedReportingOverflow(by: 8) }
            layout = bits.flatMap { $0.overflow ? nil : .native(bits: $0.partialValue, unit: 1) }
            count = number()
        case 3:
            guard let bits = next(), let unit = next(), unit == 1 || unit == 2 else { return nil }
            (layout, count) = (.native(bits: bits, unit: unit), number())
        case 4:
            count = number()
            guard let listed = next(), listed <= UInt64(bytes.count) else { return nil }
            var list: [FrameLocation] = []
            list.reserveCapacity(Int(listed))
            for _ in 0..<listed {
                guard let frame = frame() else { return nil }
                list.append(frame)
            }
            layout = .listed(list)
        case 5:
            count = number()
            layout = frame().map { .stream($0) }
        default: (layout, count) = (.unresolved, 0)
        }
        guard let layout, let count else { return nil }
        tag = Tag(0x7FE0, UInt16(truncatingIfNeeded: element))
        self.vr = VR(rawValue: UInt16(truncatingIfNeeded: vr))
        isEncapsulated = form & 1 == 1
        self.value = value
        frames = FrameTable(value: value, count: count, layout: layout)
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
