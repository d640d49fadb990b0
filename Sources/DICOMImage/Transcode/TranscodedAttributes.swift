import DICOM

/// How an instance changes when its pixel data is written in another transfer syntax.
public struct TranscodedPixels: Sendable {
    /// Something was lost on the way (PS3.3 §C.7.6.1.1.5): the result is another image, derived from the first.
    public struct Loss: Sendable {
        /// Defined term of Lossy Image Compression Method.
        public var method: String
        /// Bytes before by bytes after.
        public var ratio: Double
        public var newSOPInstanceUID: UID
        /// In words, for Derivation Description.
        public var description: String

        public init(method: String, ratio: Double, newSOPInstanceUID: UID, description: String) {
            self.method = method
            self.ratio = ratio
            self.newSOPInstanceUID = newSOPInstanceUID
            self.description = description
        }
    }

    public var from: TransferSyntax
    public var to: TransferSyntax
    /// As the new pixel data is to be labelled.
    public var photometricInterpretation: PhotometricInterpretation
    /// Of the new pixel data.
    public var description: PixelDescription
    public var loss: Loss?
    /// Bytes uncompressed by bytes as the source is compressed; nil where it is not.
    public var sourceRatio: Double?
    /// Bits that lay above the samples and are Overlay Data now, by group.
    public var overlays: [UInt16: [UInt8]] = [:]

    public init(
        from: TransferSyntax, to: TransferSyntax, photometricInterpretation: PhotometricInterpretation, description: PixelDescription, loss: Loss? = nil,
        sourceRatio: Double? = nil
    ) {
        self.from = from
        self.to = to
        self.photometricInterpretation = photometricInterpretation
        self.description = description
        self.loss = loss
        self.sourceRatio = sourceRatio
    }
}

/// The attributes that must follow the pixel data.
public enum TranscodedAttributes {
    /// - Parameter dataSet: of the source, without its pixel data.
    public static func applied(_ pixels: TranscodedPixels, to dataSet: DataSet) -> DataSet {
        rules.reduce(into: dataSet) { $1.apply(pixels, &$0) }
    }

    private struct Rule: Sendable {
        let source: String
        let apply: @Sendable (TranscodedPixels, inout DataSet) -> Void

        init(_ source: String, _ apply: @escaping @Sendable (TranscodedPixels, inout DataSet) -> Void) {
            self.source = source
            self.apply = apply
        }
    }

    private static let rules: [Rule] = [
        Rule("PS3.3 §C.7.6.3.1.2: what the samples mean now") { pixels, dataSet in
            dataSet.set(DataElement(.photometricInterpretation, .CS, pixels.photometricInterpretation.rawValue))
        },
        Rule("PS3.3 §C.7.6.3.1.3: a pixel's samples are side by side") { pixels, dataSet in
            if pixels.description.samplesPerPixel > 1 {
                dataSet.set(DataElement(.planarConfiguration, .US, integers: [0]))
            } else {
                dataSet[.planarConfiguration] = nil
            }
        },
        Rule("PS3.5 §8.1.1: where the samples lie in their words") { pixels, dataSet in
            dataSet.set(DataElement(.highBit, .US, integers: [pixels.description.highBit]))
        },
        Rule("PS3.3 §C.7.6.3.1.8: tables of the fragments that were") { _, dataSet in
            for tag in [Tag(0x7FE0, 0), .extendedOffsetTable, .extendedOffsetTableLengths] { dataSet[tag] = nil }
        },
        Rule("PS3.3 §C.9.2: overlays that lay in unused bits have data of their own") { pixels, dataSet in
            for (group, bits) in pixels.overlays {
                dataSet.set(DataElement(Tag(group, 0x3000), .OW, bytes: bits))
                dataSet.set(DataElement(Tag(group, 0x0100), .US, integers: [1]))
                dataSet.set(DataElement(Tag(group, 0x0102), .US, integers: [0]))
                if dataSet[Tag(group, 0x0050)] == nil { dataSet.set(DataElement(Tag(group, 0x0050), .SS, integers: [1, 1])) }
                if pixels.description.numberOfFrames > 1 {
                    dataSet.set(DataElement(Tag(group, 0x0015), .IS, "\(pixels.description.numberOfFrames)"))
                    dataSet.set(DataElement(Tag(group, 0x0051), .US, integers: [1]))
                }
            }
        },
        Rule("PS3.3 §C.7.6.1.1.5: once lost stays said, also by who forgot to say it") { pixels, dataSet in
            guard let method = Compression.of(pixels.from)?.certainMethod, dataSet.string(.lossyImageCompression) != "01" else { return }
            dataSet.set(DataElement(.lossyImageCompression, .CS, "01"))
            appendLoss(method, pixels.sourceRatio, to: &dataSet)
        },
        Rule("PS3.3 §C.7.6.1.1.5, §C.12.4, §C.7.6.1.1.2, §C.12.1.1.1: an image that lost something is another image") { pixels, dataSet in
            guard let loss = pixels.loss else { return }
            derive(loss, from: pixels.from, &dataSet)
        },
    ]

