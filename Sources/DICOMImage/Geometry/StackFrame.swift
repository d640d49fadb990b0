import DICOM

/// What is needed to give a frame its place among those of its series.
public struct StackFrame: Sendable {
    /// Which object of the series, in the order given.
    public let instance: Int
    /// Frames of the object, from 0: one, or all those that have no place of their own.
    public let frames: Range<Int>
    public let frameOfReference: String?
    public let rows: Int
    public let columns: Int
    /// Centre of the first pixel in mm; nil where the object does not say.
    public let position: SIMD3<Double>?
    public let directions: PlaneDirections?
    public let spacing: Spacing
    public let letters: EdgeLetters?
    public let subject: Orientation.Subject
    public let kind: Kind
    public let instanceNumber: Int?
    public let sliceLocation: Double?
    public let values: [StackDimension: String]

    /// What a stack of such frames can be.
    public enum Kind: Sendable {
        case plane
        /// Shadows: depth is not in them.
        case projection
        /// Planes whose depth is smeared by the small angle of the exposures.
        case tomosynthesis

        private static let storage = "1.2.840.10008.5.1.4.1.1."
        /// PS3.6 Table A-1: X-ray angiography and fluoroscopy, breast projection; CR, DX, mammography, intra-oral.
        private static let projections = ["12.", "13.1.4", "13.1.5", "1"].map { storage + $0 }

        init(_ dataSet: DataSet) {
            let sopClass = dataSet.string(.sopClassUID) ?? ""
            if sopClass == Self.storage + "13.1.3" { self = .tomosynthesis; return }
            let isProjection = Self.projections.contains { sopClass == $0 || sopClass.hasPrefix($0.hasSuffix(".") ? $0 : $0 + ".") }
            self = isProjection || ["CR", "DX", "MG", "RF", "XA", "IO", "PX", "RG"].contains(dataSet.string(.modality) ?? "") && !sopClass.hasPrefix(Self.storage + "13.1.")
                ? .projection : .plane
        }
    }

    /// Every frame of an object; never empty.
    public static func all(of dataSet: DataSet, instance: Int) -> [StackFrame] {
        let count = max(1, dataSet.integer(.numberOfFrames) ?? 1)
        let own = dataSet.items(.perFrameFunctionalGroupsSequence).count
        let offsets = dataSet.decimals(.gridFrameOffsetVector).count
        // As many as the object describes, whatever number it claims.
        let placed = min(count, max(own, offsets))
        let groups = FunctionalGroups.all(of: dataSet, frames: max(1, placed))
        let common = Common(dataSet)
        var frames = (0..<placed).map { StackFrame(dataSet, common, groups[$0], instance: instance, frames: $0..<$0 + 1) }
        if placed < count { frames.append(StackFrame(dataSet, common, FunctionalGroups.shared(of: dataSet), instance: instance, frames: placed..<count)) }
        return frames
    }

    /// What all frames of an object share, read once.
    private struct Common {
        let frameOfReference: String?, rows: Int, columns: Int, subject: Orientation.Subject, kind: Kind, instanceNumber: Int?, sliceLocation: Double?

        init(_ dataSet: DataSet) {
            frameOfReference = dataSet.string(.frameOfReferenceUID)
            rows = dataSet.integer(.rows) ?? 0
            columns = dataSet.integer(.columns) ?? 0
            subject = Orientation.Subject(dataSet)
            kind = Kind(dataSet)
            instanceNumber = dataSet.integer(.instanceNumber)
            sliceLocation = dataSet.decimal(.sliceLocation)
        }
    }

    private init(_ dataSet: DataSet, _ common: Common, _ groups: FunctionalGroups, instance: Int, frames: Range<Int>) {
        self.instance = instance
        self.frames = frames
        frameOfReference = common.frameOfReference
        rows = common.rows
        columns = common.columns
        subject = common.subject
        kind = common.kind
        instanceNumber = common.instanceNumber
        sliceLocation = common.sliceLocation
        position = ImagePlane.position(dataSet, groups, frameIndex: frames.lowerBound)
        directions = try? PlaneDirections(dataSet, groups)  // unusable ones count as absent: the frame has no place then
        spacing = Spacing(dataSet, groups: groups)
        letters = EdgeLetters(dataSet, groups: groups)
        var values: [StackDimension: String] = [:]
        for dimension in StackDimension.allCases { values[dimension] = dimension.value(dataSet, groups) }
        self.values = values
    }
}
