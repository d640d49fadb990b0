import DICOM
import DICOMImage

/// What server and worker say to each other beside the bytes of frames, which lie in the memory they share.
///
/// One message is one packet of a fixed layout, little endian. Whoever receives one checks every number in it: the server
/// trusts a worker no more than the file that the worker reads.
enum WorkerMessage {
    /// Raised with every change of layout. Both ends are the same program, except when one is not what it should be.
    static let version: UInt32 = 0x4957_0002
    /// Bytes of the longest packet.
    static let longest = 1024

    enum Operation: UInt8 {
        case decode = 1, encode = 2
        /// A frame of a video, whose stream lies where code streams do.
        case video = 3
        /// What a video says of itself.
        case summary = 4
    }

    struct Malformed: Error, Equatable, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}

/// From the server: one frame.
///
/// ```
/// offset size
///    0    4  version              40  8  bytes of the code stream       66  1  planar
///    4    1  operation            48  4  rows                           67  1  photometric interpretation
///    5    1  length of the UID    52  4  columns                        68  4  quality
///    6    2  0                    56  4  number of frames               72  4  near-lossless
///    8    8  ticket               60  2  bits allocated                 76  8  compression ratio (double)
///   16    8  shared memory        62  1  bits stored                    84  4  frame of a video, from 0
///   24    8  memory limit         63  1  high bit                       88 64  transfer syntax UID
///   32    4  seconds              64  1  0 unsigned, 1 signed,
///   36    4  0                           2 float, 3 double;  65  1  shares chroma
/// ```
struct WorkerRequest: Equatable {
    static let length = 152

    var operation: WorkerMessage.Operation
    /// Comes back with the reply.
    var ticket: UInt64
    var transferSyntax: TransferSyntax
    var description: PixelDescription
    var parameters: EncodingParameters
    /// Of the code stream: its bytes (decode), the bytes that it may have (encode).
    var codeLength: Int
    /// Bytes of the shared memory, at least ``area``.
    var sharedLength: Int
    /// Address space beside the shared memory, bytes.
    var memory: UInt64
    /// Processor time.
    var seconds: Int
    /// Of a video, from 0.
    var frame = 0

    /// Where the code stream begins: the native frame lies before it, from 0 on. Both at the beginning of a page.
    var codeOffset: Int { Self.codeOffset(description) }
    /// Bytes of shared memory that this frame needs.
    var area: Int { codeOffset + codeLength }

    static func codeOffset(_ description: PixelDescription) -> Int { (description.frameBytes + 4095) & ~4095 }
}

extension WorkerRequest {
    var bytes: [UInt8] {
        var packet = Packet(count: Self.length)
        let uid = Array(transferSyntax.uid.text.utf8)
        packet.put(WorkerMessage.version, at: 0)
        packet.put(operation.rawValue, at: 4)
        packet.put(UInt8(uid.count), at: 5)
        packet.put(ticket, at: 8)
        packet.put(UInt64(sharedLength), at: 16)
        packet.put(memory, at: 24)
        packet.put(UInt32(clamping: seconds), at: 32)
        packet.put(UInt64(codeLength), at: 40)
        packet.put(UInt32(description.rows), at: 48)
        packet.put(UInt32(description.columns), at: 52)
        packet.put(UInt32(clamping: description.numberOfFrames), at: 56)
        packet.put(UInt16(description.bitsAllocated), at: 60)
        packet.put(UInt8(description.bitsStored), at: 62)
        packet.put(UInt8(description.highBit), at: 63)
        packet.put(UInt8(description.number.code), at: 64)
        packet.put(UInt8(description.sharesChroma ? 1 : 0), at: 65)
        packet.put(UInt8(description.isPlanar ? 1 : 0), at: 66)
        packet.put(description.photometricInterpretation.code, at: 67)
        packet.put(UInt32(bitPattern: Int32(clamping: parameters.quality)), at: 68)
        packet.put(UInt32(bitPattern: Int32(clamping: parameters.nearLossless)), at: 72)
        packet.put(parameters.compressionRatio.bitPattern, at: 76)
        packet.put(UInt32(clamping: frame), at: 84)
        packet.put(uid, at: 88)
        return packet.bytes
    }

