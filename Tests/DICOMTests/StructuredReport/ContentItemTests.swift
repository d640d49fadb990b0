import DICOM
import Testing

struct ContentItemTests {
    private func code(_ meaning: String) -> DataSet { DataSet([DataElement(.codeMeaning, .LO, meaning)]) }
    private func sequence(_ tag: DICOM.Tag, _ items: DataSet...) -> DataElement { DataElement(tag: tag, vr: .SQ, value: .items(Items(items))) }

    /// Values as a reader would say them (PS3.3 §C.18.1 to §C.18.9).
    @Test func valuesAreRead() {
        let length = DataSet([
            DataElement(.relationshipType, .CS, "CONTAINS"), DataElement(.valueType, .CS, "NUM"), sequence(.conceptNameCodeSequence, code("Length")),
            sequence(.measuredValueSequence, DataSet([
                DataElement(.numericValue, .DS, "12.5"), sequence(.measurementUnitsCodeSequence, code("millimeter")),
            ])),
        ])
        let image = DataSet([
            DataElement(.valueType, .CS, "IMAGE"),
            sequence(.referencedSOPSequence, DataSet([
                DataElement(.referencedSOPClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2"), DataElement(.referencedSOPInstanceUID, .UI, "1.2.3"),
            ])),
        ])
        let finding = DataSet([
            DataElement(.valueType, .CS, "CODE"), sequence(.conceptNameCodeSequence, code("Finding")), sequence(.conceptCodeSequence, code("Nodule")),
        ])
        let root = ContentItem(DataSet([
            DataElement(.valueType, .CS, "CONTAINER"), sequence(.conceptNameCodeSequence, code("Report")), sequence(.contentSequence, length, image, finding),
        ]))
        #expect(root.name == "Report" && root.value == nil && root.children.count == 3)
        #expect(root.children[0].value == "12.5 millimeter" && root.children[0].relationship == "CONTAINS")
        #expect(root.children[1].references.map(\.sopInstance.text) == ["1.2.3"])
        #expect(root.children[2].name == "Finding" && root.children[2].value == "Nodule")
    }

    /// A report that lacks what it should have is still shown.
    @Test func missingValuesAreNone() {
        let item = ContentItem(DataSet([DataElement(.valueType, .CS, "NUM")]))
        #expect(item.name == nil && item.value == nil && item.children.isEmpty)
    }
}
