import DICOM
import Testing

struct DumpTests {
    private func lines(_ dataSet: DataSet, widest: Int? = 80) -> [String] {
        var lines: [String] = []
        Dump(widest: widest).write(dataSet) { lines.append($0) }
        return lines
    }

    @Test func elementsAreNamed() {
        let item = DataSet([DataElement(.referencedSOPClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2")])
        let dataSet = DataSet([
            DataElement(.patientName, .PN, "Doe^Jane"),
            DataElement(.rows, .US, integers: [512]),
            DataElement(tag: .referencedImageSequence, vr: .SQ, value: .items(Items([item]))),
            DataElement(tag: .pixelData, vr: .OW, value: .bytes([0, 1, 254, 255])),
        ])
        #expect(lines(dataSet) == [
            "(0008,1140) SQ 1 item                                           # Referenced Image Sequence",
            "  item 1",
            "    (0008,1150) UI [1.2.840.10008.5.1.4.1.1.2] = CT Image Storage # Referenced SOP Class UID",
            "(0010,0010) PN [Doe^Jane]                                       # Patient's Name",
            "(0028,0010) US 512                                              # Rows",
            "(7FE0,0010) OW 00\\01\\fe\\ff                                      # Pixel Data",
        ])
    }

    @Test func longValuesAreCut() {
        let dataSet = DataSet([DataElement(.patientComments, .LT, String(repeating: "x", count: 200))])
        #expect(lines(dataSet, widest: 10)[0].contains("[xxxxxxxxxx…]"))
        #expect(lines(dataSet, widest: nil)[0].contains(String(repeating: "x", count: 200)))
    }

    /// A file must not be able to drive the terminal it is looked at in.
    @Test(arguments: [
        ("a\u{1B}[2Jb", "a␛[2Jb"), ("x\u{9B}31m", "x\\u{9b}31m"), ("\u{202E}gnp", "\\u{202e}gnp"), ("line\nline", "line␊line"),
    ])
    func controlCharactersAreShown(text: String, shown: String) {
        let dataSet = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.patientComments, .LT, text),
        ])
        #expect(lines(dataSet)[1].contains("[\(shown)]"))
    }
}
