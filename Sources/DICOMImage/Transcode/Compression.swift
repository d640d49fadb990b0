import DICOM

/// What a transfer syntax does to pixel data, and what people call it on the command line.
public struct Compression: Sendable, Equatable {
    public enum Loss: Sendable, Equatable {
        /// Samples come back as they were.
        case none
        /// Defined terms of Lossy Image Compression Method (PS3.3 §C.7.6.1.1.5.1). A stream of this syntax may or must have lost something.
        case possible(method: String)
        case certain(method: String)
    }

    /// `jpegls-near`
    public let name: String
    public let uid: String
    public let loss: Loss

    private init(_ name: String, _ uid: String, _ loss: Loss) {
        self.name = name
        self.uid = "1.2.840.10008.1.2" + uid
        self.loss = loss
    }

    /// Syntaxes in the order of PS3.6 Table A-1; video is never transcoded and has no name here.
    public static let table: [Compression] = [
        Compression("implicit", "", .none),
        Compression("explicit", ".1", .none),
        Compression("encapsulated", ".1.98", .none),
        Compression("deflated", ".1.99", .none),
        Compression("bigendian", ".2", .none),
        Compression("jpeg", ".4.50", .certain(method: "ISO_10918_1")),
        Compression("jpeg-extended", ".4.51", .certain(method: "ISO_10918_1")),
        Compression("jpeg-lossless-14", ".4.57", .none),
        Compression("jpeg-lossless", ".4.70", .none),
        Compression("jpegls", ".4.80", .none),
        Compression("jpegls-near", ".4.81", .possible(method: "ISO_14495_1")),
        Compression("j2k", ".4.90", .none),
        Compression("j2k-lossy", ".4.91", .possible(method: "ISO_15444_1")),
        Compression("jxl", ".4.110", .none),
        Compression("jxl-jpeg", ".4.111", .certain(method: "ISO_10918_1")),
        Compression("jxl-lossy", ".4.112", .possible(method: "ISO_18181_1")),
        Compression("htj2k", ".4.201", .none),
        Compression("htj2k-rpcl", ".4.202", .none),
        Compression("htj2k-lossy", ".4.203", .possible(method: "ISO_15444_15")),
        Compression("rle", ".5", .none),
        Compression("deflate-frames", ".8.1", .none),
    ]

    /// By name, in any case.
    public static func named(_ name: String) -> Compression? { table.first { $0.name == name.lowercased() } }

    /// nil for syntaxes that are not in the table.
    public static func of(_ transferSyntax: TransferSyntax) -> Compression? { table.first { $0.uid == transferSyntax.uid.text } }

    public var transferSyntax: TransferSyntax? { UID(uid).map { TransferSyntax($0) } }

    /// Whether instances can be written in it; the others are only read.
    public var isWritten: Bool { transferSyntax.map { !$0.isEncapsulated || FrameCodec.of($0)?.encode != nil } ?? false }

    /// Samples come back as they were, whatever the parameters.
    public var isLossless: Bool { loss == .none }

    /// The method by which an encoder of ours loses something with these parameters; nil where it loses nothing.
    func method(_ parameters: EncodingParameters) -> String? {
        switch loss {
        case .none: nil
        // A largest difference of 0 is lossless JPEG-LS, whatever the syntax is called.
        case .possible(let method): name == "jpegls-near" && parameters.nearLossless == 0 ? nil : method
        case .certain(let method): method
        }
    }

    /// The method by which pixel data in this syntax has certainly lost something.
    var certainMethod: String? {
        if case .certain(let method) = loss { return method }
        return nil
    }
}
