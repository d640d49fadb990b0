import Glibc

/// An open file descriptor, closed when nobody holds it any more.
final class Descriptor: Sendable {
    let number: Int32

    /// - Parameter number: as a system call returned it.
    /// - Throws: `SystemError` where that is a failure.
    init(_ number: Int32, _ call: String) throws(SystemError) {
        guard number >= 0 else { throw SystemError(call) }
        self.number = number
    }

    deinit { close(number) }

    /// The same file under a number out of the way of those that a child is given.
    func outOfTheWay() throws(SystemError) -> Descriptor {
        try Descriptor(fcntl(number, F_DUPFD_CLOEXEC, 16), "fcntl")
    }

    /// - Returns: false where not all of it could be written.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = pwrite(number, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// - Returns: false where the file ends before the buffer.
    func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = pread(number, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}

/// A call that the kernel refused, in its words.
struct SystemError: Error, CustomStringConvertible {
    let call: String
    let number: Int32

    init(_ call: String, _ number: Int32 = errno) {
        self.call = call
        self.number = number
    }

    var description: String { "\(call): \(String(cString: strerror(number)))" }
}
