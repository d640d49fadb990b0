// sources: Sources/DICOM
// flags: -I Sources/CZlib -lz
import Dispatch

/// Encapsulated pixel data from its first item on, behind four bytes that choose transfer syntax, number of frames and an extended offset table.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrameIndex(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size >= 4 else { return 0 }
    let input = [UInt8](UnsafeBufferPointer(start: data, count: size))
    let suffixes = ["4.50", "4.80", "4.90", "5", "4.110", "8.1", "4.102", "4.201"]
    guard let uid = UID("1.2.840.10008.1.2." + suffixes[Int(input[0] & 7)]) else { return 0 }
    let syntax = TransferSyntax(uid)
    var dataSet = DataSet([DataElement(.numberOfFrames, .IS, "\(input[1])")])
    let extended = min(Int(input[2]), size - 4)
    if extended > 0 { dataSet.set(DataElement(.extendedOffsetTable, .OV, bytes: Array(input[4..<4 + extended]))) }
    let value = Array(input[(4 + extended)...])

    var reader = DataSetReader(encoding: .explicitLittle)
    let header: [UInt8] = [0xE0, 0x7F, 0x10, 0x00, 0x4F, 0x42, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    do throws(ReadError) {
        try reader.feed(header)
        // In pieces, as a socket gives them.
        let piece = Int(input[3]) + 1
        for start in stride(from: 0, to: value.count, by: piece) { try reader.feed(Array(value[start..<min(start + piece, value.count)])) }
        try reader.finish()
        if let location = reader.pixelData {
            check(FrameTable(dataSet, location, transferSyntax: syntax), header + value)
        }
    } catch {}

    let done = DispatchSemaphore(value: 0)
    Task.detached {
        let range = ByteRange(offset: 0, length: UInt64(value.count))
        if let table = try? await FrameTable.resolved(value: range, dataSet: dataSet, transferSyntax: syntax, read: { range in
            precondition(range.offset <= UInt64(value.count) && range.length <= UInt64(value.count) - range.offset, "a read beyond the value")
            return Array(value[Int(range.offset)..<Int(range.offset + range.length)])
        }) { check(table, value) }
        done.signal()
    }
    done.wait()
    return 0
}

/// Frames lie in the bytes, one after the other.
private func check(_ table: FrameTable, _ bytes: [UInt8]) {
    var end: UInt64 = 0
    for index in 0..<min(table.count, 300) {
        guard let location = try? table.location(of: index) else { continue }
        let range = location.range
        precondition(range.offset >= end && range.length <= UInt64(bytes.count) && range.offset <= UInt64(bytes.count) - range.length, "frame \(index) lies beyond the bytes")
        end = range.offset + range.length
        _ = try? location.content(of: Array(bytes[Int(range.offset)..<Int(end)]))
    }
}
