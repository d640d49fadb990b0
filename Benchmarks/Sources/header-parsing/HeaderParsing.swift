import DICOM
import Glibc

/// Usage: header-parsing LIST SECONDS. LIST names a file a line. Prints files parsed a second of processor time, as the peers' programs do.
@main
struct HeaderParsing {
    static func main() {
        guard CommandLine.arguments.count == 3, let seconds = Double(CommandLine.arguments[2]) else {
            print("usage: header-parsing LIST SECONDS")
            exit(2)
        }
        let paths = lines(of: CommandLine.arguments[1])
        // The first pass is not timed: it fills the page cache and loads the dictionary.
        for path in paths { _ = parse(path) }
        var parsed = 0, failed = 0, elements = 0
        let start = now()
        while now() - start < seconds {
            for path in paths {
                if let count = parse(path) { parsed += 1; elements += count } else { failed += 1 }
            }
        }
        let elapsed = now() - start
        print("files_per_second \(Double(parsed) / elapsed) failed \(failed) elements_per_file \(elements / max(parsed, 1))")
    }

    /// Up to the pixel data; values longer than 4096 bytes stay on disk, as with the peers.
    static let options = {
        var limits = ReadLimits()
        limits.elementInMemory = 4096
        return DataSetReader.Options(stopBefore: .pixelData, limits: limits)
    }()

    /// Number of top-level elements before the pixel data; nil where the file cannot be read.
    static func parse(_ path: String) -> Int? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var reader = FileReader(options: options)
        do {
            try reader.read { offset, bytes in
                bytes.withUnsafeMutableBufferPointer { buffer, count in
                    count += max(0, pread(descriptor, buffer.baseAddress, buffer.count, Int(offset)))
                }
            }
            return reader.dataSet.elements.count
        } catch {
            return nil
        }
    }

    static func lines(of path: String) -> [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var result: [String] = []
        while let line = readLine(file) { result.append(line) }
        return result
    }

    static func readLine(_ file: UnsafeMutablePointer<FILE>) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        guard fgets(&buffer, 4096, file) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Seconds of processor time, user and system: what others do on the machine does not count.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
