import Archive
import DICOM
import DICOMImage
import NIOCore

/// An object to be sent: what must be known before its data set is, and the way to that data set in any syntax it can be had in.
public struct Outgoing: Sendable {
    /// For people: a file's path, or the SOP Instance UID.
    public var name: String
    public var sopClass: UID
    public var sopInstance: UID
    /// To which it belongs; "" of a file.
    public var study = ""
    /// As it is stored.
    public var transferSyntax: TransferSyntax
    /// Of the stored object, in bytes.
    public var size: UInt64?
    /// Of the data set in the syntax in which it is stored, in bytes; nil where that is not known beforehand.
    public var dataSetSize: UInt64?
    /// Whether there is pixel data, which compressed syntaxes need; nil where that is not known.
    public var isImage: Bool?
    /// How often it was begun and the association ended under it.
    var attempts = 0
    /// The data set in a syntax of ``TransferPlan/syntaxes(for:preferred:)``, without meta information.
    public var dataSet: @Sendable (TransferSyntax) -> DataSetPieces

    public init(
        name: String, sopClass: UID, sopInstance: UID, transferSyntax: TransferSyntax, size: UInt64? = nil, isImage: Bool? = nil,
        dataSet: @escaping @Sendable (TransferSyntax) -> DataSetPieces
    ) {
        self.name = name
        self.sopClass = sopClass
        self.sopInstance = sopInstance
        self.transferSyntax = transferSyntax
        self.size = size
        self.isImage = isImage
        self.dataSet = dataSet
    }
}

extension Outgoing {
    /// A stored instance: as it is shown, checked against its hash on the way, or transcoded.
    ///
    /// - Parameter coerce: what is different for whom it is sent to (``Peer/coercion(from:)``).
    public init(
        _ location: InstanceLocation, in archive: Archive, coding: any FrameCoding, coerce: (@Sendable (DataSet) -> DataSet)? = nil
    ) {
        let isUnchanged = location.correction == nil && coerce == nil
        self.init(
            name: location.sopInstance.text, sopClass: location.sopClass, sopInstance: location.sopInstance,
            transferSyntax: location.transferSyntax, size: location.size,
            isImage: location.pixelData != nil ? true : location.transferSyntax.isDeflated ? nil : false
        ) { syntax in
            guard syntax != location.transferSyntax else {
                return isUnchanged ? .stored(location, archive) : .changed(location, archive, coerce)
            }
            return .transcoded(to: syntax, coding) {
                let file = try await archive.file(of: location, changing: coerce)
                return try await StoredInstance(file: file.size) { range in try await file.read(range) }
            }
        }
        study = location.study.text
        if isUnchanged, location.dataSetOffset <= location.size { dataSetSize = location.size - location.dataSetOffset }
    }

    /// A stored instance without its bulk data (PS3.4 §Z.1.3): attributes alone, encoded anew.
    public init(withoutBulkData location: InstanceLocation, in archive: Archive, coerce: (@Sendable (DataSet) -> DataSet)? = nil) {
        self.init(
            name: location.sopInstance.text, sopClass: location.sopClass, sopInstance: location.sopInstance,
            transferSyntax: .explicitVRLittleEndian, isImage: false
        ) { syntax in
            .once {
                let shown = try await archive.header(of: location)
                var dataSet = (coerce?(shown) ?? shown).withoutBulkData
                for element in dataSet.elements {
                    guard case .external(let range) = element.value else { continue }
                    let bytes = try await archive.read(location, location.inFile(range))
                    dataSet.set(DataElement(tag: element.tag, vr: element.vr, value: .bytes(bytes[...])))
                }
                return ByteBuffer(bytes: try DataSetWriter.encode(dataSet, as: syntax))
            }
        }
        study = location.study.text
    }

    /// A PS3.10 file of any size.
    ///
    /// - Parameter read: bytes of the file; a range ends at its end at the latest.
    /// - Throws: `ReadError`, what `read` throws, or `SendError` where the file does not name its object.
    public init(file name: String, size: UInt64, coding: any FrameCoding, read: @escaping StoredInstance.Read) async throws {
        // SOP Class and SOP Instance stand in group 0008.
        var reader = FileReader(length: size, options: .init(stopBefore: Tag(0x0009, 0)))
        var offset: UInt64 = 0
        while !reader.isStopped, offset < size {
            let piece = try await read(ByteRange(offset: offset, length: min(16 << 10, size - offset)))
            guard !piece.isEmpty else { break }
            try reader.feed(piece)
            offset += UInt64(piece.count)
        }
        try reader.finish()
        guard let syntax = reader.transferSyntax, let sopClass = reader.dataSet.uid(.sopClassUID), let sopInstance = reader.dataSet.uid(.sopInstanceUID)
        else { throw SendError("has no SOP Class UID or SOP Instance UID") }
        let start = reader.dataSetOffset
        self.init(name: name, sopClass: sopClass, sopInstance: sopInstance, transferSyntax: syntax, size: size) { target in
            guard target != syntax else { return .ranges(from: start, to: size, read) }
            return .transcoded(to: target, coding) { try await StoredInstance(file: size, read: read) }
        }
        if start <= size { dataSetSize = size - start }
    }
}

/// Why nothing could be sent, in words for the one who sends.
public struct SendError: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}
