/// Group 0002 of a PS3.10 file (PS3.10 §7.1).
public struct FileMetaInformation: Sendable {
    public var dataSet: DataSet

    public init(dataSet: DataSet) { self.dataSet = dataSet }

    public var transferSyntax: TransferSyntax? { dataSet.uid(.transferSyntaxUID).map { TransferSyntax($0) } }
    public var sopClassUID: UID? { dataSet.uid(.mediaStorageSOPClassUID) }
    public var sopInstanceUID: UID? { dataSet.uid(.mediaStorageSOPInstanceUID) }

    /// Ours (PS3.7 §D.3.3.2). Made once; it names the implementation, not its version.
    public static let implementationClassUID = UID(known: "2.25.338129575919662951288459370527542737058")

    /// The same for the same object whenever it is written: no version, no sender, no time.
    public init(sopClassUID: UID, sopInstanceUID: UID, transferSyntax: TransferSyntax) {
        dataSet = DataSet([
            DataElement(.fileMetaInformationVersion, .OB, bytes: [0, 1]),
            DataElement(.mediaStorageSOPClassUID, uid: sopClassUID),
            DataElement(.mediaStorageSOPInstanceUID, uid: sopInstanceUID),
            DataElement(.transferSyntaxUID, uid: transferSyntax.uid),
            DataElement(.implementationClassUID, uid: Self.implementationClassUID),
        ])
    }

    /// Preamble of zeros, prefix and meta information, as they stand before the data set (PS3.10 §7.1).
    public func encoded() throws(WriteError) -> [UInt8] {
        var meta = dataSet
        meta.set(DataElement(.fileMetaInformationGroupLength, .UL, integers: [0]))
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + (try DataSetWriter.encode(meta, as: .explicitLittle))
    }
}

extension FileMetaInformation {
    /// A whole PS3.10 file with this data set.
    public static func file(_ dataSet: DataSet, as transferSyntax: TransferSyntax) throws(WriteError) -> [UInt8] {
        guard let sopClass = dataSet.uid(.sopClassUID) else { throw WriteError(tag: .sopClassUID, message: "is missing") }
        guard let instance = dataSet.uid(.sopInstanceUID) else { throw WriteError(tag: .sopInstanceUID, message: "is missing") }
        let meta = FileMetaInformation(sopClassUID: sopClass, sopInstanceUID: instance, transferSyntax: transferSyntax)
        return try meta.encoded() + DataSetWriter.encode(dataSet, as: transferSyntax)
    }
}
