import HTTPTypes
import Hummingbird

/// OPTIONS on every resource, with what may be done there (RFC 9110 §9.3.7); 405 with the same for what may not.
enum AllowedMethods {
    private static let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .patch, .options]

    /// After all routes: their methods are found out from the router.
    ///
    /// - Parameter roots: first parts of the paths this is for.
    static func add(to router: Router<RequestScope>, under roots: [String]) {
        var methods: [String: Set<HTTPRequest.Method>] = [:]
        for route in router.routes { methods[route.path.description, default: []].insert(route.method) }
        for (path, found) in methods where roots.contains(path.split(separator: "/").first.map(String.init) ?? "") {
            let allowed = found.union([.options]).union(found.contains(.get) ? [.head] : [])
            let list = all.filter(allowed.contains).map(\.rawValue).joined(separator: ", ")
            if !found.contains(.options) {
                router.on(RouterPath(path), method: .options) { _, _ in Response(status: .noContent, headers: [.allow: list]) }
            }
            for method in all where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw HTTPFailure(.methodNotAllowed, "this resource knows \(list)", headers: [.allow: list])
                }
            }
        }
    }
}
