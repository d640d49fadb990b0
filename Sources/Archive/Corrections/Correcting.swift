import DICOM

/// A corrector at work on one object that is coming in.
struct Correcting: Sendable {
    private let corrector: Corrector
    private let sender: String
    private var early: (corrected: Corrected, elements: Int)?

    init(_ corrector: Corrector, source: Source) {
        self.corrector = corrector
        sender = source.aeTitle ?? source.user ?? ""
    }

    /// As soon as all before the pixel data has come: what is refused need not be kept any longer.
    mutating func look(at reader: DataSetReader) throws(ArchiveError) {
        guard early == nil, let header = reader.header else { return }
        early = (try corrected(header), header.elements.count)
    }

    /// Of the whole data set. Behind the pixel data there is mostly nothing to be looked at again.
    func finish(_ reader: DataSetReader) throws(ArchiveError) -> Corrected {
        if let early, reader.dataSet.elements.count <= early.elements + 1 { return early.corrected }
        return try corrected(reader.dataSet)
    }

    private func corrected(_ dataSet: DataSet) throws(ArchiveError) -> Corrected {
        Corrected(correction: try corrector.correct(dataSet), system: corrector.system, sender: sender)
    }
}