    /// - Throws: `Malformed` where a number is none that the server sends.
    init(_ bytes: [UInt8]) throws {
        let packet = Packet(bytes)
        guard bytes.count == Self.length, packet.get(UInt32.self, at: 0) == WorkerMessage.version else { throw WorkerMessage.Malformed("not a request of this version") }
        guard let operation = WorkerMessage.Operation(rawValue: packet.get(at: 4)) else { throw WorkerMessage.Malformed("an unknown operation") }
        let uidLength: UInt8 = packet.get(at: 5)
        guard uidLength <= 64, let uid = UID(String(decoding: bytes[88..<88 + Int(uidLength)], as: UTF8.self)) else { throw WorkerMessage.Malformed("no UID") }
        guard let number = PixelDescription.Number(code: packet.get(at: 64)), let photometric = PhotometricInterpretation(code: packet.get(at: 67)) else {
            throw WorkerMessage.Malformed("an unknown kind of samples")
        }
        let description = try PixelDescription(
            checking: Int(packet.get(UInt32.self, at: 48)), columns: Int(packet.get(UInt32.self, at: 52)), bitsAllocated: Int(packet.get(UInt16.self, at: 60)),
            bitsStored: Int(packet.get(UInt8.self, at: 62)), highBit: Int(packet.get(UInt8.self, at: 63)), number: number,
            isPlanar: packet.get(UInt8.self, at: 66) == 1, photometricInterpretation: photometric,
            sharesChroma: packet.get(UInt8.self, at: 65) == 1, numberOfFrames: Int(packet.get(UInt32.self, at: 56)))
        let codeLength = packet.get(UInt64.self, at: 40), sharedLength = packet.get(UInt64.self, at: 16)
        let area = UInt64(Self.codeOffset(description)) + min(codeLength, 1 << 40)
        guard codeLength < 1 << 40, sharedLength < 1 << 41, area <= sharedLength else { throw WorkerMessage.Malformed("a frame beyond the shared memory") }
        self.init(
            operation: operation, ticket: packet.get(at: 8), transferSyntax: TransferSyntax(uid), description: description,
            parameters: EncodingParameters(
                quality: Int(Int32(bitPattern: packet.get(at: 68))), nearLossless: Int(Int32(bitPattern: packet.get(at: 72))),
                compressionRatio: Double(bitPattern: packet.get(at: 76))),
            codeLength: Int(codeLength), sharedLength: Int(sharedLength), memory: packet.get(at: 24), seconds: Int(packet.get(UInt32.self, at: 32)),
            frame: Int(packet.get(UInt32.self, at: 84)))
    }
}

/// From a worker: that it is ready, and then one for each request.
///
/// ```
/// offset size
///    0    4  version
///    4    1  0 ready, 1 decoded, 2 encoded, 3 failed, 4 summary of a video
///    5    1  photometric interpretation (1, 2), code of the error (3)
///    6    2  length of the error's words, or of the summary
///    8    8  ticket
///   16    8  bytes of the code stream (2), tag of the error + 1 or 0 (3)
///   24    n  words, or the summary
/// ```
struct WorkerReply: Equatable {
    enum Outcome: Equatable {
        case ready
        case decoded(PhotometricInterpretation)
        case encoded(PhotometricInterpretation, length: Int)
        case failed(ImageError)
        case summarised(Video.Summary)
    }

    var ticket: UInt64
    var outcome: Outcome

    private static let header = 24
}

