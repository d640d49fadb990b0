import HTTPTypes

/// Reads tables of operations.
///
/// ```
/// GET /api/jobs  listJobs  administrator
///     Jobs, the newest first.
///     More about them.
///     ? state  [waiting|done]  `done`  only those        parameter of the query; `state!` must be there
///     : Range  string  which bytes                       header
///     < Peer  what is to be known of it                  body; JSON where no media type is named
///     > 200  Jobs  what is found                         answer with its content
///     > 200  application/dicom+json [DataSet], text/csv  one of several media types
///     > 204  -  nothing is found                         answer without content
///     > 404  there is no such job                        refusal: {"error": …}
/// ```
/// Parameters of the path are those of ``pathParameters``. What every guarded request may be answered (400, 401, 403, 429) is added.
enum OperationText {
    static func operations(_ text: String, subject: String) -> (operations: [Operation], problems: [String]) {
        var operations: [Operation] = [], problems: [String] = []
        for line in text.split(separator: "\n") {
            if line.first == " " {
                guard !operations.isEmpty, read(line, into: &operations[operations.count - 1]) else { problems.append("cannot be read: \(line)"); continue }
            } else if let operation = head(line, subject) {
                operations.append(operation)
            } else {
                problems.append("no operation: \(line)")
            }
        }
        for index in operations.indices { complete(&operations[index]) }
        return (operations, problems)
    }

    private static func head(_ line: Substring, _ subject: String) -> Operation? {
        let columns = Columns.of(line)
        guard columns.count == 3, let space = columns[0].firstIndex(of: " "), let method = HTTPRequest.Method(String(columns[0][..<space])),
            let caller = Operation.Caller(rawValue: columns[2])
        else { return nil }
        var operation = Operation(method: method, path: String(columns[0][space...].dropFirst()), id: columns[1], caller: caller, subject: subject)
        for part in operation.components where part.first == "{" {
            let name = String(part.dropFirst().dropLast())
            guard let row = pathParameters[name] else { return nil }
            operation.parameters.append(.init(place: .path, name: name, isRequired: true, type: row.type, example: row.example, words: row.words))
        }
        return operation
    }

    private static func read(_ line: Substring, into operation: inout Operation) -> Bool {
        let text = line.drop { $0 == " " }
        let columns = Columns.of(text.dropFirst())
        switch text.first {
        case "?", ":":
            guard let parameter = parameter(columns, text.first == "?" ? .query : .header) else { return false }
            operation.parameters.append(parameter)
        case "<":
            guard let first = columns.first, let contents = contents(first) else { return false }
            operation.body = .init(contents: contents, words: columns.dropFirst().joined(separator: " "))
        case ">":
            guard let answer = answer(columns) else { return false }
            operation.answers.append(answer)
        default:
            if operation.summary.isEmpty { operation.summary = String(text) } else { operation.details += (operation.details.isEmpty ? "" : " ") + text }
        }
        return true
    }

    private static func parameter(_ columns: [String], _ place: Operation.Parameter.Place) -> Operation.Parameter? {
        guard columns.count >= 2 else { return nil }
        let isRequired = columns[0].hasSuffix("!")
        var rest = columns.dropFirst(2)
        var example: String?
        if let first = rest.first, first.count > 2, first.hasPrefix("`"), first.hasSuffix("`") {
            example = String(first.dropFirst().dropLast())
            rest = rest.dropFirst()
        }
        let type = TypeNotation(columns[1])
        guard type.schema != nil, rest.count <= 1 else { return nil }
        return .init(
            place: place, name: isRequired ? String(columns[0].dropLast()) : columns[0], isRequired: isRequired, type: type, example: example,
            words: rest.first ?? "")
    }

    private static func answer(_ columns: [String]) -> Operation.Answer? {
        guard let status = columns.first.flatMap({ Int($0) }), (100..<600).contains(status) else { return nil }
        if columns.count == 2, status >= 400 { return .init(status: status, contents: [refusal], words: columns[1]) }
        guard columns.count == 3, let contents = contents(columns[1]) else { return nil }
        return .init(status: status, contents: contents, words: columns[2])
    }

    /// `Study`, `[DataSet]`, `image/jpeg, image/png`, `application/dicom+json [DataSet], text/csv`, `-`.
    private static func contents(_ text: String) -> [Operation.Content]? {
        if text == "-" { return [] }
        var contents: [Operation.Content] = []
        for part in text.split(separator: ", ") {
            let words = part.split(separator: " ")
            let isNamed = words.first?.contains("/") ?? false
            let type = (isNamed ? words.dropFirst().first : words.first).map { TypeNotation($0) }
            guard words.count == (isNamed ? type == nil ? 1 : 2 : 1), type.map({ $0.schema != nil }) ?? true else { return nil }
            contents.append(.init(mediaType: isNamed ? String(words[0]) : "application/json", type: type))
        }
        return contents
    }

    // MARK: What all have

    private static let refusal = Operation.Content(mediaType: "application/json", type: TypeNotation("Error"))

    private static func complete(_ operation: inout Operation) {
        func add(_ status: Int, _ words: String) {
            if !operation.answers.contains(where: { $0.status == status }) { operation.answers.append(.init(status: status, contents: [refusal], words: words)) }
        }
        add(400, "the request cannot be understood: `error` says why")
        if operation.caller != .anyone {
            add(401, "nobody is logged in, or what the Authorization header says is wrong")
            add(403, operation.caller == .administrator ? "for administrators only" : "the caller may not do this")
            add(429, "too many wrong passwords: wait as Retry-After says")
        }
        operation.answers.sort { $0.status < $1.status }
    }

    /// What a `{name}` of a path stands for.
    private static let pathParameters: [String: (type: TypeNotation, example: String?, words: String)] = {
        let text = """
            patient      string   `4711`  Patient ID (0010,0020); behind ^^^ its issuer
            study        uid      Study Instance UID
            series       uid      Series Instance UID
            instance     uid      SOP Instance UID
            transaction  uid      Transaction UID (0008,1195)
            frames       string   `1,3`  numbers from 1, separated by commas
            path         string   `00420011`  tags and item numbers from 0, separated by slashes: 00081115/0/0020000E
            name         string   `CT1`  of a peer
            title        string   `ISOCENTER`  AE title of ours
            caller       string   `CT1@10.0.0.7`  AE title and address of an unknown caller
            id           integer(1...)  number of it
            upload       string   names an upload of the caller's
            preference   string   `hanging`  name of a value
            user         string   `anna`  name of a user
            session      string   `0123456789abcdef01234567`  id of a session, from a list of them
            token        string   `0123456789ab`  id of a token, from a list of them
            passkey      string   id of a passkey
            folder       string   `OLDPACS`  name of a folder that was taken over
            """
        var found: [String: (TypeNotation, String?, String)] = [:]
        for line in text.split(separator: "\n") {
            let columns = Columns.of(line)
            let example = columns.count == 4 ? String(columns[2].dropFirst().dropLast()) : nil
            found[columns[0]] = (TypeNotation(columns[1]), example, columns.last ?? "")
        }
        return found
    }()
}
