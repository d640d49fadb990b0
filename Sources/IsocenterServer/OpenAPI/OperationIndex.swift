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
        let matching = operations.filter { $0.matches(parts) }
        // A path that says a word comes before one that has a parameter there, as in the router.
        let own = matching.map(\.parameterPlaces).min { $0.lexicographicallyPrecedes($1) }
        var methods: [HTTPRequest.Method] = []
        for operation in matching where operation.parameterPlaces == own && !methods.contains(operation.method) {
            methods.append(operation.method)
            if operation.method == .get { methods.append(.head) }
        }
        if !methods.isEmpty, !methods.contains(.options) { methods.append(.options) }
        return methods
    }
}
