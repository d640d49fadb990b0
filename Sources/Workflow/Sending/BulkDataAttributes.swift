import DICOM

extension DataSet {
    /// Without the attributes that PS3.4 §Z.1.3 names as bulk data; a data set that keeps what else there is.
    var withoutBulkData: DataSet {
        DataSet(elements.filter { !$0.tag.isBulkData }.map { element in
            guard element.tag == .waveformSequence, case .items(let items) = element.value else { return element }
            let waveforms = items.items.map { DataSet($0.dataSet.elements.filter { $0.tag != .waveformData }) }
            return DataElement(tag: element.tag, vr: element.vr, value: .items(Items(waveforms)))
        })
    }
}

extension Tag {
    fileprivate static let waveformSequence = Tag(0x5400, 0x0100)
    fileprivate static let waveformData = Tag(0x5400, 0x1010)

    /// Pixel data of every kind, its provider's URL, spectroscopy, overlays, curves and audio of the repeating groups.
    fileprivate var isBulkData: Bool {
        switch (group, element) {
        case (0x7FE0, 0x0008), (0x7FE0, 0x0009), (0x7FE0, 0x0010), (0x7FE0, 0x0001), (0x7FE0, 0x0002), (0x0028, 0x7FE0), (0x5600, 0x0020): true
        case (0x6000...0x60FF, 0x3000), (0x5000...0x50FF, 0x3000), (0x5000...0x50FF, 0x200C): group % 2 == 0
        default: false
        }
    }
}
