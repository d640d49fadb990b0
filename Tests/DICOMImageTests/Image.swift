import DICOM

/// Swift Testing has a Tag of its own.
typealias Tag = DICOM.Tag

/// Small data sets to try things on.
enum Image {
    /// A grey image of 16 bits, then changed by the elements given.
    static func header(rows: Int = 2, columns: Int = 2, _ changes: DataElement...) -> DataSet {
        var dataSet = DataSet([
            DataElement(.samplesPerPixel, .US, integers: [1]),
            DataElement(.photometricInterpretation, .CS, "MONOCHROME2"),
            DataElement(.rows, .US, integers: [rows]),
            DataElement(.columns, .US, integers: [columns]),
            DataElement(.bitsAllocated, .US, integers: [16]),
            DataElement(.bitsStored, .US, integers: [16]),
            DataElement(.highBit, .US, integers: [15]),
            DataElement(.pixelRepresentation, .US, integers: [0]),
        ])
        for change in changes { dataSet.set(change) }
        return dataSet
    }

    static func us(_ tag: Tag, _ numbers: Int...) -> DataElement { DataElement(tag, .US, integers: numbers) }
    static func ss(_ tag: Tag, _ numbers: Int...) -> DataElement { DataElement(tag, .SS, integers: numbers) }
    static func ds(_ tag: Tag, _ numbers: Double...) -> DataElement { DataElement(tag, .DS, decimals: numbers) }
    static func cs(_ tag: Tag, _ text: String) -> DataElement { DataElement(tag, .CS, text) }

    static func words(_ numbers: [Int]) -> [UInt8] {
        numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }
}
