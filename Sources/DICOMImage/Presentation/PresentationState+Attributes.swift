import DICOM

extension PresentationState {
    /// The image's attributes as the presentation state wants them: its modality, VOI and presentation tables, shutters and overlays
    /// instead of the image's own. What it does not name is not there: the step is then left out (PS3.4 §N.2).
    ///
    /// - Parameter description: of the image's samples, which say what a picture without values of interest shows.
    func replacing(in image: DataSet, _ description: PixelDescription, frameIndex: Int) throws(ImageError) -> DataSet {
        let instance = image.string(.sopInstanceUID) ?? ""
        var result = image
        for element in image.elements where Self.isReplaced(element.tag, kind) { result[element.tag] = nil }
        Self.settleFunctionalGroups(of: &result, frameIndex: frameIndex, kind)
        for element in dataSet.elements where Self.shutter.contains(element.tag) { result.set(element) }
        setOverlays(of: image, in: &result)
        guard kind != .color else {
            if let profile = dataSet[.iccProfile] { result.set(profile) }
            return result
        }
        guard description.photometricInterpretation.isGrey else {
            throw ImageError(.invalid, .photometricInterpretation, "a presentation state for greys, and an image in colours")
        }
        // The presentation state says what is white: IDENTITY shows high values white in MONOCHROME1 too.
        result.set(DataElement(.photometricInterpretation, .CS, "MONOCHROME2"))
        for tag in Self.modality + Self.presentation { if let element = dataSet[tag] { result.set(element) } }
        if let item = item(.softcopyVOILUTSequence, instance, frameIndex) {
            for tag in Self.voi { if let element = item[tag] { result.set(element) } }
        } else if let window = try Self.everything(result, description) {
            result.set(DataElement(.windowCenter, .DS, decimals: [window.center]))
            result.set(DataElement(.windowWidth, .DS, decimals: [window.width]))
        }
        return result
    }

    private static let modality: [Tag] = [.modalityLUTSequence, .rescaleIntercept, .rescaleSlope, .rescaleType]
    private static let voi: [Tag] = [.voilutSequence, .windowCenter, .windowWidth, .windowCenterWidthExplanation, .voilutFunction]
    private static let presentation: [Tag] = [.presentationLUTSequence, .presentationLUTShape]
    private static let shutter: ClosedRange<Tag> = .shutterShape ... .shutterPresentationColorCIELabValue
    private static let overlays: ClosedRange<UInt16> = 0x6000...0x601E
    private static let overlayActivationLayer: UInt16 = 0x1001
    private static let curves: ClosedRange<UInt16> = 0x5000...0x501E

    private static func isReplaced(_ tag: Tag, _ kind: Kind) -> Bool {
        shutter.contains(tag) || overlays.contains(tag.group)
            || kind != .color && (modality.contains(tag) || voi.contains(tag) || presentation.contains(tag))
    }

    /// The frame's functional groups, without those that the presentation state replaces, as if all frames shared them.
    private static func settleFunctionalGroups(of dataSet: inout DataSet, frameIndex: Int, _ kind: Kind) {
        let own = item(frameIndex, of: .perFrameFunctionalGroupsSequence, in: dataSet)
        guard var groups = item(0, of: .sharedFunctionalGroupsSequence, in: dataSet) ?? own else { return }
        for element in (own ?? DataSet()).elements { groups.set(element) }
        groups[.frameDisplayShutterSequence] = nil
        if kind != .color {
            groups[.pixelValueTransformationSequence] = nil
            groups[.frameVOILUTSequence] = nil
        }
        dataSet[.perFrameFunctionalGroupsSequence] = nil
        dataSet.set(DataElement(.sharedFunctionalGroupsSequence, items: [groups]))
    }

    private static func item(_ index: Int, of sequence: Tag, in dataSet: DataSet) -> DataSet? {
        guard case .items(let items)? = dataSet[sequence]?.value, items.items.indices.contains(index) else { return nil }
        return items.items[index].dataSet
    }

    /// Overlays that are activated on a layer (PS3.3 §C.11.7): the presentation state's own, else the image's of the same group;
    /// and the one that is the bitmap shutter.
    private func setOverlays(of image: DataSet, in result: inout DataSet) {
        for group in stride(from: Self.overlays.lowerBound, through: Self.overlays.upperBound, by: 2) {
            let isShutter = dataSet.integer(.shutterOverlayGroup) == Int(group)
            guard isShutter || isActivated(group) else { continue }
            let source = dataSet[Tag(group, 0x3000)] != nil ? dataSet : image
            for element in source.elements where element.tag.group == group && element.tag.element != Self.overlayActivationLayer {
                result.set(element)
            }
        }
    }

    private func isActivated(_ group: UInt16) -> Bool { dataSet.string(Tag(group, Self.overlayActivationLayer)) != nil }

    /// Curves of the image that are activated, which are not drawn; retired since 2004.
    var curveRemarks: [String] {
        stride(from: Self.curves.lowerBound, through: Self.curves.upperBound, by: 2).filter(isActivated)
            .map { "not drawn: the curve of group \(Tag($0, 0).description.dropFirst().prefix(4))" }
    }

    /// Overlays are drawn black on bright ground and white on dark, whatever ink their layer recommends.
    var overlayRemarks: [String] {
        stride(from: Self.overlays.lowerBound, through: Self.overlays.upperBound, by: 2).compactMap { group in
            let name = dataSet.string(Tag(group, Self.overlayActivationLayer))
            guard let layer = layers.first(where: { $0.name == name }), layer.ink != .white else { return nil }
            return "overlay \(Tag(group, 0).description.dropFirst().prefix(4))H is not drawn in the ink of its layer \(layer.name)"
        }
    }

    /// All that the modality's values can be, where no values of interest are named.
    private static func everything(_ dataSet: DataSet, _ description: PixelDescription) throws(ImageError) -> Window? {
        guard let stored = description.storedRange else { return nil }
        let low: Double, high: Double
        if let item = dataSet.items(.modalityLUTSequence).first {
            let bits = item.integers(.lutDescriptor).last ?? 16
            (low, high) = (0, Double(1 << min(max(bits, 8), 16)) - 1)
        } else {
            let transform = try ModalityTransform(from: dataSet, isSigned: description.isSigned)
            let ends = (transform(Double(stored.lowerBound)), transform(Double(stored.upperBound)))
            (low, high) = (min(ends.0, ends.1), max(ends.0, ends.1))
        }
        return Window(center: (low + high) / 2 + 0.5, width: max(high - low + 1, 1))
    }
}