    // MARK: Loss

    /// One value more for each time: those that are there stay.
    private static func appendLoss(_ method: String, _ ratio: Double?, to dataSet: inout DataSet) {
        let methods = dataSet.strings(.lossyImageCompressionMethod).filter { !$0.isEmpty } + [method]
        dataSet.set(DataElement(.lossyImageCompressionMethod, .CS, strings: methods))
        guard let ratio else { return }
        let before = dataSet.strings(.lossyImageCompressionRatio).filter { !$0.isEmpty }
        dataSet.set(DataElement(.lossyImageCompressionRatio, .DS, strings: before + [rounded(ratio)]))
    }

    /// To a hundredth.
    private static func rounded(_ ratio: Double) -> String {
        let hundredths = ratio.isFinite ? Int(min(ratio * 100, 1e9).rounded()) : 0
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func derive(_ loss: TranscodedPixels.Loss, from: TransferSyntax, _ dataSet: inout DataSet) {
        dataSet.set(DataElement(.lossyImageCompression, .CS, "01"))
        appendLoss(loss.method, loss.ratio, to: &dataSet)

        let words = [dataSet.string(.derivationDescription), loss.description].compactMap { $0 }.joined(separator: "; ")
        dataSet.set(DataElement(.derivationDescription, .ST, String(words.suffix(1024))))
        dataSet.append(code("113040", "Lossy Compression"), to: .derivationCodeSequence)

        if let sopClass = dataSet.uid(.sopClassUID), let instance = dataSet.uid(.sopInstanceUID) {
            var source = DataSet([DataElement(.referencedSOPClassUID, uid: sopClass), DataElement(.referencedSOPInstanceUID, uid: instance)])
            // CID 7202; what was compressed before has no term there.
            if !from.isEncapsulated { source.append(code("121320", "Uncompressed predecessor"), to: .purposeOfReferenceCodeSequence) }
            dataSet.append(source, to: .sourceImageSequence)
        }
        var type = dataSet.strings(.imageType)
        if type.isEmpty { type = ["DERIVED", "PRIMARY"] } else { type[0] = "DERIVED" }
        dataSet.set(DataElement(.imageType, .CS, strings: type))
        dataSet.set(DataElement(.sopInstanceUID, uid: loss.newSOPInstanceUID))
        for groups in [Tag.sharedFunctionalGroupsSequence, .perFrameFunctionalGroupsSequence] { deriveFrames(in: groups, &dataSet) }

        // What was true of the samples before, and signatures over them.
        for tag in [.smallestImagePixelValue, .largestImagePixelValue, Tag(0x0028, 0x0108), Tag(0x0028, 0x0109), Tag(0x4FFE, 0x0001), .digitalSignaturesSequence] {
            dataSet[tag] = nil
        }
    }

    /// Frame Type says of a frame what Image Type says of the image (PS3.3 §C.8.16.1).
    private static func deriveFrames(in groups: Tag, _ dataSet: inout DataSet) {
        var items = dataSet.items(groups), isChanged = false
        for index in items.indices {
            for macro in Tag.frameTypeSequences {
                guard var item = items[index].item(0, of: macro), case var type = item.strings(.frameType), type.first == "ORIGINAL" else { continue }
                type[0] = "DERIVED"
                item.set(DataElement(.frameType, .CS, strings: type))
                items[index].set(DataElement(macro, items: [item]))
                isChanged = true
            }
        }
        if isChanged { dataSet.set(DataElement(groups, items: items)) }
    }

    private static func code(_ value: String, _ meaning: String) -> DataSet {
        DataSet([DataElement(.codeValue, .SH, value), DataElement(.codingSchemeDesignator, .SH, "DCM"), DataElement(.codeMeaning, .LO, meaning)])
    }
}

extension DataSet {
    fileprivate mutating func append(_ item: DataSet, to sequence: Tag) {
        set(DataElement(sequence, items: items(sequence) + [item]))
    }
}

extension Tag {
    static let derivationCodeSequence = Tag(0x0008, 0x9215)
    static let purposeOfReferenceCodeSequence = Tag(0x0040, 0xA170)
}
