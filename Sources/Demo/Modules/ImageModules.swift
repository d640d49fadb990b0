import DICOM

/// Modules that describe pixels and where they lie.
enum ImageModules {
    /// Image Pixel Module of grey pixels, with them (PS3.3 §C.7.6.3).
    static func grey(_ pixels: [UInt16], rows: Int, columns: Int, bitsStored: Int) -> [DataElement] {
        // The data set holds numbers with the least significant byte first.
        let bytes = pixels.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
        return description(rows: rows, columns: columns, bitsAllocated: 16, bitsStored: bitsStored) + [DataElement(.pixelData, .OW, bytes: bytes)]
    }

    static func grey(_ pixels: [UInt8], rows: Int, columns: Int) -> [DataElement] {
        description(rows: rows, columns: columns, bitsAllocated: 8, bitsStored: 8) + [DataElement(.pixelData, .OB, bytes: pixels)]
    }

    private static func description(rows: Int, columns: Int, bitsAllocated: Int, bitsStored: Int) -> [DataElement] {
        [
            DataElement(.samplesPerPixel, .US, integers: [1]), DataElement(.photometricInterpretation, .CS, "MONOCHROME2"),
            DataElement(.rows, .US, integers: [rows]), DataElement(.columns, .US, integers: [columns]),
            DataElement(.bitsAllocated, .US, integers: [bitsAllocated]), DataElement(.bitsStored, .US, integers: [bitsStored]),
            DataElement(.highBit, .US, integers: [bitsStored - 1]), DataElement(.pixelRepresentation, .US, integers: [0]),
        ]
    }

    /// Image Plane and Frame of Reference Modules (PS3.3 §C.7.6.2, §C.7.4.1).
    static func plane(_ plane: ScanPlane, thickness: Double, location: Double, frameOfReference: String) -> [DataElement] {
        // To a ten-thousandth of a millimetre, and cosines to a millionth: no noise of single precision in the text.
        func three(_ p: Point, _ unit: Double) -> [Double] { [p.x, p.y, p.z].map { (Double($0) * unit).rounded() / unit } }
        return [
            DataElement(.imagePositionPatient, .DS, decimals: three(plane.position, 1e4)),
            DataElement(.imageOrientationPatient, .DS, decimals: three(plane.right, 1e6) + three(plane.down, 1e6)),
            DataElement(.pixelSpacing, .DS, decimals: [Double(plane.spacing), Double(plane.spacing)]),
            DataElement(.sliceThickness, .DS, decimals: [thickness]), DataElement(.sliceLocation, .DS, decimals: [(location * 1e4).rounded() / 1e4]),
            DataElement(.frameOfReferenceUID, .UI, DemoUID.text(frameOfReference)), DataElement(.positionReferenceIndicator, .LO, ""),
            DataElement(.patientPosition, .CS, "HFS"),
        ]
    }

    static func windows(_ windows: [(center: Double, width: Double, explanation: String)]) -> [DataElement] {
        [
            DataElement(.windowCenter, .DS, decimals: windows.map(\.center)), DataElement(.windowWidth, .DS, decimals: windows.map(\.width)),
            DataElement(.windowCenterWidthExplanation, .LO, strings: windows.map(\.explanation)),
        ]
    }
}

/// A plane of square pixels in the patient: where its first pixel's centre lies and which way rows and columns run.
struct ScanPlane: Sendable {
    var position: Point
    var right: Point
    var down: Point
    var spacing: Float
}
