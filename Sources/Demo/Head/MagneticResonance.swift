import DICOM

/// One head in three planes and three contrasts, all in one frame of reference.
enum MagneticResonance {
    private struct Scan {
        var number: Int
        var description: String
        var contrast: Tissue.Contrast
        /// Directions of rows and columns; the slices follow each other along `normal`.
        var right: Point, down: Point, normal: Point
        /// Middle of the first slice.
        var centre: Point
        var slices: Int
        var step: Float
        var sequence: [DataElement]
    }

    private static let tilt: Float = 8 * .pi / 180

    private static let scans = [
        Scan(
            number: 1, description: "T1 sagittal", contrast: .t1, right: Point(0, 1, 0), down: Point(0, 0, -1), normal: Point(-1, 0, 0),
            centre: Point(62, -8, -20), slices: 25, step: 5.2,
            sequence: timing(sequence: "SE", variant: "NONE", options: "", repetition: 550, echo: 11, train: 1)),
        Scan(
            number: 2, description: "T2 axial", contrast: .t2, right: Point(1, 0, 0), down: Point(0, cosine(tilt), sine(tilt)), normal: Point(0, -sine(tilt), cosine(tilt)),
            centre: Point(0, 8, -58), slices: 25, step: 5.5,
            sequence: timing(sequence: "SE", variant: "SK", options: "", repetition: 4800, echo: 98, train: 15)),
        Scan(
            number: 3, description: "FLAIR coronal", contrast: .flair, right: Point(1, 0, 0), down: Point(0, 0, -1), normal: Point(0, -1, 0),
            centre: Point(0, 84, -6), slices: 26, step: 6.4,
            sequence: timing(sequence: "IR", variant: "SK", options: "", repetition: 9000, echo: 110, train: 17)
                + [DataElement(.inversionTime, .DS, decimals: [2500])]),
    ]

    private static func timing(sequence: String, variant: String, options: String, repetition: Double, echo: Double, train: Int) -> [DataElement] {
        [
            DataElement(.scanningSequence, .CS, sequence), DataElement(.sequenceVariant, .CS, variant), DataElement(.scanOptions, .CS, options),
            DataElement(.mrAcquisitionType, .CS, "2D"), DataElement(.repetitionTime, .DS, decimals: [repetition]), DataElement(.echoTime, .DS, decimals: [echo]),
            DataElement(.echoTrainLength, .IS, integers: [train]), DataElement(.flipAngle, .DS, decimals: [90]), DataElement(.magneticFieldStrength, .DS, decimals: [1.5]),
        ]
    }

    static func study(scale: Int) -> DemoStudy {
        let phantom = HeadPhantom()
        return DemoStudy(title: "MR of the head", instances: scans.flatMap { scan in
            (0..<scan.slices / scale).map { index in DemoInstance { image(phantom, scan, index: index, scale: scale) } }
        })
    }

    private static func image(_ phantom: HeadPhantom, _ scan: Scan, index: Int, scale: Int) -> DataSet {
        let size = 256 / scale, spacing = 240 / Float(size), step = scan.step * Float(scale)
        let series = DemoSeries(
            patient: .japanese, study: "MR/1", studyDescription: "MR head", accessionNumber: "DEMO-B201", date: "20250422", time: "080500",
            modality: "MR", number: scan.number, description: scan.description, bodyPart: "HEAD", sopClass: "1.2.840.10008.5.1.4.1.1.4")
        let half = spacing * Float(size - 1) / 2
        let centre = scan.centre + scan.normal * (step * Float(index))
        let plane = ScanPlane(position: centre - scan.right * half - scan.down * half, right: scan.right, down: scan.down, spacing: spacing)
        let pixels = scanned(phantom, scan, plane, size: size, seed: UInt64(scan.number * 1000 + index))
        let location = Double(centre.dot(scan.normal))
        let window = scan.contrast == .t2 ? (520.0, 1080.0, "BRAIN") : (430.0, 860.0, "BRAIN")
        return DataSet(
            series.elements(instance: index + 1)
                + ImageModules.plane(plane, thickness: 5, location: location, frameOfReference: "MR/1/frame")
                + ImageModules.grey(pixels, rows: size, columns: size, bitsStored: 12) + ImageModules.windows([window]) + scan.sequence
                + [DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", "M", "NORM"), DataElement(.spacingBetweenSlices, .DS, decimals: [(Double(step) * 100).rounded() / 100])])
    }

    /// Signal in thousandths: the mean of five points of a pixel, brighter near the coil, with the noise of a magnitude image.
    private static func scanned(_ phantom: HeadPhantom, _ scan: Scan, _ plane: ScanPlane, size: Int, seed: UInt64) -> [UInt16] {
        let table = Tissue.table(scan.contrast)
        let offsets: [Point] = [(-0.25, -0.25, -1.2), (0.25, -0.25, 0.6), (-0.25, 0.25, -0.6), (0.25, 0.25, 1.2)].map { a, b, depth in
            plane.right * (Float(a) * plane.spacing) + plane.down * (Float(b) * plane.spacing) + scan.normal * Float(depth)
        }
        var random = Random(seed: seed)
        return [UInt16](unsafeUninitializedCapacity: size * size) { target, made in
            for row in 0..<size {
                let line = plane.position + plane.down * (plane.spacing * Float(row))
                for column in 0..<size {
                    let place = line + plane.right * (plane.spacing * Float(column))
                    var signal: Float = 0
                    if phantom.outline(place) < 3 {
                        for offset in offsets { signal += table[phantom.tissue(place + offset).rawValue] }
                        signal *= 0.25 * (1.06 - 0.000012 * place.dot(place)) * (1 + 0.03 * Noise.value(place * 0.3, seed: 70))
                    }
                    let real = signal + 0.013 * random.gaussian(), imaginary = 0.013 * random.gaussian()
                    target[row &* size &+ column] = UInt16(clamp(((real * real + imaginary * imaginary).squareRoot() * 1000).rounded(), 0, 4095))
                }
            }
            made = size * size
        }
    }
}
