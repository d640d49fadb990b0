import DICOM

/// How somebody wants images to be seen: a softcopy presentation state (PS3.3 §A.33) as a value.
///
/// It replaces what the images say of their own display; it adds nothing to it (PS3.4 §N.2).
public struct PresentationState: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case grayscale
        case color
        /// Grey values shown in the colours of the presentation state's palette.
        case pseudoColor
    }

    public let kind: Kind
    public let label: String?
    /// Every image it may be applied to.
    public let references: ImageReferences
    public let transformation: SpatialTransformation
    public let layers: [GraphicLayer]
    /// What cannot be applied whatever the image, in words.
    public let remarks: [String]
    /// All its attributes: the parts that depend on the frame are looked up for it.
    let dataSet: DataSet

    /// SOP Class UID | what it is | for those that cannot be applied: what it asks for.
    private static let classes: [(uid: String, kind: Kind?, name: String)] = [
        ("1.2.840.10008.5.1.4.1.1.11.1", .grayscale, "Grayscale Softcopy"),
        ("1.2.840.10008.5.1.4.1.1.11.2", .color, "Color Softcopy"),
        ("1.2.840.10008.5.1.4.1.1.11.3", .pseudoColor, "Pseudo-Color Softcopy"),
        ("1.2.840.10008.5.1.4.1.1.11.4", nil, "Blending Softcopy: two series over each other"),
        ("1.2.840.10008.5.1.4.1.1.11.5", .grayscale, "XA/XRF Grayscale Softcopy"),
        ("1.2.840.10008.5.1.4.1.1.11.6", nil, "Grayscale Planar MPR Volumetric: a reconstruction"),
        ("1.2.840.10008.5.1.4.1.1.11.7", nil, "Compositing Planar MPR Volumetric: a reconstruction"),
        ("1.2.840.10008.5.1.4.1.1.11.8", nil, "Advanced Blending: several series over each other"),
        ("1.2.840.10008.5.1.4.1.1.11.9", nil, "Volume Rendering Volumetric: a reconstruction"),
        ("1.2.840.10008.5.1.4.1.1.11.10", nil, "Segmented Volume Rendering Volumetric: a reconstruction"),
        ("1.2.840.10008.5.1.4.1.1.11.11", nil, "Multiple Volume Rendering Volumetric: a reconstruction"),
        ("1.2.840.10008.5.1.4.1.1.11.12", nil, "Variable Modality LUT Softcopy: a modality LUT for each frame"),
    ]

    /// - Throws: `unsupported` for a presentation state of a kind that cannot be applied, `invalid` where a part would be shown wrongly.
    public init(_ dataSet: DataSet) throws(ImageError) {
        let uid = dataSet.string(.sopClassUID) ?? ""
        guard let row = Self.classes.first(where: { $0.uid == uid }) else {
            throw ImageError(.invalid, .sopClassUID, "\(uid) is no presentation state")
        }
        guard let kind = row.kind else { throw ImageError(.unsupported, .sopClassUID, "\(row.name), is not applied") }
        self.kind = kind
        self.dataSet = dataSet
        label = dataSet.string(.contentLabel)
        references = ImageReferences(dataSet.items(.referencedSeriesSequence).flatMap { $0.items(.referencedImageSequence) })
        transformation = try SpatialTransformation(dataSet)
        layers = dataSet.items(.graphicLayerSequence).compactMap(GraphicLayer.init).sorted { $0.order < $1.order }
        remarks = Self.unsupported.compactMap { dataSet.items($0.tag).isEmpty ? nil : "not applied: \($0.words)" }
    }

    private static let unsupported: [(tag: Tag, words: String)] = [
        (.maskSubtractionSequence, "mask subtraction: the frames are shown as they were taken"),
        (Tag(0x0070, 0x0234), "graphic groups: every group is shown"),
    ]

    /// - Throws: `invalid` where the presentation state does not speak of the image: it was made for another one.
    func check(_ image: DataSet, frameIndex: Int) throws(ImageError) {
        let instance = image.string(.sopInstanceUID) ?? ""
        guard references.contains(instance: instance, frameIndex: frameIndex) else {
            throw ImageError(.invalid, .referencedSOPInstanceUID, "the presentation state is not meant for frame \(frameIndex + 1) of \(instance)")
        }
    }

    /// The area of one frame; nil for all of it.
    func displayedArea(instance: String, frameIndex: Int) throws(ImageError) -> DisplayedArea? {
        guard let item = item(.displayedAreaSelectionSequence, instance, frameIndex) else { return nil }
        return try DisplayedArea(item)
    }

    func annotations(instance: String, frameIndex: Int) -> [GraphicAnnotation] {
        dataSet.items(.graphicAnnotationSequence).filter { $0.concerns(instance: instance, frameIndex: frameIndex) }.map(GraphicAnnotation.init)
    }

    /// The first item of a sequence that concerns a frame.
    func item(_ sequence: Tag, _ instance: String, _ frameIndex: Int) -> DataSet? {
        dataSet.items(sequence).first { $0.concerns(instance: instance, frameIndex: frameIndex) }
    }
}
