import DICOM

/// The letters at the edges of an image (PS3.3 §C.7.6.1.1.1).
public enum Orientation {
    /// Anatomical Orientation Type (0010,2210): which words the directions have.
    public enum Subject: Sendable {
        case biped, quadruped

        public init(_ dataSet: DataSet) {
            self = dataSet.string(.anatomicalOrientationType) == "QUADRUPED" ? .quadruped : .biped
        }
    }

    /// Letters of a direction in the patient coordinate system, the strongest first: `A`, `LP`, `HLA`.
    ///
    /// - Parameter direction: of any length; components under 8 % of it (about 4.5°) add no letter. Empty for the zero vector.
    public static func letters(of direction: SIMD3<Double>, subject: Subject = .biped) -> String {
        let length = Vector.length(direction)
        guard length > 0, length.isFinite else { return "" }
        let names: [(positive: String, negative: String)] = switch subject {
        case .biped: [("L", "R"), ("P", "A"), ("H", "F")]
        // Left, right; dorsal is up and ventral down on all fours; cranial, caudal.
        case .quadruped: [("LE", "RT"), ("D", "V"), ("CR", "CD")]
        }
        return (0..<3).filter { abs(direction[$0]) > 0.08 * length }
            // Equal components stay in the order x, y, z.
            .sorted { (abs(direction[$0]), -$0) > (abs(direction[$1]), -$1) }
            .map { direction[$0] > 0 ? names[$0].positive : names[$0].negative }
            .joined()
    }

    /// The word of the axis a direction is nearest to, and how far the patient's axis and the direction agree: +1 or -1.
    public static func mainAxis(of direction: SIMD3<Double>, subject: Subject = .biped) -> (positive: String, negative: String, sign: Double) {
        let axis = (0..<3).max { abs(direction[$0]) < abs(direction[$1]) } ?? 2
        var unit = SIMD3(0.0, 0, 0)
        unit[axis] = 1
        return (letters(of: unit, subject: subject), letters(of: -unit, subject: subject), direction[axis] < 0 ? -1 : 1)
    }

    /// What lies at the other end: `LP` for `RA`, `RT` for `LE`; nil where a letter has no opposite known here.
    public static func opposite(_ letters: String) -> String? {
        var rest = letters[...]
        var result = ""
        while !rest.isEmpty {
            guard let (word, other) = opposites.first(where: { rest.hasPrefix($0.0) }) else { return nil }
            result += other
            rest = rest.dropFirst(word.count)
        }
        return result
    }

    /// Words of two letters (quadrupeds) stand before those of one.
    private static let opposites = [
        ("LE", "RT"), ("RT", "LE"), ("CR", "CD"), ("CD", "CR"), ("D", "V"), ("V", "D"),
        ("L", "R"), ("R", "L"), ("P", "A"), ("A", "P"), ("H", "F"), ("F", "H"),
    ]
}
