import DICOM

/// Chest and upper abdomen, and the same half a year later: a nodule in the right upper lobe has grown.
enum ComputedTomography {
    static func first(scale: Int) -> DemoStudy {
        study(
            "CT/1", "CT of chest and abdomen", noduleRadius: 4.5, scale: scale,
            DemoSeries(
                patient: .french, study: "CT/1", studyDescription: "CT chest and upper abdomen with contrast", accessionNumber: "DEMO-A102",
                date: "20250310", time: "101500", modality: "CT", number: 2, description: "Axial 2.5 mm", bodyPart: "CHEST", sopClass: "1.2.840.10008.5.1.4.1.1.2"))
    }

    static func followUp(scale: Int) -> DemoStudy {
        study(
            "CT/2", "CT of chest and abdomen, half a year later", noduleRadius: 8, scale: scale,
            DemoSeries(
                patient: .french, study: "CT/2", studyDescription: "CT chest and upper abdomen with contrast, follow-up", accessionNumber: "DEMO-A107",
                date: "20250915", time: "093000", modality: "CT", number: 2, description: "Axial 2.5 mm", bodyPart: "CHEST", sopClass: "1.2.840.10008.5.1.4.1.1.2"))
    }

    /// Field of view in mm, slices from the lowest to the highest.
    private static let diameter: Float = 410
    private static let lowest: Float = -128
    private static let slices = 120
    private static let step: Float = 2.5

    private static func study(_ name: String, _ title: String, noduleRadius: Float, scale: Int, _ series: DemoSeries) -> DemoStudy {
        let phantom = TorsoPhantom(noduleRadius: noduleRadius, detail: scale)
        let count = slices / scale
        return DemoStudy(title: title, instances: (0..<count).map { index in
            // From the head downwards, as scanned.
            let z = lowest + step * Float((count - 1 - index) * scale)
            return DemoInstance { image(phantom, series, instance: index + 1, z: z, scale: scale) }
        })
    }

    private static func image(_ phantom: TorsoPhantom, _ series: DemoSeries, instance: Int, z: Float, scale: Int) -> DataSet {
        let size = 512 / scale, spacing = diameter / Float(size), start = -diameter / 2 + spacing / 2
        let plane = ScanPlane(position: Point(start, start - 5, z), right: Point(1, 0, 0), down: Point(0, 1, 0), spacing: spacing)
        let pixels = scanned(phantom, plane, size: size, seed: UInt64(instance) &+ (series.study == "CT/1" ? 1000 : 2000))
        let thickness = Double(step) * Double(scale)
        return DataSet(
            series.elements(instance: instance)
                + ImageModules.plane(plane, thickness: thickness, location: Double(z), frameOfReference: series.study + "/frame")
                + ImageModules.grey(pixels, rows: size, columns: size, bitsStored: 12)
                + ImageModules.windows([(50, 400, "SOFT TISSUE"), (-600, 1500, "LUNG"), (400, 1800, "BONE")])
                + [
                    DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL"),
                    DataElement(.rescaleSlope, .DS, decimals: [1]), DataElement(.rescaleIntercept, .DS, decimals: [-1024]), DataElement(.rescaleType, .LO, "HU"),
                    DataElement(.kvp, .DS, decimals: [120]), DataElement(.xRayTubeCurrent, .IS, integers: [220]), DataElement(.exposureTime, .IS, integers: [500]),
                    DataElement(.convolutionKernel, .SH, "STANDARD"), DataElement(.reconstructionDiameter, .DS, decimals: [Double(diameter)]),
                    DataElement(.gantryDetectorTilt, .DS, decimals: [0]), DataElement(.contrastBolusAgent, .LO, "Generated"),
                ])
    }

    /// Stored values: HU + 1024.
    private static func scanned(_ phantom: TorsoPhantom, _ plane: ScanPlane, size: Int, seed: UInt64) -> [UInt16] {
        var section = Section(
            width: size, height: size, x0: plane.position.x, y0: plane.position.y, dx: plane.spacing, dy: plane.spacing, z: plane.position.z, background: -1000)
        paintTable(&section)
        phantom.paint(&section)
        let sharp = section.values
        let soft = Smoothing.blurred(sharp, width: size, height: size, radius: 1)
        // Where more has to be shone through there is more noise: most in the middle of the body.
        let dense = Smoothing.blurred(sharp.map { $0 > -400 ? 1 : 0 }, width: size, height: size, radius: size / 14, passes: 2)
        let grain = Smoothing.grain(width: size, height: size, seed: seed)
        let middle = Float(size - 1) / 2, radius2 = (Float(size) / 2) * (Float(size) / 2)
        return [UInt16](unsafeUninitializedCapacity: size * size) { target, made in
            for row in 0..<size {
                for column in 0..<size {
                    let index = row &* size &+ column
                    let dx = Float(column) - middle, dy = Float(row) - middle
                    guard dx * dx + dy * dy < radius2 else { target[index] = 0; continue }
                    let noise = grain[index] * (4 + 10 * dense[index])
                    let value = mix(sharp[index], soft[index], 0.62) + noise + 1024
                    target[index] = UInt16(clamp(value.rounded(), 0, 4095))
                }
            }
            made = size * size
        }
    }

    /// The couch: a shallow trough of two thin shells around foam, and a mat on it.
    private static func paintTable(_ section: inout Section) {
        let box = Section.Box(0, 130, 205, 60)
        @inline(__always) func shell(_ x: Float, _ y: Float) -> Float { y - 118 + x * x * 0.0006 }
        section.paint(box, -890) { x, y in max(abs(shell(x, y) - 10) - 9, abs(x) - 196) }
        section.paint(box, -940) { x, y in max(abs(shell(x, y) + 3) - 3.5, abs(x) - 150) }
        section.paint(box, -250) { x, y in max(abs(abs(shell(x, y) - 10) - 9) - 1.1, abs(x) - 197) }
    }
}
