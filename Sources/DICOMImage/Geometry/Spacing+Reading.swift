import DICOM

extension Spacing {
    public init(_ dataSet: DataSet, frameIndex: Int) {
        self.init(dataSet, groups: FunctionalGroups(dataSet, frameIndex: frameIndex))
    }

    init(_ dataSet: DataSet, groups: FunctionalGroups) {
        var given = Given()
        if let measures = groups[.pixelMeasuresSequence], let pair = given.pair(.pixelSpacing, in: measures) {
            self.init(pair, .patient, warnings: given.warnings)
        } else if let calibration = groups[.projectionPixelCalibrationSequence], let pair = given.pair(.objectPixelSpacingInCenterOfBeam, in: calibration) {
            self.init(pair, .calibrated(.beamCentre, description: nil), warnings: given.warnings)
        } else if let properties = groups[.framePixelDataPropertiesSequence], let pair = given.pair(.imagerPixelSpacing, in: properties) {
            self.init(pair, .detector, warnings: given.warnings)
        } else {
            self.init(classic: dataSet, given)
        }
    }

    /// The table of PS3.3 §10.7.1 and §C.8.11, from what is surest to what is least.
    private init(classic dataSet: DataSet, _ earlier: Given) {
        var given = earlier
        let pixel = given.pair(.pixelSpacing, in: dataSet), imager = given.pair(.imagerPixelSpacing, in: dataSet)
        let film = given.pair(.nominalScannedPixelSpacing, in: dataSet), magnification = given.magnification(in: dataSet)
        let regions = dataSet.items(.sequenceOfUltrasoundRegions).compactMap(UltrasoundRegion.init)
        let type = dataSet.string(.pixelSpacingCalibrationType).flatMap(Calibration.init)
        let object = magnification.flatMap { magnification in imager.flatMap { $0 / magnification } }

        let (pair, source): (Millimetres?, Source) = switch (pixel, type) {
        case (let pixel?, _) where Self.isPatientPlane(dataSet):
            (pixel, .patient)
        case (let pixel?, let type?):
            (pixel, .calibrated(type, description: dataSet.string(.pixelSpacingCalibrationDescription)))
        case (let pixel?, nil) where imager.map { !pixel.isClose(to: $0, within: 1e-4) } ?? false:
            // Neither the detector's nor said to be calibrated: estimated where the magnification explains it.
            if let object, let magnification, pixel.isClose(to: object, within: 0.01) { (pixel, .estimated(magnification: magnification)) }
            else { (pixel, .unknown) }
        default:
            if let object, let magnification { (object, .estimated(magnification: magnification)) }
            else if let imager { (imager, .detector) }
            else if let film, pixel.map({ $0.isClose(to: film, within: 1e-4) }) ?? true { (film, .film) }
            else if let pixel { (pixel, .unknown) }
            else { (regions.count == 1 ? regions[0].millimetres : nil, .ultrasoundRegion) }
        }
        self.init(pair, source, regions: regions, warnings: given.warnings)
    }

    /// Modalities that image a plane of the patient; every other one does where it says how the plane lies.
    private static let tomography: Set<String> = ["CT", "MR", "PT", "NM", "OPT"]

    private static func isPatientPlane(_ dataSet: DataSet) -> Bool {
        dataSet.decimals(.imageOrientationPatient).count == 6 || tomography.contains(dataSet.string(.modality) ?? "")
    }

    /// Height of a pixel in widths of a pixel; from Pixel Aspect Ratio (vertical\horizontal, PS3.3 §C.7.6.3.1.7) where there is no
    /// spacing, 1 where nothing is known. Ratios beyond 1:100 are not believed.
    public static func aspectRatio(_ dataSet: DataSet, frameIndex: Int) -> Double {
        if let spacing = Spacing(dataSet, frameIndex: frameIndex).millimetres { return spacing.betweenRows / spacing.betweenColumns }
        let pair = dataSet.decimals(.pixelAspectRatio)
        guard pair.count == 2, pair[0] > 0, pair[1] > 0, Millimetres.believedRatio.contains(pair[0] / pair[1]) else { return 1 }
        return pair[0] / pair[1]
    }

    /// Reads values and remembers what was not believed.
    private struct Given {
        var warnings: [String] = []

        mutating func pair(_ tag: Tag, in dataSet: DataSet) -> Millimetres? {
            let texts = dataSet.strings(tag)
            guard texts.contains(where: { !$0.isEmpty }) else { return nil }
            let numbers = dataSet.decimals(tag)
            if numbers.count == 2, texts.count == 2, let pair = Millimetres(betweenRows: numbers[0], betweenColumns: numbers[1]) { return pair }
            warnings.append("\(name(of: tag)) is \(texts.joined(separator: "\\")): not two believable sizes in mm, left out")
            return nil
        }

        mutating func magnification(in dataSet: DataSet) -> Double? {
            guard let factor = dataSet.decimal(.estimatedRadiographicMagnificationFactor) else { return nil }
            // The detector lies behind the patient: an image is never smaller than its object.
            if (1...20).contains(factor) { return factor }
            warnings.append("\(name(of: .estimatedRadiographicMagnificationFactor)) is \(factor): not believed, left out")
            return nil
        }

        private func name(of tag: Tag) -> String { "\(DataElementTable.entry(for: tag).map { $0.name + " " } ?? "")\(tag)" }
    }
}
