import DICOM
import DICOMImage

/// Decodes and encodes frames in processes of their own, so that a hostile frame costs a frame.
///
/// Each worker has one frame at a time. A frame that crashes its decoder, takes too long or needs too much memory fails with an
/// ``ImageError`` that says so; a new worker takes the place at once. Tasks of low priority wait behind others. Ends with its last reference.
public final class WorkerPool: FrameCoding, Sendable {
    let dispatcher: Dispatcher

    /// Starts the workers and returns at once.
    ///
    /// - Parameter report: told what a person may want to know, on a thread of the pool.
    /// - Throws: `ImageError` where the system gives no thread or descriptors.
    public init(_ configuration: Configuration = Configuration(), report: @escaping @Sendable (Event) -> Void = { _ in }) throws(ImageError) {
        do throws(SystemError) {
            dispatcher = try Dispatcher(configuration, report: report)
        } catch {
            throw ImageError(.unavailable, nil, "workers cannot be started: \(error)")
        }
    }

    deinit { dispatcher.close() }

    public var status: Status { dispatcher.status }

    /// Numbers of the processes, for those who watch over them.
    public var processes: [Int32] { dispatcher.state.withLock { $0.places.compactMap { $0.worker?.process } } }

    /// Ends all workers; frames at work and in the line fail. Returns when no process is left.
    public func shutdown() async { await dispatcher.shutdown() }

    public func decode(_ encoded: [UInt8], _ transferSyntax: TransferSyntax, _ description: PixelDescription) async throws(ImageError) -> NativeFrame {
        if transferSyntax.isCopy { return try DirectFrameCoding().decode(encoded, transferSyntax, description) }
        let job = Job(.decode, transferSyntax, description, codeLength: encoded.count)
        return try await dispatcher.perform(job) { memory, request in
            encoded.withUnsafeBytes { memory.write($0, at: request.codeOffset) } ? encoded.count : nil
        } result: { memory, request, outcome throws(ImageError) in
            try Self.frame(memory, request, outcome)
        }
    }

    /// nil where the answer is none that fits.
    static func frame(_ memory: Descriptor, _ request: WorkerRequest, _ outcome: WorkerReply.Outcome) throws(ImageError) -> NativeFrame? {
        guard case .decoded(let delivered) = outcome else { return nil }
        let description = request.description
        let described = description.interleaved(as: delivered)
        // What the samples mean must fit how many there are.
        guard delivered.samplesPerPixel == description.samplesPerPixel, let bytes = memory.bytes(at: 0, count: description.frameBytes) else { return nil }
        return try NativeFrame(description: described, bytes: bytes)
    }

    public func encode(_ frame: NativeFrame, _ transferSyntax: TransferSyntax, _ parameters: EncodingParameters) async throws(ImageError) -> EncodedFrame {
        if transferSyntax.isCopy { return try DirectFrameCoding().encode(frame, transferSyntax, parameters) }
        // No encoder makes twice of it; a page more for pictures smaller than a header.
        let job = Job(.encode, transferSyntax, frame.description, parameters, codeLength: 2 * frame.bytes.count + 65_536)
        return try await dispatcher.perform(job) { memory, request in
            frame.bytes.withUnsafeBytes { memory.write($0, at: 0) } ? request.codeLength : nil
        } result: { memory, request, outcome throws(ImageError) in
            guard case .encoded(let photometric, let length) = outcome, length <= request.codeLength, let bytes = memory.bytes(at: request.codeOffset, count: length) else { return nil }
            return EncodedFrame(bytes: bytes, photometricInterpretation: photometric)
        }
    }
}

extension TransferSyntax {
    /// Encapsulated uncompressed: nothing is decoded, so there is nothing to be afraid of.
    fileprivate var isCopy: Bool { uid.text == "1.2.840.10008.1.2.1.98" }
}

extension Descriptor {
    fileprivate func bytes(at offset: Int, count: Int) -> [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            isWhole = read(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count), at: offset)
            made = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }
}
