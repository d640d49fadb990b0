import DICOM

/// What lies at the four edges of a picture.
public struct EdgeLetters: Sendable, Equatable {
    public let left: String, right: String, top: String, bottom: String

    public init(left: String, right: String, top: String, bottom: String) {
        (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    }

    /// Of the picture as stored: from Image Orientation (Patient), else from Patient Orientation (PS3.3 §C.7.6.1.1.1); nil where
    /// neither says. Directions that are given and unusable have no second guess.
    public init?(_ dataSet: DataSet, frameIndex: Int) {
        self.init(dataSet, groups: FunctionalGroups(dataSet, frameIndex: frameIndex))
    }

    init?(_ dataSet: DataSet, groups: FunctionalGroups) {
        // A direction that is no plane is as good as none here: who reads the plane is told why.
        guard let directions = try? PlaneDirections(dataSet, groups) else {
            let isGiven = !(groups[.planeOrientationSequence] ?? dataSet).decimals(.imageOrientationPatient).isEmpty
            if isGiven { return nil } else { self.init(patientOrientation: dataSet.strings(.patientOrientation)); return }
        }
        self.init(directions, subject: Orientation.Subject(dataSet))
    }

    public init(_ directions: PlaneDirections, subject: Orientation.Subject) {
        left = Orientation.letters(of: -directions.row, subject: subject)
        right = Orientation.letters(of: directions.row, subject: subject)
        top = Orientation.letters(of: -directions.column, subject: subject)
        bottom = Orientation.letters(of: directions.column, subject: subject)
    }

    /// Patient Orientation (0020,0020): where rows lead and where columns lead.
    public init?(patientOrientation: [String]) {
        guard patientOrientation.count == 2, !patientOrientation.contains(""), let left = Orientation.opposite(patientOrientation[0]),
            let top = Orientation.opposite(patientOrientation[1]) else { return nil }
        self.init(left: left, right: patientOrientation[0], top: top, bottom: patientOrientation[1])
    }

    /// Of the picture after it was turned and mirrored.
    public func transformed(by transformation: SpatialTransformation) -> EdgeLetters {
        var letters = self
        for _ in 0..<transformation.quarterTurns {
            // Clockwise: what was left is now above.
            letters = EdgeLetters(left: letters.bottom, right: letters.top, top: letters.left, bottom: letters.right)
        }
        return transformation.flipsHorizontally ? EdgeLetters(left: letters.right, right: letters.left, top: letters.top, bottom: letters.bottom) : letters
    }
}
