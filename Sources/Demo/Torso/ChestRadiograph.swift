import DICOM

/// The chest of the CT phantom, shone through from behind and seen from the front, a week before the first CT.
enum ChestRadiograph {
    private static let series = DemoSeries(
        patient: .french, study: "DX/1", studyDescription: "Chest PA", accessionNumber: "DEMO-A101", date: "20250303", time: "142000",
        modality: "DX", number: 1, description: "PA", bodyPart: "CHEST", sopClass: "1.2.840.10008.5.1.4.1.1.1.1")

    static func study(scale: Int) -> DemoStudy {
        DemoStudy(title: "Chest radiograph", instances: [DemoInstance { image(scale: scale) }])
    }

    // At the detector, mm.
    private static let width: Float = 344, height: Float = 412.8, top: Float = 234

    private static func image(scale: Int) -> DataSet {
        let columns = 2000 / scale, rows = 2400 / scale, spacing = Double(width) / Double(columns)
        let pixels = exposed(columns: columns, rows: rows, scale: scale)
        return DataSet(
            series.elements(instance: 1)
                + ImageModules.grey(pixels, rows: rows, columns: columns, bitsStored: 12)
                + ImageModules.windows([(2000, 3600, "NORMAL"), (1500, 2200, "LUNG"), (2700, 2600, "MEDIASTINUM")])
                + [
                    DataElement(.imageType, .CS, "ORIGINAL", "PRIMARY", ""), DataElement(.presentationIntentType, .CS, "FOR PRESENTATION"),
                    DataElement(.imagerPixelSpacing, .DS, decimals: [spacing, spacing]),
                    DataElement(.patientOrientation, .CS, "L", "F"), DataElement(.viewPosition, .CS, "PA"), DataElement(.imageLaterality, .CS, "U"),
                    DataElement(.pixelIntensityRelationship, .CS, "LOG"), DataElement(.pixelIntensityRelationshipSign, .SS, integers: [1]),
                    DataElement(.rescaleSlope, .DS, decimals: [1]), DataElement(.rescaleIntercept, .DS, decimals: [0]), DataElement(.rescaleType, .LO, "US"),
                    DataElement(.presentationLUTShape, .CS, "IDENTITY"), DataElement(.detectorType, .CS, "DIRECT"),
                    DataElement(.kvp, .DS, decimals: [120]), DataElement(.distanceSourceToDetector, .DS, decimals: [1800]),
                    DataElement(.acquisitionContextSequence, items: []),
                    DataElement(.anatomicRegionSequence, items: [
                        DataSet([
                            DataElement(.codeValue, .SH, "51185008"), DataElement(.codingSchemeDesignator, .SH, "SCT"), DataElement(.codeMeaning, .LO, "Chest"),
                        ])
                    ]),
                ])
    }

    /// Stored values: what was absorbed on the way, with its fine structure raised and its large differences lowered.
    private static func exposed(columns: Int, rows: Int, scale: Int) -> [UInt16] {
        let coarseColumns = 640 / scale, coarseRows = 768 / scale
        let sums = raySums(columns: coarseColumns, rows: coarseRows, detail: scale)
        let base = Smoothing.blurred(sums, width: coarseColumns, height: coarseRows, radius: coarseColumns / 22, passes: 3)
        let raised = zip(sums, base).map { sum, base in 0.55 * base + 1.3 * (sum - base) }
        let fine = Enlarging.enlarged(raised, width: coarseColumns, height: coarseRows, to: columns, rows)
        let sorted = raised.sorted()
        let low = sorted[sorted.count / 100], high = sorted[sorted.count * 995 / 1000]
        let grain = Smoothing.grain(width: columns, height: rows, seed: 77)
        var pixels = [UInt16](unsafeUninitializedCapacity: columns * rows) { target, made in
            for index in 0..<columns * rows {
                let level = (fine[index] - low) / (high - low)
                // Fewer quanta where much was absorbed.
                let noise = grain[index] * (7 + 16 * clamp(level))
                target[index] = UInt16(clamp((200 + 3500 * level + noise).rounded(), 0, 4095))
            }
            made = columns * rows
        }
        frame(&pixels, columns: columns, rows: rows)
        return pixels
    }

    /// Attenuation summed from back to front for each place of the detector.
    private static func raySums(columns: Int, rows: Int, detail: Int) -> [Float] {
        let phantom = TorsoPhantom(noduleRadius: 4.5, detail: detail, hasTexture: false)
        let dx = width / Float(columns), dz = height / Float(rows), depth = 118, dy: Float = 2.05
        var result: [Float] = []
        result.reserveCapacity(columns * rows)
        var random = Random(seed: 5)
        for row in 0..<rows {
            // Each row looks at other depths: edges between two depths become grain, not rings.
            var section = Section(
                width: columns, height: depth, x0: -width / 2 + dx / 2, y0: -121 + random.uniform(0, dy), dx: dx, dy: dy,
                z: top - (Float(row) + 0.5) * dz, background: -1000)
            phantom.paint(&section)
            var sums = [Float](repeating: 0, count: columns)
            section.values.withUnsafeBufferPointer { values in
                for line in 0..<depth {
                    for column in 0..<columns {
                        let hounsfield = values[line &* columns &+ column]
                        // Bone absorbs more than its density tells.
                        sums[column] += max(hounsfield + 1000, 0) + max(hounsfield - 100, 0) * 0.75
                    }
                }
            }
            result += sums.map { $0 * dy * 0.0000195 }
        }
        return result
    }

    /// The shadow of the collimator around the field, and the letter of the patient's left side.
    private static func frame(_ pixels: inout [UInt16], columns: Int, rows: Int) {
        let border = columns / 90, unit = columns / 100
        for row in 0..<rows {
            for column in 0..<columns where min(row, rows - 1 - row) < border || min(column, columns - 1 - column) < border {
                pixels[row * columns + column] = 60
            }
        }
        let left = columns - border - 12 * unit, upper = border + 5 * unit
        func fill(_ x: Range<Int>, _ y: Range<Int>) {
            for row in y { for column in x { pixels[row * columns + column] = 4000 } }
        }
        fill(left..<left + 3 * unit / 2, upper..<upper + 9 * unit)
        fill(left..<left + 5 * unit, upper + 15 * unit / 2..<upper + 9 * unit)
    }
}
