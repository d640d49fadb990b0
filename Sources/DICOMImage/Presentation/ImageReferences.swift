import DICOM

/// Images and frames that a part of a presentation state is meant for (PS3.3 §10.3, Image SOP Instance Reference Macro).
public struct ImageReferences: Sendable, Equatable {
    public struct Reference: Sendable, Equatable {
        public let instance: String
        /// Numbers from 1; empty for every frame.
        public let frames: [Int]
    }

    public let references: [Reference]

    init(_ items: [DataSet]) {
        references = items.compactMap { item in
            item.string(.referencedSOPInstanceUID).map { Reference(instance: $0, frames: item.integers(.referencedFrameNumber)) }
        }
    }

    public func contains(instance: String, frameIndex: Int) -> Bool {
        references.contains { $0.instance == instance && ($0.frames.isEmpty || $0.frames.contains(frameIndex + 1)) }
    }
}

extension DataSet {
    /// Whether an item is meant for a frame: where it names no image, it is meant for every image of the presentation state.
    func concerns(instance: String, frameIndex: Int) -> Bool {
        guard self[.referencedImageSequence] != nil else { return true }
        return ImageReferences(items(.referencedImageSequence)).contains(instance: instance, frameIndex: frameIndex)
    }
}
