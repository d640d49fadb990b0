import DICOM
import DICOMImage
import Testing

@Suite("Windows")
struct WindowTests {
    /// PS3.3 §C.11.2.1.2.1 and §C.11.2.1.3.2, the examples of their notes; grey 0 to 1.
    @Test("The formulas of PS3.3 C.11.2", arguments: [
        (2048.0, 4096.0, Window.Function.linear, 0.0, 0.0), (2048, 4096, .linear, 4095.01, 1), (2048, 4096, .linear, 2047.5, 0.5),
        (2048, 1, .linear, 2047.5, 0), (2048, 1, .linear, 2047.6, 1),
        (0, 100, .linear, -50, 0), (0, 100, .linear, 49.01, 1), (0, 100, .linear, 0, 0.5 / 99 + 0.5),
        (0, 1, .linear, -0.5, 0), (0, 1, .linear, -0.49, 1),
        (2048, 4096, .linearExact, 0, 0), (2048, 4096, .linearExact, 4096.01, 1), (2048, 4096, .linearExact, 1024, 0.25),
        (0.5, 1, .linearExact, 0.25, 0.25), (0, 0.1, .linearExact, 0.06, 1),
        (100, 50, .sigmoid, 100, 0.5), (100, 50, .sigmoid, 125, 0.8807970779778823), (100, 50, .sigmoid, 75, 0.11920292202211755),
    ])
    func formula(center: Double, width: Double, function: Window.Function, value: Double, grey: Double) throws {
        let window = try #require(Window(center: center, width: width, function: function))
        #expect(abs(window(value) - grey) < 1e-12)
    }

    @Test("Widths that the functions do not allow are no windows", arguments: [(0.5, Window.Function.linear), (0, .linearExact), (-1, .sigmoid), (.infinity, .linear)])
    func widths(width: Double, function: Window.Function) {
        #expect(Window(center: 0, width: width, function: function) == nil)
    }

    @Test("All windows of an image, with their explanations")
    func several() {
        let header = Image.header(
            Image.ds(.windowCenter, 40, -600), Image.ds(.windowWidth, 400, 1500), DataElement(.windowCenterWidthExplanation, .LO, "SOFT", "LUNG"))
        #expect(Window.all(in: header, frameIndex: 0).map(\.explanation) == ["SOFT", "LUNG"])
        #expect(Window.all(in: header, frameIndex: 0).map(\.center) == [40, -600])
    }
}
