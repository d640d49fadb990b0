import DICOM

/// Attributes of one frame of an enhanced image: its own functional groups, then those shared by all (PS3.3 §C.7.6.16).
public struct FunctionalGroups {
    private let own: DataSet?
    private let shared: DataSet?

    public init(_ dataSet: DataSet, frameIndex: Int) {
        own = Self.item(frameIndex, of: .perFrameFunctionalGroupsSequence, in: dataSet)
        shared = Self.item(0, of: .sharedFunctionalGroupsSequence, in: dataSet)
    }

    /// Of every frame, with the sequences read once.
    static func all(of dataSet: DataSet, frames: Int) -> [FunctionalGroups] {
        let own = dataSet.items(.perFrameFunctionalGroupsSequence), shared = dataSet.items(.sharedFunctionalGroupsSequence).first
        return (0..<frames).map { FunctionalGroups(own: own.indices.contains($0) ? own[$0] : nil, shared: shared) }
    }

    /// What all frames have in common.
    public static func shared(of dataSet: DataSet) -> FunctionalGroups {
        FunctionalGroups(own: nil, shared: dataSet.items(.sharedFunctionalGroupsSequence).first)
    }

    private init(own: DataSet?, shared: DataSet?) {
        self.own = own
        self.shared = shared
    }

    /// The item of a functional group's macro; nil where the image has none, as every image that is not enhanced.
    public subscript(macro: Tag) -> DataSet? {
        Self.item(0, of: macro, in: own) ?? Self.item(0, of: macro, in: shared)
    }

    private static func item(_ index: Int, of sequence: Tag, in dataSet: DataSet?) -> DataSet? {
        guard case .items(let items)? = dataSet?[sequence]?.value, items.items.indices.contains(index) else { return nil }
        return items.items[index].dataSet
    }
}
