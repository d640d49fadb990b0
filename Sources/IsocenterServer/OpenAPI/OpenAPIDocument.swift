/// Operations as an OpenAPI 3.1 document.
struct OpenAPIDocument: Sendable {
    var subjects: [Subject]
    var version: String

    /// - Parameter root: where the client sees us: `https://host/prefix`.
    func json(root: String) -> JSONNode {
        [
            "openapi": "3.1.0",
            "info": ["title": "Isocenter", "version": .string(version), "description": .string(Self.words)],
            "servers": [["url": .string(root)]],
            "tags": .array(subjects.map { ["name": .string($0.name), "description": .string($0.words)] }),
            "paths": paths,
            "components": ["schemas": schemas, "securitySchemes": Self.securitySchemes],
            "security": [["session": []], ["token": []], ["password": []]],
        ]
    }

    private static let words = """
        DICOMweb (PS3.18) below /dicom-web, and what the application needs beside it below /api. Refusals say in `error` what a person can do about them.
        """

    private static let securitySchemes: JSONNode = [
        "session": ["type": "apiKey", "in": "cookie", "name": .string(SessionCookie.name), "description": "of the application's page; writes must come from the same origin"],
        "token": ["type": "http", "scheme": "bearer", "description": "made by: isocenter tokens add --user NAME"],
        "password": ["type": "http", "scheme": "basic", "description": "for clients that know only this"],
    ]

    private var schemas: JSONNode {
        .object(subjects.flatMap(\.types).map { .init(name: $0.name, value: $0.schema) } + DataSetSchema.members)
    }

    private var paths: JSONNode {
        var order: [String] = [], operations: [String: [JSONNode.Member]] = [:]
        for operation in subjects.flatMap(\.operations) {
            if operations[operation.path] == nil { order.append(operation.path) }
            operations[operation.path, default: []].append(.init(name: operation.method.rawValue.lowercased(), value: Self.json(operation)))
        }
        return .object(order.map { .init(name: $0, value: .object(operations[$0] ?? [])) })
    }

    private static func json(_ operation: Operation) -> JSONNode {
        var json: JSONNode = ["tags": [.string(operation.subject)], "operationId": .string(operation.id), "summary": .string(operation.summary)]
        json = json.described(operation.details)
        if operation.caller == .anyone { json = json.with("security", []) }
        if operation.caller == .administrator { json = json.with("x-role", "administrator") }
        if !operation.parameters.isEmpty { json = json.with("parameters", .array(operation.parameters.map(Self.json))) }
        if let body = operation.body {
            json = json.with("requestBody", JSONNode.object([]).described(body.words).with("required", true).with("content", content(body.contents)))
        }
        return json.with("responses", .object(operation.answers.map { answer in
            let json: JSONNode = ["description": .string(answer.words)]
            return .init(name: "\(answer.status)", value: answer.contents.isEmpty ? json : json.with("content", content(answer.contents)))
        }))
    }

    private static func json(_ parameter: Operation.Parameter) -> JSONNode {
        var json: JSONNode = ["name": .string(parameter.name), "in": .string(parameter.place.rawValue)]
        json = json.described(parameter.words)
        if parameter.isRequired { json = json.with("required", true) }
        // A list is one value with commas.
        if parameter.type.isList, parameter.place == .query { json = json.with("style", "form").with("explode", false) }
        return json.with("schema", parameter.type.schema).with("example", parameter.example.map { .string($0) })
    }

    private static func content(_ contents: [Operation.Content]) -> JSONNode {
        .object(contents.map { content in
            let schema = content.type?.schema ?? [:]
            return .init(name: content.mediaType, value: ["schema": schema])
        })
    }
}
