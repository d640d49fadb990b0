/// The DICOM JSON model (PS3.18 Annex F) as JSON Schema: attributes by tag, each with its VR and one way of giving its value.
enum DataSetSchema {
    static let members: [JSONNode.Member] = [
        .init(name: "DataSet", value: [
            "type": "object", "description": "DICOM JSON model (PS3.18 Annex F): attributes by tag",
            "patternProperties": ["^[0-9A-F]{8}$": ["$ref": "#/components/schemas/Attribute"]], "additionalProperties": false,
        ]),
        .init(name: "Attribute", value: [
            "type": "object", "required": ["vr"], "additionalProperties": false,
            "properties": [
                "vr": ["type": "string", "pattern": "^[A-Z]{2}$", "description": "value representation (PS3.5 §6.2)"],
                "Value": ["type": "array", "items": ["$ref": "#/components/schemas/AttributeValue"]],
                "BulkDataURI": ["type": "string", "description": "where a large value is retrieved"],
                "InlineBinary": ["type": "string", "contentEncoding": "base64"],
            ],
        ]),
        .init(name: "AttributeValue", value: [
            "description": "text, a number, a person's name, an item of a sequence, or null for an empty one of several values",
            "anyOf": [
                ["type": ["string", "number", "null"]],
                ["$ref": "#/components/schemas/PersonName"],
                ["$ref": "#/components/schemas/DataSet"],
            ],
        ]),
        .init(name: "PersonName", value: [
            "type": "object", "description": "component groups (PS3.18 §F.2.2)", "additionalProperties": false,
            "properties": ["Alphabetic": ["type": "string"], "Ideographic": ["type": "string"], "Phonetic": ["type": "string"]],
        ]),
    ]
}
