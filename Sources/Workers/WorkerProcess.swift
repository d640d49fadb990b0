import CPosix
import DICOM
import DICOMImage
import Glibc

/// The other end: a process that decodes and encodes what it is given, and can do little else.
///
/// Descriptor 3 is the socket to the server, 4 the shared memory.
public struct WorkerProcess: ~Copyable {
    private static let socket: Int32 = 3
    private static let memory: Int32 = 4

    private var shared = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Works until the server closes the socket, then ends the process.
    public static func run() -> Never {
        var process = WorkerProcess()
        process.confine()
        process.serve()
        exit(0)
    }

    private func confine() {
        // Only signals that nothing stops end it; what the terminal or a service manager sends is the server's business.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(Self.socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0, type == Int32(SOCK_SEQPACKET.rawValue) else {
            Self.fail("is started by the server alone")
        }
        guard cposix_die_with_parent() == 0 else { Self.fail("prctl: \(String(cString: strerror(errno)))") }
        // Where memory runs out, this process goes before the archive.
        let adjustment = open("/proc/self/oom_score_adj", O_WRONLY)
        if adjustment >= 0 {
            _ = write(adjustment, "800", 3)
            close(adjustment)
        }
        fallSilent()
        guard cposix_limit(Int32(RLIMIT_CORE.rawValue), 0, 0) == 0, cposix_limit(Int32(RLIMIT_NOFILE.rawValue), 8, 8) == 0 else {
            Self.fail("setrlimit: \(String(cString: strerror(errno)))")
        }
        // Tables that are made at first use are made while files and memory are still to be had.
        _ = FrameCodec.of(.explicitVRLittleEndian)
        // On processors without a list of calls the limits and the process border alone hold.
        guard cposix_restrict_to_computing() == 0 || errno == ENOSYS || errno == EINVAL else { Self.fail("seccomp: \(String(cString: strerror(errno)))") }
    }

    /// From now on a stranger's bytes are at work: what they make a library say, or say themselves, does not get into the server's log.
    private func fallSilent() {
        let nowhere = open("/dev/null", O_WRONLY)
        guard nowhere >= 0 else { return }
        dup2(nowhere, STDERR_FILENO)
        close(nowhere)
    }

    private static func fail(_ words: String) -> Never {
        let line = "isocenter worker: \(words)\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
        exit(64)
    }

    private mutating func serve() {
        Self.send(WorkerReply(ticket: 0, outcome: .ready))
        var packet = [UInt8](repeating: 0, count: WorkerRequest.length)
        while true {
            let count = recv(Self.socket, &packet, packet.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            do {
                let request = try WorkerRequest(count == packet.count ? packet : [])
                try prepare(request)
                Self.send(WorkerReply(ticket: request.ticket, outcome: answer(request)))
            } catch {
                // The server says nothing that is not understood: this is not the server.
                Self.fail("\(error)")
            }
        }
    }

    private static func send(_ reply: WorkerReply) {
        let bytes = reply.bytes
        while Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0 {
            guard errno == EINTR else { exit(0) }
        }
    }

    /// Maps the shared memory as it is now, and sets the limits of this frame.
    private mutating func prepare(_ request: WorkerRequest) throws(SystemError) {
        if shared.count != request.sharedLength {
            if let start = shared.baseAddress {
                munmap(start, shared.count)
                shared = UnsafeMutableRawBufferPointer(start: nil, count: 0)
                malloc_trim(0)
            }
            let limit = request.memory + UInt64(request.sharedLength)
            guard cposix_limit(Int32(RLIMIT_AS.rawValue), limit, ~0) == 0 else { throw SystemError("setrlimit") }
            guard let start = mmap(nil, request.sharedLength, PROT_READ | PROT_WRITE, MAP_SHARED, Self.memory, 0), start != MAP_FAILED else { throw SystemError("mmap") }
            shared = UnsafeMutableRawBufferPointer(start: start, count: request.sharedLength)
        }
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        let seconds = UInt64(used.tv_sec) + 1 + UInt64(request.seconds)
        guard cposix_limit(Int32(RLIMIT_CPU.rawValue), seconds, ~0) == 0 else { throw SystemError("setrlimit") }
    }

    private func answer(_ request: WorkerRequest) -> WorkerReply.Outcome {
        let frame = UnsafeMutableRawBufferPointer(rebasing: shared[..<request.description.frameBytes])
        let code = UnsafeMutableRawBufferPointer(rebasing: shared[request.codeOffset..<request.area])
        do throws(ImageError) {
            switch request.operation {
            case .decode:
                return .decoded(try codec(request).decode(UnsafeRawBufferPointer(code), request.description, frame))
            case .video:
                let picture = try Video.frame(request.frame, of: VideoSource(UnsafeRawBufferPointer(code)), description: request.description)
                frame.copyBytes(from: picture.bytes)
                return .decoded(picture.description.photometricInterpretation)
            case .summary:
                return .summarised(try Video.summary(of: VideoSource(UnsafeRawBufferPointer(code))))
            case .encode:
                guard let encode = try codec(request).encode else {
                    throw ImageError(.unsupported, .transferSyntaxUID, "frames are not written in \(request.transferSyntax.name)")
                }
                let encoded = try encode(UnsafeRawBufferPointer(frame), request.description, request.parameters)
                guard encoded.bytes.count <= code.count else { throw ImageError(.encoding, .pixelData, "the code stream is more than twice as long as the frame") }
                code.copyBytes(from: encoded.bytes)
                return .encoded(encoded.photometricInterpretation, length: encoded.bytes.count)
            }
        } catch {
            return .failed(error)
        }
    }

    private func codec(_ request: WorkerRequest) throws(ImageError) -> FrameCodec {
        #if DEBUG
            if let fault = Fault(request.transferSyntax) { return fault.codec(ticket: request.ticket) }
        #endif
        guard let codec = FrameCodec.of(request.transferSyntax) else {
            throw ImageError(.unsupported, .transferSyntaxUID, "frames in \(request.transferSyntax.name) are not understood")
        }
        return codec
    }
}
