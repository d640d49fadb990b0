import DICOM
import Foundation
import Testing

@testable import DICOMImage

/// Every bad input ends as a picture or as words that name the attribute and the frame, and soon.
@Suite("Hostile images", .serialized)
struct HostileImageTests {
    /// 10 s is what a frame may take. Unoptimised code beside other tests gets more: it is there to find what never ends.
    #if DEBUG
        private static let limit = Duration.seconds(60)
    #else
        private static let limit = Duration.seconds(10)
    #endif

    private func run(_ images: [HostileImage]) async -> (pictures: Int, reasons: Int) {
        var pictures = 0, reasons = 0
        for image in images {
            for frame in [0, 2] {
                let start = ContinuousClock.now
                let outcome = await image.outcome(frame: frame)
                #expect(ContinuousClock.now - start < Self.limit, "\(image.name)")
                #expect(outcome.isGood, "\(image.name): \(outcome)")
                if frame == 0 { if case .picture = outcome { pictures += 1 } else { reasons += 1 } }
            }
        }
        return (pictures, reasons)
    }

    @Test("Class D: attributes and pixel data that do not fit")
    func pixels() async throws {
        let images = try HostilePixels.all()
        #expect(images.count >= 300)
        #expect(Set(images.map(\.bytes)).count >= 300)
        let (pictures, reasons) = await run(images)
        print("class D: \(images.count) images, \(pictures) pictures, \(reasons) refused")
        #expect(pictures > 0 && reasons > 0)
    }

    @Test("Class E: offset tables, fragments and code streams")
    func encapsulation() async throws {
        let images = try HostileEncapsulation.all()
        #expect(images.count >= 120)
        let (pictures, reasons) = await run(images)
        print("class E: \(images.count) images, \(pictures) pictures, \(reasons) refused")
        #expect(pictures > 0 && reasons > 0)
    }

    @Test("What is right is a picture in spite of its neighbours", arguments: ["right table", "no table", "unsorted table", "too short a table", "table into fragments", "all in one fragment", "no table item", "no delimiter", "extended table 2^63"])
    func right(name: String) async throws {
        let images = try HostileEncapsulation.all().filter { $0.name.hasSuffix(": " + name) }
        #expect(!images.isEmpty)
        for image in images {
            // Segments of RLE do not say where they end.
            if image.name == "rle: all in one fragment" { continue }
            for frame in 0..<HostileEncapsulation.frames {
                let outcome = await image.outcome(frame: frame)
                guard case .picture = outcome else {
                    Issue.record("\(image.name), frame \(frame + 1): \(outcome)")
                    continue
                }
            }
        }
    }
}