extension WorkerReply {
    var bytes: [UInt8] {
        var words: [UInt8] = []
        switch outcome {
        case .failed(let error): words = Array(error.message.utf8.prefix(WorkerMessage.longest - Self.header))
        case .summarised(let summary): words = summary.packet
        case .ready, .decoded, .encoded: break
        }
        var packet = Packet(count: Self.header + words.count)
        packet.put(WorkerMessage.version, at: 0)
        packet.put(ticket, at: 8)
        switch outcome {
        case .ready: break
        case .decoded(let photometric):
            packet.put(UInt8(1), at: 4)
            packet.put(photometric.code, at: 5)
        case .encoded(let photometric, let length):
            packet.put(UInt8(2), at: 4)
            packet.put(photometric.code, at: 5)
            packet.put(UInt64(length), at: 16)
        case .failed(let error):
            packet.put(UInt8(3), at: 4)
            packet.put(error.code.rawValue, at: 5)
            packet.put(UInt16(words.count), at: 6)
            packet.put(error.tag.map { UInt64($0.rawValue) + 1 } ?? 0, at: 16)
            packet.put(words, at: Self.header)
        case .summarised:
            packet.put(UInt8(4), at: 4)
            packet.put(UInt16(words.count), at: 6)
            packet.put(words, at: Self.header)
        }
        return packet.bytes
    }

    /// - Throws: `Malformed` where it is nothing that a sound worker says.
    init(_ bytes: [UInt8]) throws(WorkerMessage.Malformed) {
        let packet = Packet(bytes)
        guard (Self.header...WorkerMessage.longest).contains(bytes.count), packet.get(UInt32.self, at: 0) == WorkerMessage.version else {
            throw WorkerMessage.Malformed("not a reply of this version")
        }
        ticket = packet.get(at: 8)
        let kind: UInt8 = packet.get(at: 4), code: UInt8 = packet.get(at: 5), number: UInt64 = packet.get(at: 16)
        let words = Int(packet.get(UInt16.self, at: 6))
        guard bytes.count == Self.header + words else { throw WorkerMessage.Malformed("a reply of another length than it says") }
        switch (kind, PhotometricInterpretation(code: code), ImageError.Code(rawValue: code)) {
        case (0, _, _): outcome = .ready
        case (1, let photometric?, _): outcome = .decoded(photometric)
        case (2, let photometric?, _):
            guard number < 1 << 40 else { throw WorkerMessage.Malformed("a code stream of \(number) bytes") }
            outcome = .encoded(photometric, length: Int(number))
        case (3, _, let code?):
            guard number <= 1 << 32 else { throw WorkerMessage.Malformed("an error without a right tag") }
            let tag = number == 0 ? nil : Tag(rawValue: UInt32(number - 1))
            outcome = .failed(ImageError(code, tag, Packet.text(bytes[Self.header...])))
        case (4, _, _): outcome = .summarised(try Video.Summary(packet: Array(bytes[Self.header...])))
        default: throw WorkerMessage.Malformed("a reply of unknown kind")
        }
    }
}

// MARK: Numbers in bytes

extension PixelDescription.Number {
    fileprivate var code: UInt8 {
        switch self {
        case .integer(let isSigned): isSigned ? 1 : 0
        case .float: 2
        case .double: 3
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0, 1: self = .integer(isSigned: code == 1)
        case 2: self = .float
        case 3: self = .double
        default: return nil
        }
    }
}

extension PhotometricInterpretation {
    fileprivate var code: UInt8 { UInt8(Self.allCases.firstIndex(of: self) ?? 0) }

    fileprivate init?(code: UInt8) {
        guard Self.allCases.indices.contains(Int(code)) else { return nil }
        self = Self.allCases[Int(code)]
    }
}

struct Packet {
    var bytes: [UInt8]

    init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self) }
    }

    mutating func put(_ values: [UInt8], at offset: Int) { bytes.replaceSubrange(offset..<offset + values.count, with: values) }

    /// What a codec says may quote the file: no line of a log is made from it.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(text))
    }

    /// The caller has checked that it lies inside.
    func get<Number: FixedWidthInteger>(_: Number.Type = Number.self, at offset: Int) -> Number {
        bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}
