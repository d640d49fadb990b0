import DICOM

/// What lies in the patient's direction at each edge of a picture; nil where the image does not say.
public struct EdgeLetters: Sendable, Equatable {
    public var left: String?
    public var right: String?
    public var top: String?
    public var bottom: String?

    public init(left: String? = nil, right: String? = nil, top: String? = nil, bottom: String? = nil) {
        self.left = left
        self.right = right
        self.top = top
        self.bottom = bottom
    }

    /// Of the image as it is stored: from Image Orientation (Patient), else Patient Orientation (PS3.3 §C.7.6.1.1.1). Never guessed.
    public init(_ dataSet: DataSet, frameIndex: Int) {
        let source = FunctionalGroups(dataSet, frameIndex: frameIndex)[.planeOrientationSequence] ?? dataSet
        let cosines = source.decimals(.imageOrientationPatient)
        if cosines.count == 6 {
            let subject = Orientation.Subject(dataSet)
            self.init(
                row: Orientation.letters(of: SIMD3(cosines[0], cosines[1], cosines[2]), subject: subject),
                column: Orientation.letters(of: SIMD3(cosines[3], cosines[4], cosines[5]), subject: subject))
        } else {
            let directions = dataSet.strings(.patientOrientation)
            self.init(row: directions.first ?? "", column: directions.count == 2 ? directions[1] : "")
        }
    }

    private init(row: String, column: String) {
        self.init(
            left: Orientation.opposite(row).flatMap(Self.known), right: Self.known(row),
            top: Orientation.opposite(column).flatMap(Self.known), bottom: Self.known(column))
    }

    private static func known(_ letters: String) -> String? { letters.isEmpty ? nil : letters }

    public func transformed(by transformation: SpatialTransformation) -> EdgeLetters {
        var letters = self
        for _ in 0..<transformation.quarterTurns {
            letters = EdgeLetters(left: letters.bottom, right: letters.top, top: letters.left, bottom: letters.right)
        }
        if transformation.flipsHorizontally { swap(&letters.left, &letters.right) }
        return letters
    }
}
