#if DEBUG
    import DICOM
    import DICOMImage
    import Glibc

    /// What a decoder under attack may do, as transfer syntaxes that only builds for tests know.
    package enum Fault: Int, CaseIterable, Sendable {
        /// No fault: the code stream is the frame. For both directions.
        case none = 1
        case segmentationFault
        case trap
        case abort
        case exit
        /// Uses the processor for ever.
        case loop
        /// Waits for ever.
        case sleep
        /// Uses all the memory there is.
        case memory
        case garbage
        case otherTicket
        case otherOutcome
        case otherPhotometric
        /// Encoding only.
        case longCode
        case longPacket
        case closedSocket
        case readyAgain
        /// An error whose words hold control characters.
        case error
        /// Tries what a worker must not be able to do; answers with an error that lists what worked.
        case escape

        package var transferSyntax: TransferSyntax { Self.syntaxes[self] ?? .explicitVRLittleEndian }

        private static let syntaxes = Dictionary(uniqueKeysWithValues: allCases.compactMap { fault in UID("2.25.1000\(fault.rawValue)").map { (fault, TransferSyntax($0)) } })

        init?(_ transferSyntax: TransferSyntax) {
            guard let fault = Self.allCases.first(where: { $0.transferSyntax == transferSyntax }) else { return nil }
            self = fault
        }

        func codec(ticket: UInt64) -> FrameCodec {
            FrameCodec("fault") { encoded, description, output throws(ImageError) in
                try act(ticket, encoded, description, output)
            } encode: { samples, description, _ throws(ImageError) in
                if self == .longCode { send(WorkerReply(ticket: ticket, outcome: .encoded(.monochrome2, length: 1 << 39)).bytes) }
                return EncodedFrame(bytes: Array(samples), photometricInterpretation: description.photometricInterpretation)
            }
        }

        private func act(
            _ ticket: UInt64, _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
        ) throws(ImageError) -> PhotometricInterpretation {
            switch self {
            case .none: output.copyMemory(from: UnsafeRawBufferPointer(rebasing: encoded.prefix(output.count)))
            case .segmentationFault: UnsafeMutableRawPointer(bitPattern: 8)?.storeBytes(of: 1, as: UInt8.self)
            case .trap: _ = Array<Int>()[encoded.count]
            case .abort: Glibc.abort()
            case .exit: Glibc.exit(3)
            case .loop: while true { sched_yield() }
            case .sleep: while true { usleep(1_000_000) }
            case .memory:
                while let block = malloc(1 << 20) { memset(block, 1, 1 << 20) }
                throw ImageError(.failed, .pixelData, "no memory is left")
            case .garbage: send([UInt8](repeating: 0xAA, count: 100))
            case .otherTicket: send(WorkerReply(ticket: 1 << 60, outcome: .decoded(.monochrome2)).bytes)
            case .otherOutcome: send(WorkerReply(ticket: ticket, outcome: .encoded(.monochrome2, length: 5)).bytes)
            case .otherPhotometric: return .rgb
            case .longCode: break
            case .longPacket: send([UInt8](repeating: 0, count: 100_000))
            case .closedSocket:
                close(3)
                while true { usleep(1_000_000) }
            case .readyAgain: send(WorkerReply(ticket: 0, outcome: .ready).bytes)
            case .error: throw ImageError(.truncated, .rows, "two\nlines\u{7}")
            case .escape: throw ImageError(.unsupported, nil, escapes().joined(separator: ", "))
            }
            return description.photometricInterpretation
        }

        private func send(_ packet: [UInt8]) { _ = Glibc.send(3, packet, packet.count, 0) }

        private func escapes() -> [String] {
            var worked: [String] = []
            func attempt(_ name: String, _ result: Int) { if result >= 0 { worked.append(name) } }
            attempt("open", Int(open("/etc/passwd", O_RDONLY)))
            attempt("socket", Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)))
            attempt("kill", Int(kill(getppid(), 0)))
            attempt("mkdir", Int(mkdir("/tmp/isocenter-worker-was-here", 0o700)))
            attempt("grow", Int(ftruncate(4, 1 << 40)))
            attempt("write", write(4, "x", 1))
            attempt("process", Int(process()))
            attempt("executable memory", mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0)
            attempt("other descriptors", (5..<64).contains { fcntl($0, F_GETFD) >= 0 } ? 0 : -1)
            attempt("environment", getenv("HOME") == nil && getenv("PATH") == nil ? -1 : 0)
            return worked
        }

        private func process() -> Int32 {
            var made: pid_t = 0
            var words: [UnsafeMutablePointer<CChar>?] = [nil]
            return posix_spawn(&made, "/bin/true", nil, nil, &words, nil) == 0 ? 0 : -1
        }
    }
#endif
