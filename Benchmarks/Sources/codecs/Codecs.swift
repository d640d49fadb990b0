import DICOM
import DICOMImage
import Glibc

/// Encodes frames, and decodes them for a while, each in every transfer syntax there is a codec for.
///
///     codecs encode FOLDER            FOLDER/frames.tsv -> FOLDER/encoded.tsv and the encoded frames
///     codecs decode FOLDER SYNTAX SECONDS
///
/// Prints `decode|encode NAME SYNTAX MB/s`: native bytes in a second of processor time, the best round, as the peers' programs do.
@main
struct Codecs {
    static func main() {
        let arguments = CommandLine.arguments
        do {
            switch arguments.count {
            case 3 where arguments[1] == "encode": try encode(arguments[2])
            case 5 where arguments[1] == "decode": try decode(arguments[2], arguments[3], Double(arguments[4]) ?? 1)
            default: fail("usage: codecs encode FOLDER | codecs decode FOLDER SYNTAX SECONDS")
            }
        } catch { fail("\(error)") }
    }

    /// Transfer syntaxes measured; one without an encoder is left out.
    static let syntaxes = [
        "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57",
        "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110",
    ]

    static func encode(_ folder: String) throws {
        var lines = ""
        for line in try text(folder + "/frames.tsv").split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            let frame = try NativeFrame(description: try description(fields), bytes: try bytes(fields[1]))
            for syntax in syntaxes.compactMap({ UID($0) }).map({ TransferSyntax($0) }) {
                guard let codec = FrameCodec.of(syntax), codec.encode != nil else { continue }
                var encoded: EncodedFrame?
                do {
                    let best = try best(of: 1) { encoded = try DirectFrameCoding().encode(frame, syntax, .init()) }
                    guard let encoded else { continue }
                    let path = "\(folder)/\(fields[0]).\(syntax.uid.text)"
                    write(encoded.bytes, path)
                    lines += ([syntax.uid.text, path] + fields).joined(separator: "\t") + "\n"
                    print("encode", fields[0], syntax.uid.text, Double(frame.bytes.count) / best / 1e6)
                } catch let error as ImageError where error.code == .unsupported {
                    continue
                }
            }
        }
        write(Array(lines.utf8), folder + "/encoded.tsv")
    }

    static func decode(_ folder: String, _ uid: String, _ seconds: Double) throws {
        for line in try text(folder + "/encoded.tsv").split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            guard fields[0] == uid, let known = UID(uid), let codec = FrameCodec.of(TransferSyntax(known)) else { continue }
            let description = try description(Array(fields.dropFirst(2))), encoded = try bytes(fields[1])
            var output = [UInt8](repeating: 0, count: description.frameBytes)
            let best = try best(of: seconds) {
                try encoded.withUnsafeBytes { encoded in
                    try output.withUnsafeMutableBytes { output in _ = try codec.decode(encoded, description, output) }
                }
            }
            print("decode", fields[2], uid, Double(output.count) / best / 1e6)
        }
    }

    /// Seconds of processor time of the fastest call within so many.
    static func best(of seconds: Double, _ body: () throws -> Void) rethrows -> Double {
        let begin = now()
        var best = Double.infinity
        repeat {
            let start = now()
            try body()
            best = min(best, now() - start)
        } while now() - begin < seconds
        return best
    }

    static func description(_ fields: [String]) throws -> PixelDescription {
        var dataSet = DataSet()
        let tags: [DICOM.Tag] = [.rows, .columns, .samplesPerPixel, .bitsAllocated, .bitsStored, .pixelRepresentation]
        let numbers = fields[2...7].compactMap { Int($0) }
        for (tag, number) in zip(tags, numbers) { dataSet.set(DataElement(tag, .US, integers: [number])) }
        dataSet.set(DataElement(.highBit, .US, integers: [numbers[4] - 1]))
        dataSet.set(DataElement(.photometricInterpretation, .CS, fields[8]))
        return try PixelDescription(dataSet)
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { fail("cannot read \(path)") }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        fseek(file, 0, SEEK_SET)
        guard fread(&bytes, 1, bytes.count, file) == bytes.count else { fail("cannot read \(path)") }
        return bytes
    }

    static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = fopen(path, "w"), fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else { fail("cannot write \(path)") }
    }

    static func fail(_ message: String) -> Never {
        let line = Array((message + "\n").utf8)
        _ = line.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
        exit(1)
    }

    /// Seconds of processor time, user and system: what others do on the machine does not count.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
