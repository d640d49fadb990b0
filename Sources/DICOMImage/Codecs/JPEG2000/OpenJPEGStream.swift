import COpenJPEG

/// Bytes in memory as OpenJPEG reads them.
struct OpenJPEGInput {
    var bytes: UnsafeRawBufferPointer
    var offset = 0

    /// - Returns: a stream that must be destroyed before `input` goes; nil without memory.
    static func stream(_ input: UnsafeMutablePointer<OpenJPEGInput>) -> UnsafeMutablePointer<opj_stream_t?>? {
        let count = input.pointee.bytes.count
        guard let stream = opj_stream_create(min(max(count, 1), 1 << 20), OPJ_BOOL(OPJ_TRUE)) else { return nil }
        opj_stream_set_user_data(stream, input, nil)
        opj_stream_set_user_data_length(stream, OPJ_UINT64(count))
        opj_stream_set_read_function(stream) { target, wanted, context in
            guard let input = context?.assumingMemoryBound(to: OpenJPEGInput.self), let target else { return .max }
            let count = min(wanted, input.pointee.bytes.count - input.pointee.offset)
            // The library's word for the end of a stream.
            guard count > 0, let source = input.pointee.bytes.baseAddress else { return .max }
            target.copyMemory(from: source + input.pointee.offset, byteCount: count)
            input.pointee.offset += count
            return count
        }
        opj_stream_set_skip_function(stream) { distance, context in
            guard let input = context?.assumingMemoryBound(to: OpenJPEGInput.self), distance >= 0 else { return -1 }
            let count = min(Int(distance), input.pointee.bytes.count - input.pointee.offset)
            guard count > 0 else { return -1 }
            input.pointee.offset += count
            return OPJ_OFF_T(count)
        }
        opj_stream_set_seek_function(stream) { position, context in
            guard let input = context?.assumingMemoryBound(to: OpenJPEGInput.self), position >= 0, position <= input.pointee.bytes.count else {
                return OPJ_BOOL(OPJ_FALSE)
            }
            input.pointee.offset = Int(position)
            return OPJ_BOOL(OPJ_TRUE)
        }
        return stream
    }
}

/// Bytes in memory as OpenJPEG writes them.
struct OpenJPEGOutput {
    var bytes: [UInt8] = []
    var offset = 0

    /// - Returns: a stream that must be destroyed before `output` goes; nil without memory.
    static func stream(_ output: UnsafeMutablePointer<OpenJPEGOutput>) -> UnsafeMutablePointer<opj_stream_t?>? {
        guard let stream = opj_stream_create(1 << 18, OPJ_BOOL(OPJ_FALSE)) else { return nil }
        opj_stream_set_user_data(stream, output, nil)
        opj_stream_set_write_function(stream) { source, count, context in
            guard let output = context?.assumingMemoryBound(to: OpenJPEGOutput.self), let source else { return .max }
            let bytes = UnsafeRawBufferPointer(start: source, count: count)
            output.pointee.grow(to: output.pointee.offset + count)
            output.pointee.bytes.withUnsafeMutableBytes { $0.baseAddress?.advanced(by: output.pointee.offset).copyMemory(from: source, byteCount: bytes.count) }
            output.pointee.offset += count
            return count
        }
        opj_stream_set_skip_function(stream) { distance, context in
            guard let output = context?.assumingMemoryBound(to: OpenJPEGOutput.self), distance >= 0 else { return -1 }
            output.pointee.offset += Int(distance)
            output.pointee.grow(to: output.pointee.offset)
            return distance
        }
        opj_stream_set_seek_function(stream) { position, context in
            guard let output = context?.assumingMemoryBound(to: OpenJPEGOutput.self), position >= 0 else { return OPJ_BOOL(OPJ_FALSE) }
            output.pointee.offset = Int(position)
            output.pointee.grow(to: output.pointee.offset)
            return OPJ_BOOL(OPJ_TRUE)
        }
        return stream
    }

    private mutating func grow(to count: Int) {
        if bytes.count < count { bytes.append(contentsOf: repeatElement(0, count: count - bytes.count)) }
    }
}

/// The first thing OpenJPEG complains about: what follows comes of it.
struct OpenJPEGMessages {
    private(set) var first = ""

    static func listen(_ codec: UnsafeMutablePointer<opj_codec_t?>, _ messages: UnsafeMutablePointer<OpenJPEGMessages>) {
        opj_set_error_handler(
            codec,
            { text, context in
                guard let text, let messages = context?.assumingMemoryBound(to: OpenJPEGMessages.self), messages.pointee.first.isEmpty else { return }
                let words = String(cString: text)
                messages.pointee.first = String(words.prefix(200)).filter { !$0.isNewline }
            }, messages)
    }
}
