import DICOM
import DICOMImage

/// A series as the viewer needs it before its first frame: its images, and the stacks its frames make.
struct SeriesManifest: Encodable {
    /// In the order in which the stacks first need them.
    var instances: [ManifestImage]
    var stacks: [ManifestStack]

    /// One object, read.
    struct Entry {
        var image: ManifestImage
        var frames: [StackFrame]

        init(_ stored: ManifestImage.Stored, _ dataSet: DataSet, index: Int) {
            let frames = StackFrame.all(of: dataSet, instance: index)
            image = ManifestImage(stored, dataSet, frames)
            // Objects without pixels (reports, structures) stand beside the stacks.
            self.frames = image.hasPixels ? frames : []
        }
    }

    init(_ entries: [Entry]) {
        let stacks = ImageStack.stacks(of: entries.flatMap(\.frames))
        var order: [Int] = [], seen = Set<Int>()
        for frame in stacks.flatMap(\.frames) where seen.insert(frame.instance).inserted { order.append(frame.instance) }
        order += entries.indices.filter { !seen.contains($0) }
        let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        instances = order.map { entries[$0].image }
        self.stacks = stacks.map { ManifestStack($0, placeOfInstance: place) }
    }
}
