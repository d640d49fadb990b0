import DICOM

/// A multi-frame image that was cut into several instances (PS3.3 §C.7.6.16.2.2.4): their order, and where each frame of the whole lies.
public struct Concatenation: Sendable, Equatable {
    /// One instance of a concatenation, as its data set tells.
    public struct Part: Sendable, Equatable {
        public var sopInstance: UID
        public var concatenation: UID
        /// In-concatenation Number, from 1.
        public var number: Int
        /// In-concatenation Total Number; nil where it is not said.
        public var total: Int?
        /// Concatenation Frame Offset Number: frames of the whole that come before this part's first.
        public var firstFrame: Int
        public var frames: Int

        public init(sopInstance: UID, concatenation: UID, number: Int, total: Int? = nil, firstFrame: Int, frames: Int) {
            self.sopInstance = sopInstance
            self.concatenation = concatenation
            self.number = number
            self.total = total
            self.firstFrame = firstFrame
            self.frames = frames
        }

        /// nil where the instance belongs to no concatenation.
        ///
        /// - Throws: `missing`, `invalid`, naming the attribute.
        public init?(_ dataSet: DataSet) throws(ImageError) {
            guard let concatenation = dataSet.uid(.concatenationUID) else { return nil }
            guard let sopInstance = dataSet.uid(.sopInstanceUID) else { throw ImageError(.missing, .sopInstanceUID, "is needed to name the part") }
            func number(_ tag: Tag, from least: Int) throws(ImageError) -> Int {
                guard let number = dataSet.integer(tag) else { throw ImageError(.missing, tag, "is needed to order the parts of concatenation \(concatenation)") }
                guard number >= least, number <= 1 << 31 else { throw ImageError(.invalid, tag, "is \(number)") }
                return number
            }
            self.init(
                sopInstance: sopInstance, concatenation: concatenation, number: try number(.inConcatenationNumber, from: 1),
                total: dataSet.integer(.inConcatenationTotalNumber), firstFrame: try number(.concatenationFrameOffsetNumber, from: 0),
                frames: try number(.numberOfFrames, from: 1))
        }
    }

    /// In the order of the frames they hold.
    public let parts: [Part]
    /// Frames of the whole that no part holds, and parts that are not there, in words; empty where all is well.
    public let gaps: [String]
    /// Frames of the whole as far as the parts tell.
    public let frames: Int

    /// - Throws: `invalid` where the parts are of different concatenations, or two of them claim one frame or number.
    public init(_ parts: [Part]) throws(ImageError) {
        let parts = parts.sorted { ($0.firstFrame, $0.number) < ($1.firstFrame, $1.number) }
        var gaps: [String] = []
        var end = 0
        var last: Part?
        for part in parts {
            if let last {
                guard part.concatenation == last.concatenation else {
                    throw ImageError(.invalid, .concatenationUID, "parts of \(last.concatenation) and of \(part.concatenation)")
                }
                guard part.firstFrame >= end else {
                    throw ImageError(.invalid, .concatenationFrameOffsetNumber, "frame \(part.firstFrame + 1) is in \(last.sopInstance) and in \(part.sopInstance)")
                }
                guard part.number > last.number else {
                    throw ImageError(.invalid, .inConcatenationNumber, "part \(part.number) follows part \(last.number) in the order of frames")
                }
            }
            if part.firstFrame > end { gaps.append(end + 1 == part.firstFrame ? "frame \(part.firstFrame) is missing" : "frames \(end + 1) to \(part.firstFrame) are missing") }
            end = part.firstFrame + part.frames
            last = part
        }
        if let total = parts.compactMap(\.total).max(), let last, last.number < total {
            gaps.append(last.number + 1 == total ? "part \(total) is missing" : "parts \(last.number + 1) to \(total) are missing")
        }
        (self.parts, self.gaps, frames) = (parts, gaps, end)
    }

    /// Which instance holds a frame of the whole, and as which of its own; nil where none does.
    ///
    /// - Parameter index: from 0, as the answer.
    public func place(ofFrame index: Int) -> (part: Part, frameIndex: Int)? {
        var low = 0, high = parts.count
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].firstFrame <= index { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let part = parts[low - 1]
        return index - part.firstFrame < part.frames ? (part, index - part.firstFrame) : nil
    }
}
