import DICOM
import DICOMImage
import Testing

@Suite("Annotation of rendered pictures (PS3.18 §8.3.5.1.1)")
struct BurntInTextTests {
    private static let image = Image.header(
        rows: 256, columns: 256, DataElement(.patientName, .PN, "Yamada^Tarou=山田^太郎=やまだ^たろう"), DataElement(.patientID, .LO, "12-34"),
        DataElement(.patientBirthDate, .DA, "19700102"), Image.cs(.patientSex, "M"), DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
        Image.cs(.modality, "CT"), Image.ds(.kvp, 120), DataElement(.exposure, .IS, "80"), Image.ds(.sliceThickness, 1.25), DataElement(.studyDate, .DA, "20260102"),
        Image.cs(Tag(0x0028, 0x2110), "01"), Image.ds(Tag(0x0028, 0x2112), 10), Image.cs(Tag(0x0028, 0x2114), "ISO_10918_1"),
        Image.ds(.imageOrientationPatient, 1, 0, 0, 0, 1, 0))

    private func rendering(_ annotations: Set<RenderAnnotation>, _ image: DataSet = image) throws -> Rendering {
        let frame = try Frame(native: [UInt8](repeating: 0, count: 256 * 256 * 2), description: PixelDescription(image), byteOrder: .littleEndian, index: 0)
        return try Render.rendering(of: frame, dataSet: image, frameIndex: 0, options: RenderOptions(format: .png, annotations: annotations))
    }

    private func text(_ annotations: Set<RenderAnnotation>) throws -> BurntInText {
        let facts = try rendering([]).facts
        return BurntInText(RenderOptions(annotations: annotations), Self.image, frameIndex: 0, facts)
    }

    @Test("The patient: every way the name is written, number, birth, sex")
    func patient() throws {
        let text = try text([.patient])
        #expect(text.topLeft == ["Yamada, Tarou  山田, 太郎  やまだ, たろう", "ID 12-34", "born 1970-01-02  M"])
        #expect(text.topRight.isEmpty)
    }

    @Test("The technique, with units")
    func technique() throws {
        let text = try text([.technique])
        #expect(text.topLeft.isEmpty)
        #expect(text.topRight.starts(with: ["2026-01-02", "CT", "120 kV  80 mAs", "thickness 1.25 mm"]))
    }

    @Test("What the picture is not is marked, whatever was asked for", arguments: [RenderAnnotation.patient, .technique])
    func marks(annotation: RenderAnnotation) throws {
        let text = try text([annotation])
        #expect(text.bottomLeft == ["automatic window", "lossy compression 10.0:1 ISO_10918_1"] || text.bottomLeft == ["automatic window", "lossy compression 10:1 ISO_10918_1"])
        #expect(text.edges?.right == "L")
    }

    @Test("Nobody's name is left to guessing")
    func nameless() throws {
        let facts = try rendering([]).facts
        #expect(BurntInText(RenderOptions(annotations: [.patient]), DataSet(), frameIndex: 0, facts).topLeft == ["patient not named"])
    }

    @Test("Values of functional groups")
    func enhanced() throws {
        var image = Self.image
        image.set(DataElement(.sharedFunctionalGroupsSequence, items: [
            DataSet([DataElement(Tag(0x0018, 0x9112), items: [DataSet([Image.ds(.repetitionTime, 500)])])]),
        ]))
        let text = BurntInText(RenderOptions(annotations: [.technique]), image, frameIndex: 0, try rendering([]).facts)
        #expect(text.topRight.contains("TR 500 ms"))
    }

    @Test("Letters appear in their corner, and only where asked for")
    func corners() throws {
        func corner(_ picture: Picture, _ columns: Range<Int>, _ rows: Range<Int>) -> Int {
            let levels = State.levels(picture)
            return rows.reduce(0) { sum, row in sum + columns.count { levels[row * 256 + $0] > 128 } }
        }
        var image = Self.image
        image.set(DataElement(.patientName, .PN, "Doe^J"))
        let none = try rendering([], image).picture, patient = try rendering([.patient], image).picture
        let both = try rendering([.patient, .technique], image).picture
        #expect(corner(none, 0..<256, 0..<256) == 0)
        #expect(corner(patient, 0..<128, 0..<64) > 100)
        #expect(corner(patient, 200..<256, 0..<40) == 0)
        #expect(corner(both, 160..<256, 0..<128) > 50)
        #expect(corner(both, 0..<20, 118..<140) > 5)
        #expect(corner(both, 0..<128, 220..<256) > 50)
    }

    /// FriBidi's order: the first letter of what is written from right to left stands last; Arabic letters are joined.
    @Test("Names written from right to left")
    func rightToLeft() throws {
        var image = Self.image
        image.set(DataElement(.patientName, .PN, "Cohen^David=כהן^דוד"))
        #expect(try rendering([.patient], image).facts.notes.isEmpty)
        image.set(DataElement(.patientName, .PN, "قباني^لنزار"))
        #expect(try rendering([.patient], image).facts.notes.isEmpty)
    }

    @Test("A letter that no font has is said")
    func missing() throws {
        var image = Self.image
        image.set(DataElement(.patientID, .LO, "\u{E123}"))
        #expect(try rendering([.patient], image).facts.notes.contains { $0.contains("\u{E123}") })
    }

    @Test("A picture too small for its texts says so")
    func small() throws {
        var image = Self.image
        for tag in [Tag.rows, .columns] { image.set(Image.us(tag, 16)) }
        #expect(try rendering([.patient, .technique], image).facts.notes.contains { $0.contains("too small") })
    }
}
