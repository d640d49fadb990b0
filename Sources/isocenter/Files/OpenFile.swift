import DICOM
import Foundation

/// A file that is read by ranges.
final class OpenFile: Sendable {
    let size: UInt64
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure("is no file")
        }
        size = UInt64(status.st_size)
    }

    deinit { close(descriptor) }

    func bytes(_ range: ByteRange) throws -> [UInt8] {
        let wanted = Int(range.length)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { target, made in
            while made < wanted, let start = target.baseAddress {
                let count = pread(descriptor, start + made, wanted - made, off_t(range.offset) + off_t(made))
                if count < 0, errno == EINTR { continue }
                if count < 0 { failure = errno }
                guard count > 0 else { return }
                made += count
            }
        }
        guard failure == 0 else { throw Failure("cannot be read: \(String(cString: strerror(failure)))") }
        return bytes
    }

    func isNoDICOM() throws -> Bool {
        let first = try bytes(ByteRange(offset: 0, length: min(size, 4096)))
        return first.isEmpty || ImportTally.isNoDICOM(first)
    }
}
