import DICOM
import DICOMImage

/// Small images and presentation states for them.
enum State {
    static let instance = "1.2.3.4"

    /// A picture of `columns` × `rows` greys of 8 bits, shown as they are.
    static func image(rows: Int, columns: Int, _ changes: DataElement...) -> DataSet {
        var dataSet = Image.header(
            rows: rows, columns: columns, Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7),
            DataElement(.sopInstanceUID, .UI, instance))
        for change in changes { dataSet.set(change) }
        return dataSet
    }

    static func header(_ changes: DataElement...) -> DataSet {
        let reference = DataSet([DataElement(.referencedSOPInstanceUID, .UI, instance)])
        var dataSet = DataSet([
            DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.11.1"),
            DataElement(.referencedSeriesSequence, items: [DataSet([DataElement(.referencedImageSequence, items: [reference])])]),
            Image.cs(.presentationLUTShape, "IDENTITY"),
        ])
        for change in changes { dataSet.set(change) }
        return dataSet
    }

    /// The whole picture, shown with a presentation state.
    static func render(
        _ image: DataSet, _ samples: [UInt8], _ state: DataSet, _ options: RenderOptions = RenderOptions(format: .png), frameIndex: Int = 0
    ) throws -> Rendering {
        var options = options
        options.presentation = try PresentationState(state)
        let frame = try Frame(native: samples, description: PixelDescription(image), byteOrder: .littleEndian, index: 0)
        return try Render.rendering(of: frame, dataSet: image, frameIndex: frameIndex, options: options)
    }

    static func levels(_ picture: Picture) -> [UInt8] {
        if case .eight(let levels) = picture.levels { levels } else { [] }
    }

    static func fl(_ tag: Tag, _ numbers: Double...) -> DataElement { DataElement(tag, .FL, decimals: numbers) }

    static func area(_ first: (Int, Int), _ last: (Int, Int), mode: String = "SCALE TO FIT", _ changes: DataElement...) -> DataElement {
        var item = DataSet([
            DataElement(Tag(0x0070, 0x0052), .SL, integers: [first.0, first.1]), DataElement(Tag(0x0070, 0x0053), .SL, integers: [last.0, last.1]),
            Image.cs(Tag(0x0070, 0x0100), mode),
        ])
        for change in changes { item.set(change) }
        return DataElement(Tag(0x0070, 0x005A), items: [item])
    }

    static func turn(_ angle: Int, flips: Bool) -> [DataElement] {
        [Image.us(Tag(0x0070, 0x0042), angle), Image.cs(Tag(0x0070, 0x0041), flips ? "Y" : "N")]
    }

    static func annotation(layer: String = "L", graphics: [DataSet] = [], texts: [DataSet] = [], _ changes: DataElement...) -> DataSet {
        var item = DataSet([Image.cs(Tag(0x0070, 0x0002), layer)])
        if !graphics.isEmpty { item.set(DataElement(Tag(0x0070, 0x0009), items: graphics)) }
        if !texts.isEmpty { item.set(DataElement(Tag(0x0070, 0x0008), items: texts)) }
        for change in changes { item.set(change) }
        return item
    }

    static func graphic(_ type: String, _ data: [Double], units: String = "PIXEL", filled: Bool = false, _ changes: DataElement...) -> DataSet {
        var item = DataSet([
            Image.cs(Tag(0x0070, 0x0005), units), Image.us(Tag(0x0070, 0x0020), 2), Image.us(Tag(0x0070, 0x0021), data.count / 2),
            DataElement(Tag(0x0070, 0x0022), .FL, decimals: data), Image.cs(Tag(0x0070, 0x0023), type),
            Image.cs(Tag(0x0070, 0x0024), filled ? "Y" : "N"),
        ])
        for change in changes { item.set(change) }
        return item
    }

    static func text(_ text: String, anchor: (Double, Double)? = nil, box: (Double, Double, Double, Double)? = nil, units: String = "PIXEL") -> DataSet {
        var item = DataSet([DataElement(Tag(0x0070, 0x0006), .ST, text)])
        if let anchor {
            item.set(Image.cs(Tag(0x0070, 0x0004), units))
            item.set(fl(Tag(0x0070, 0x0014), anchor.0, anchor.1))
            item.set(Image.cs(Tag(0x0070, 0x0015), "Y"))
        }
        if let box {
            item.set(Image.cs(Tag(0x0070, 0x0003), units))
            item.set(fl(Tag(0x0070, 0x0010), box.0, box.1))
            item.set(fl(Tag(0x0070, 0x0011), box.2, box.3))
        }
        return item
    }

    static func annotations(_ items: DataSet...) -> DataElement { DataElement(Tag(0x0070, 0x0001), items: items) }

    static func layers(_ layers: (name: String, order: Int, grey: Int)...) -> DataElement {
        DataElement(Tag(0x0070, 0x0060), items: layers.map { layer in
            DataSet([
                Image.cs(Tag(0x0070, 0x0002), layer.name), DataElement(Tag(0x0070, 0x0062), .IS, integers: [layer.order]),
                Image.us(Tag(0x0070, 0x0066), layer.grey),
            ])
        })
    }
}
