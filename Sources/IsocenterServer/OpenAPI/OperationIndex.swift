import HTTPTypes

/// Operations by path: which methods a resource has.
struct OperationIndex: Sendable {
    let operations: [Operation]

    init(_ subjects: [Subject]) { operations = subjects.flatMap(\.operations) }

    /// What may be asked of a path, in the order of the tables; empty where there is no such resource.
    ///
    /// - Parameter path: of a request, from the root.
    func methods(of path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        var methods: [HTTPRequest.Method] = []
        for operation in operations where operation.matches(parts) && !methods.contains(operation.method) {
            methods.append(operation.method)
            if operation.method == .get { methods.append(.head) }
        }
        if !methods.isEmpty, !methods.contains(.options) { methods.append(.options) }
        return methods
    }
}
