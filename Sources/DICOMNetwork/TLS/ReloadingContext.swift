import NIOSSL
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A TLS context made from files, and made anew when one of them has changed.
final class ReloadingContext: Sendable {
    /// What tells one state of a file from another.
    private struct Stamp: Equatable {
        var device: UInt64, inode: UInt64, size: Int64, seconds: Int, nanoseconds: Int

        /// nil where it cannot be seen.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            #if os(Linux)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            #else
            seconds = status.st_mtimespec.tv_sec
            nanoseconds = status.st_mtimespec.tv_nsec
            #endif
        }
    }

    private let files: [String]
    private let make: @Sendable () throws(NetworkError) -> NIOSSLContext
    private let onProblem: @Sendable (String) -> Void
    private let state: Mutex<(context: NIOSSLContext, stamps: [Stamp?])>

    init(
        files: [String], onProblem: @escaping @Sendable (String) -> Void, _ make: @escaping @Sendable () throws(NetworkError) -> NIOSSLContext
    ) throws(NetworkError) {
        self.files = files
        self.make = make
        self.onProblem = onProblem
        // Looked at first: a change while they are read is seen the next time.
        let stamps = files.map { Stamp($0) }
        state = Mutex((try make(), stamps))
    }

    /// One look at each file; where one has changed, milliseconds of reading.
    var current: NIOSSLContext {
        let stamps = files.map { Stamp($0) }
        var problem: String?
        let context = state.withLock { state in
            guard stamps != state.stamps else { return state.context }
            state.stamps = stamps
            switch Result(catching: make) {
            case .success(let context): state.context = context
            // Certificate and key are seldom replaced in one moment: the second change completes the renewal.
            case .failure(let error): problem = "\(error); the last good certificate stays in use"
            }
            return state.context
        }
        if let problem { onProblem(problem) }
        return context
    }
}

/// PEM files; what is wrong with one is said with its path.
enum TLSFile {
    static func certificates(_ path: String) throws(NetworkError) -> [NIOSSLCertificate] {
        try check(path)
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
            throw .tls("\(path) holds no certificate in PEM form")
        }
        return certificates
    }

    static func key(_ path: String) throws(NetworkError) -> NIOSSLPrivateKey {
        try check(path)
        // A key with a passphrase would make the library ask on the terminal: an empty one is given instead, and fails.
        guard let key = try? NIOSSLPrivateKey(file: path, format: .pem, passphraseCallback: { $0([UInt8]()) }) else {
            throw .tls("\(path) holds no private key in PEM form, or one with a passphrase")
        }
        return key
    }

    static func context(_ configuration: TLSConfiguration, _ certificate: String?, _ key: String?) throws(NetworkError) -> NIOSSLContext {
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw .tls("the key \(key ?? "") does not belong to the certificate \(certificate ?? "")")
        }
        return context
    }

    private static func check(_ path: String) throws(NetworkError) {
        if access(path, R_OK) != 0 { throw .tls("\(path) cannot be read: \(String(cString: strerror(errno)))") }
    }
}
