import DICOM

/// Attributes of one frame of an enhanced image: its own functional groups, then those shared by all (PS3.3 §C.7.6.16).
///
/// Made in a time that does not depend on the number of frames, so that it may be made for each.
public struct FunctionalGroups: Sendable {
    private let own: DataSet?
    private let shared: DataSet?

    /// - Parameter frameIndex: from 0.
    public init(_ dataSet: DataSet, frameIndex: Int) {
        own = dataSet.item(frameIndex, of: .perFrameFunctionalGroupsSequence)
        shared = dataSet.item(0, of: .sharedFunctionalGroupsSequence)
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
    public subscript(macro: Tag) -> DataSet? { own?.item(0, of: macro) ?? shared?.item(0, of: macro) }

    /// All items of a macro that may have several, such as Real World Value Mapping Sequence; empty where the image has none.
    public func items(_ macro: Tag) -> [DataSet] {
        if let own, own[macro] != nil { return own.items(macro) }
        return shared?.items(macro) ?? []
    }

    /// An attribute that one of the frame's macros has, or one of the shared macros that the frame does not have itself.
    ///
    /// Private macros do not speak here, nor attributes that were put aside in a conversion because no macro holds them.
    public func element(_ tag: Tag) -> DataElement? {
        var passed: Set<Tag> = []
        for groups in [own, shared] {
            guard let groups else { continue }
            for macro in groups.elements where macro.vr == .SQ && Self.speaks(macro.tag) && !passed.contains(macro.tag) {
                passed.insert(macro.tag)
                if let element = groups.item(0, of: macro.tag)?[tag] { return element }
            }
        }
        return nil
    }

    private static let unassigned: Set<Tag> = [.unassignedSharedConvertedAttributesSequence, .unassignedPerFrameConvertedAttributesSequence]

    private static func speaks(_ macro: Tag) -> Bool { !macro.isPrivate && !unassigned.contains(macro) }
}

/// What is true of one frame, wherever the object says it: in the frame's macros, in shared macros, or in the data set itself.
public struct FrameAttributes: Sendable {
    public let groups: FunctionalGroups
    private let dataSet: DataSet

    /// - Parameter frameIndex: from 0.
    public init(_ dataSet: DataSet, frameIndex: Int) {
        groups = FunctionalGroups(dataSet, frameIndex: frameIndex)
        self.dataSet = dataSet
    }

    public subscript(tag: Tag) -> DataElement? { groups.element(tag) ?? dataSet[tag] }

    public func decimals(_ tag: Tag) -> [Double] { self[tag]?.decimals ?? [] }
    public func integer(_ tag: Tag) -> Int? { self[tag]?.integers.first }
    public func string(_ tag: Tag) -> String? {
        self[tag]?.strings(in: dataSet.characterSet).first.flatMap { $0.isEmpty ? nil : $0 }
    }
}
