import DICOM

/// Headers of generated series: positions are computed from formulas, so that what must come out is known.
struct Phantom {
    var rowDirection = SIMD3(1.0, 0, 0)
    var columnDirection = SIMD3(0.0, 1, 0)
    var origin = SIMD3(-100.0, -120, 30)
    /// From one slice to the next.
    var step = SIMD3(0.0, 0, 2.5)
    var spacing = (rows: 0.7, columns: 1.1)

    func slice(_ number: Int, at place: Double, _ more: DataElement...) -> DataSet {
        let position = origin + step * place
        let o = (rowDirection, columnDirection)
        var dataSet = Image.header(
            rows: 64, columns: 48, Image.cs(.modality, "CT"), DataElement(.instanceNumber, .IS, integers: [number]),
            DataElement(.frameOfReferenceUID, .UI, "1.2.3"), Image.ds(.pixelSpacing, spacing.rows, spacing.columns),
            Image.ds(.imagePositionPatient, position.x, position.y, position.z),
            Image.ds(.imageOrientationPatient, o.0.x, o.0.y, o.0.z, o.1.x, o.1.y, o.1.z),
            // To be ignored: neither is the distance.
            Image.ds(.sliceThickness, 5), Image.ds(.spacingBetweenSlices, -4))
        for element in more { dataSet.set(element) }
        return dataSet
    }
}
