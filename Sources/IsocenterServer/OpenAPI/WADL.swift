/// Operations of the DICOMweb service as a Web Application Description (PS3.18 §8.9.3.2 and Annex H): resources within resources.
enum WADL {
    static let mediaType = "application/vnd.sun.wadl+xml"

    /// - Parameter root: where the client sees us: `https://host/prefix`.
    static func document(_ operations: [Operation], root: String) -> String {
        let own = operations.filter { $0.components.first == "dicom-web" }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<application xmlns=\"http://wadl.dev.java.net/2009/02\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n"
        text += "<resources base=\"\(escaped(root))/dicom-web\">\n"
        text += children(of: own, depth: 1)
        return text + "</resources>\n</application>\n"
    }

    /// - Parameter depth: of path components that the resources around have named.
    private static func children(of operations: [Operation], depth: Int) -> String {
        var text = operations.filter { $0.components.count == depth }.map(method).joined()
        var names: [Substring] = []
        for operation in operations where operation.components.count > depth && !names.contains(operation.components[depth]) {
            names.append(operation.components[depth])
        }
        for name in names {
            text += "<resource path=\"\(escaped(name))\">\n"
            let inner = operations.filter { $0.components.count > depth && $0.components[depth] == name }
            if name.first == "{", let parameter = inner.first?.parameters.first(where: { $0.place == .path && "{\($0.name)}" == name }) {
                text += param(parameter)
            }
            text += children(of: inner, depth: depth + 1) + "</resource>\n"
        }
        return text
    }

    private static func method(_ operation: Operation) -> String {
        var text = "<method name=\"\(operation.method.rawValue)\" id=\"\(escaped(operation.id))\">\n<doc>\(escaped(operation.summary))</doc>\n"
        let parameters = operation.parameters.filter { $0.place != .path }
        if !parameters.isEmpty || operation.body != nil {
            text += "<request>\n" + parameters.map(param).joined() + (operation.body?.contents.map(representation).joined() ?? "") + "</request>\n"
        }
        for answer in operation.answers {
            text += "<response status=\"\(answer.status)\">\n<doc>\(escaped(answer.words))</doc>\n" + answer.contents.map(representation).joined() + "</response>\n"
        }
        return text + "</method>\n"
    }

    private static func param(_ parameter: Operation.Parameter) -> String {
        let style = parameter.place == .path ? "template" : parameter.place.rawValue
        var text = "<param name=\"\(escaped(parameter.name))\" style=\"\(style)\" type=\"\(type(parameter.type))\""
        if parameter.isRequired { text += " required=\"true\"" }
        if parameter.type.isList { text += " repeating=\"true\"" }
        guard case .array(let values)? = parameter.type.schema?["enum"] else { return text + "/>\n" }
        let options = values.map { value in
            if case .string(let text) = value { "<option value=\"\(escaped(text))\"/>" } else { "" }
        }
        return text + ">" + options.joined() + "</param>\n"
    }

    private static func type(_ type: TypeNotation) -> String {
        guard case .string(let name)? = type.schema?["type"] else { return "xs:string" }
        return ["integer": "xs:integer", "number": "xs:double", "boolean": "xs:boolean"][name] ?? "xs:string"
    }

    private static func representation(_ content: Operation.Content) -> String { "<representation mediaType=\"\(escaped(content.mediaType))\"/>\n" }

    private static func escaped(_ text: some StringProtocol) -> String {
        text.reduce(into: "") { text, character in
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.append(character)
            }
        }
    }
}
