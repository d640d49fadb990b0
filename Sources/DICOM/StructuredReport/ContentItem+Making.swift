/// Content items as data sets (PS3.3 §C.17.3), for the documents that are made here.
enum ContentMaking {
    static func container(_ relationship: String?, _ name: CodedConcept, _ content: [DataSet]) -> DataSet {
        item(relationship, "CONTAINER", name, [DataElement(.continuityOfContent, .CS, "SEPARATE")], content)
    }

    static func code(_ relationship: String, _ name: CodedConcept, _ value: CodedConcept) -> DataSet {
        item(relationship, "CODE", name, [DataElement(.conceptCodeSequence, items: [value.item])])
    }

    static func text(_ relationship: String, _ name: CodedConcept, _ text: String) -> DataSet {
        item(relationship, "TEXT", name, [DataElement(.textValue, .UT, text)])
    }

    static func personName(_ relationship: String, _ name: CodedConcept, _ person: String) -> DataSet {
        item(relationship, "PNAME", name, [DataElement(.personName, .PN, person)])
    }

    static func image(_ relationship: String, _ image: EvidenceImage) -> DataSet {
        item(relationship, "IMAGE", nil, [DataElement(.referencedSOPSequence, items: [image.reference])])
    }

    static func item(_ relationship: String?, _ type: String, _ name: CodedConcept?, _ values: [DataElement], _ content: [DataSet] = []) -> DataSet {
        var item = DataSet(values)
        if let relationship { item.set(DataElement(.relationshipType, .CS, relationship)) }
        item.set(DataElement(.valueType, .CS, type))
        if let name { item.set(DataElement(.conceptNameCodeSequence, items: [name.item])) }
        if !content.isEmpty { item.set(DataElement(.contentSequence, items: content)) }
        return item
    }

    static func template(_ identifier: String) -> DataElement {
        DataElement(.contentTemplateSequence, items: [DataSet([DataElement(.mappingResource, .CS, "DCMR"), DataElement(.templateIdentifier, .CS, identifier)])])
    }
}
